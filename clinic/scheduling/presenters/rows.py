"""Visits as rows for the calendar, the list of a day and the day board: no model objects, one query."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from clinic.people.models import name_of
from clinic.scheduling.models import AppointmentQuerySet


class Row(NamedTuple):
    """One visit; ``FIELDS`` in their order."""

    pk: int
    patient: int
    who: int  # practitioner
    practitioner: str
    starts: dt.datetime
    ends: dt.datetime
    status: str
    version: int
    given_name: str
    family_name: str
    service: str
    tint: str
    room: str
    is_room_used: bool
    device: str | None
    is_device_used: bool | None
    arrived: dt.datetime | None = None  # these three: for the day board only
    in_room: dt.datetime | None = None
    done: dt.datetime | None = None

    @property
    def name(self) -> str:
        return name_of(self.given_name, self.family_name)


FIELDS = (
    "pk",
    "patient_id",
    "practitioner_id",
    "practitioner__name",
    "starts_at",
    "ends_at",
    "status",
    "version",
    "patient__given_name",
    "patient__family_name",
    "service__name",
    "service__colour",
    "room__name",
    "room__is_active",
    "device__name",
    "device__is_active",
)
STAMPS = ("arrived_at", "in_room_at", "done_at")


def rows_of(visits: AppointmentQuerySet, *, stamps: bool = False) -> list[Row]:
    """In chronological order; with ``stamps`` also when each arrived, went into the room, and left."""
    fields = FIELDS + STAMPS if stamps else FIELDS
    return [Row(*line) for line in visits.order_by("starts_at", "pk").values_list(*fields)]
