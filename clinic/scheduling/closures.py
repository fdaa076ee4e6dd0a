"""Booked visits that cannot take place as booked: someone is away, hours changed, a room or device is out of use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Clinic, User
from clinic.scheduling.availability import Away, Diary, Hours, opening
from clinic.scheduling.diary import moment
from clinic.scheduling.models import LONGEST_STAY, MOVABLE, Absence, Appointment, WorkingHours


class Trouble(StrEnum):
    """Why a booked visit cannot take place."""

    LEFT = "left"  # the practitioner's account is closed, or no longer treats patients
    CLINIC = "clinic"  # the whole clinic is closed
    AWAY = "away"  # the practitioner is
    HOURS = "hours"  # outside the practitioner's present hours
    ROOM = "room"  # out of use
    DEVICE = "device"  # out of use


@dataclass(frozen=True)
class Stuck:
    """One visit and everything that prevents it."""

    visit: Appointment
    troubles: tuple[Trouble, ...]

    @property
    def words(self) -> str:
        """“Dr. Lin Wei is away; Room 2 is not in use”."""
        visit = self.visit
        device = visit.device.name if visit.device else None
        return trouble_words(self.troubles, who=visit.practitioner.name, room=visit.room.name, device=device)


def trouble_words(troubles: Iterable[Trouble], *, who: str, room: str, device: str | None) -> str:
    said = {
        Trouble.LEFT: f"{who} no longer treats here",
        Trouble.CLINIC: "the clinic is closed then",
        Trouble.AWAY: f"{who} is away then",
        Trouble.HOURS: f"{who} does not work then",
        Trouble.ROOM: f"{room} is not in use",
        Trouble.DEVICE: f"{device or 'the device'} is not in use",
    }
    words = "; ".join(said[one] for one in troubles)
    return f"{words[:1].upper()}{words[1:]}" if words else ""


def house_between(starts: dt.datetime, ends: dt.datetime, whose: Collection[int] = ()) -> Diary:
    """Hours, everyone's or of these practitioners, and absences between two moments; no bookings, no rooms."""
    hours = WorkingHours.objects.values_list("practitioner_id", "weekday", "starts", "ends", "room_id")
    if 0 < len(whose) <= 100:
        hours = hours.filter(practitioner__in=whose)
    away = Absence.objects.filter(starts_at__lt=ends, ends_at__gt=starts)
    return Diary(
        zone=Clinic.current().zone,
        hours=tuple(Hours(*line) for line in hours),
        away=tuple(Away(*line) for line in away.values_list("practitioner_id", "starts_at", "ends_at")),
        busy=(),
        rooms=(),
        devices=(),
    )


_FIELDS = (
    "practitioner_id",
    "starts_at",
    "ends_at",
    "practitioner__is_active",
    "practitioner__is_practitioner",
    "room__is_active",
    "device__is_active",
)


def troubles_in(house: Diary, row: tuple[Any, ...]) -> tuple[Trouble, ...]:
    """What prevents one visit, given as ``_FIELDS``."""
    who, starts, ends, is_active, is_practitioner, room, device = row
    found = []
    if not (is_active and is_practitioner):
        found.append(Trouble.LEFT)
    away = {one.practitioner for one in house.away if one.starts < ends and one.ends > starts}
    if None in away:
        found.append(Trouble.CLINIC)
    if not found and who in away:
        found.append(Trouble.AWAY)
    spans = opening(house, who, starts.astimezone(house.zone).date())
    if not found and not any(one[0] <= starts and ends <= one[1] for one in spans):
        found.append(Trouble.HOURS)
    if not room:
        found.append(Trouble.ROOM)
    if device is False:
        found.append(Trouble.DEVICE)
    return tuple(found)


def troubles_of(visit: Appointment, *, now: dt.datetime) -> tuple[Trouble, ...]:
    """What prevents one coming visit whose people are loaded; nothing for one that is over."""
    if visit.status not in MOVABLE or visit.ends_at <= now:
        return ()
    who, device = visit.practitioner, visit.device
    row = (who.pk, visit.starts_at, visit.ends_at, who.is_active, who.is_practitioner, visit.room.is_active,
           device.is_active if device else None)  # fmt: skip
    return troubles_in(house_between(visit.starts_at, visit.ends_at), row)


