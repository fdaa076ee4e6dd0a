"""Visits as rows for the calendar, the list of a day and the day board: no model objects, one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from itertools import starmap
from typing import Any, NamedTuple

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import name_of
from clinic.scheduling.models import AppointmentQuerySet

Shape = tuple[tuple[str, Hashable], ...]  # as the tag `repeated` wants it


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
    also_course: int | None
    arrived: dt.datetime | None = None  # these three: for the day board only
    in_room: dt.datetime | None = None
    done: dt.datetime | None = None

    @property
    def name(self) -> str:
        return name_of(self.given_name, self.family_name)


class DayLine(NamedTuple):
    """One visit in the list of a day on a home page (``repeated``)."""

    row: Row
    pill: tuple[str, str, str]  # kind, icon, text
    clock: str
    has_practitioner: bool

    @property
    def shape(self) -> Shape:
        return (("pill", self.pill), ("has_practitioner", self.has_practitioner))

    @property
    def texts(self) -> dict[str, str]:
        row = self.row
        return {
            "patient": str(row.patient), "clock": self.clock, "name": row.name, "service": row.service,
            "practitioner": row.practitioner, "room": row.room,
        }  # fmt: skip


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
    "also_course_id",
)
STAMPS = ("arrived_at", "in_room_at", "done_at")


def kept_rows(build: Callable[..., AppointmentQuerySet], *, stamps: bool = False) -> Callable[..., list[Row]]:
    """A function of the query's arguments, whose SQL is made once (``KeptQuery``): its rows in chronological order;
    with ``stamps`` also when each arrived, went into the room, and left."""
    fields = FIELDS + STAMPS if stamps else FIELDS
    lines: KeptQuery[tuple[Any, ...]] = KeptQuery(
        lambda *values: build(*values).order_by("starts_at", "pk").values_list(*fields)
    )
    return lambda *values: list(starmap(Row, lines(*values)))