def to_move(*, now: dt.datetime) -> dict[int, tuple[Trouble, ...]]:
    """The recount: ids of all coming visits that something prevents."""
    return troubles_among(Appointment.objects.filter(status__in=MOVABLE, starts_at__gt=now))


def troubles_among(visits: QuerySet[Appointment]) -> dict[int, tuple[Trouble, ...]]:
    """What prevents them, by their ids, the soonest first; only those that something does. Three queries, however many
    there are."""
    return _troubles_of_rows(list(visits.order_by("starts_at", "pk").values_list("pk", *_FIELDS)))


def _troubles_of_rows(rows: list[tuple[Any, ...]]) -> dict[int, tuple[Trouble, ...]]:
    """``rows``: a visit's number, then its ``_FIELDS``, the soonest first."""
    if not rows:
        return {}
    house = house_between(rows[0][2], rows[-1][2] + LONGEST_STAY, {row[1] for row in rows})
    return {pk: troubles for pk, *row in rows if (troubles := troubles_in(house, tuple(row)))}


def stuck(*, now: dt.datetime, practitioner: User | None = None) -> QuerySet[Appointment]:
    """Coming visits that something prevents, as they keep it, soonest first."""
    visits = Appointment.objects.filter(status__in=MOVABLE, stuck_at__gt=now).order_by("stuck_at", "pk")
    return visits if practitioner is None else visits.filter(practitioner=practitioner)


@cache
def _first_stuck(at_most: int, *, is_of_one: bool) -> KeptQuery[int]:
    """Their numbers alone: mostly there are none, and PostgreSQL plans the joins with their people for 2 ms."""

    def build(now: dt.datetime, practitioner: int = 0) -> QuerySet[Appointment, int]:
        visits = stuck(now=now).values_list("pk", flat=True)
        return (visits.filter(practitioner=practitioner) if is_of_one else visits)[:at_most]

    return KeptQuery(build)


def stuck_visits(*, now: dt.datetime, practitioner: User | None = None, at_most: int = 100) -> list[Stuck]:
    """The first of them, with their people and what prevents each."""
    found_by = _first_stuck(at_most, is_of_one=practitioner is not None)
    ids = found_by(now) if practitioner is None else found_by(now, practitioner.pk)
    if not ids:
        return []
    people = ("patient", "service", "practitioner", "room", "device", "course")
    visits = list(stuck(now=now).filter(pk__in=ids).select_related(*people))
    found = _troubles_of_rows(sorted(map(_fields_of, visits), key=itemgetter(2)))
    return [Stuck(one, found[one.pk]) for one in visits if one.pk in found]


def _fields_of(visit: Appointment) -> tuple[Any, ...]:
    """Its number and ``_FIELDS``."""
    who, device = visit.practitioner, visit.device
    times = (visit.practitioner_id, visit.starts_at, visit.ends_at)
    return (visit.pk, *times, who.is_active, who.is_practitioner, visit.room.is_active, device and device.is_active)


def fallen_into(absence: Absence, *, now: dt.datetime) -> int:
    """How many coming visits an absence covers."""
    rows = Appointment.objects.filter(
        status__in=MOVABLE, starts_at__gt=now, starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at
    )
    return rows.filter(practitioner=absence.practitioner_id).count() if absence.practitioner_id else rows.count()


def coming_absences(whose: User | None, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Absences that are not over, of one person or (None) everyone."""
    rows = Absence.objects.filter(ends_at__gt=now).select_related("practitioner")
    rows = rows.filter(practitioner=whose) if whose is not None else rows
    zone = Clinic.current().zone
    return [
        {
            "absence": one,
            "who": one.practitioner.name if one.practitioner else "The whole clinic",
            "words": f"{moment(one.starts_at, zone)} to {moment(one.ends_at, zone)}",
        }
        for one in rows[:200]
    ]
