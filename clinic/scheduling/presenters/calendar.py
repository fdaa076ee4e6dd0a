"""What the calendar draws, and the same day as a list without JavaScript. Rows in, plain values out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Clinic, User
from clinic.scheduling.availability import Away, Diary, Hours, day_starts, opening
from clinic.scheduling.closures import trouble_words, troubles_in
from clinic.scheduling.models import MOVABLE, Absence, Appointment, AppointmentQuerySet, AppointmentStatus
from clinic.scheduling.models.resources import LONGEST_STAY
from clinic.scheduling.presenters.pages import PILLS, day_bounds
from clinic.scheduling.presenters.rows import Row, kept_rows

TREATS = Q(is_active=True, is_practitioner=True)


def _columns(who: Q) -> QuerySet[User, tuple[Any, ...]]:
    """A line for each of their working hours."""
    hours = (f"working_hours__{name}" for name in ("weekday", "starts", "ends"))
    rows = User.objects.filter(who).order_by("name", "id")
    return rows.values_list("pk", "name", "is_active", "is_practitioner", *hours)


@KeptQuery
def _treating() -> QuerySet[User, tuple[Any, ...]]:
    return _columns(TREATS)


@KeptQuery
def _away(starts: dt.datetime, ends: dt.datetime) -> QuerySet[Absence, tuple[Any, ...]]:
    away = Absence.objects.filter(starts_at__lt=ends, ends_at__gt=starts)
    return away.values_list("practitioner_id", "starts_at", "ends_at")


@kept_rows
def _between(starts: dt.datetime, ends: dt.datetime, earliest: dt.datetime) -> AppointmentQuerySet:
    return Appointment.objects.active().filter(starts_at__gt=earliest, starts_at__lt=ends, busy_until__gt=starts)


@kept_rows
def _of_day(starts: dt.datetime, ends: dt.datetime) -> AppointmentQuerySet:
    return Appointment.objects.active().filter(starts_at__gte=starts, starts_at__lt=ends)


class People:
    """The columns between two moments, with hours and absences: practitioners, and those who have left but still have
    booked visits (so that none disappears).
    """

    def __init__(self, visits: Iterable[Row], starts: dt.datetime, ends: dt.datetime, zone: ZoneInfo) -> None:
        lines: Iterable[tuple[Any, ...]] = _treating()
        if left := {one.who for one in visits}.difference(line[0] for line in lines):
            lines = _columns(TREATS | Q(pk__in=left))
        self.names: dict[int, str] = {}
        self.is_here: dict[int, bool] = {}
        hours: list[Hours] = []
        for pk, name, is_active, is_practitioner, weekday, opens, closes in lines:
            self.names[pk] = name
            self.is_here[pk] = is_active and is_practitioner
            if self.is_here[pk] and weekday is not None:
                hours.append(Hours(pk, weekday, opens, closes))
        self.house = Diary(
            zone=zone,
            hours=tuple(hours),
            away=tuple(Away(*line) for line in _away(starts, ends)),
            busy=(),
            rooms=(),
            devices=(),
        )

    def column(self, pk: int) -> str:
        return self.names[pk] if self.is_here[pk] else f"{self.names[pk]} (no longer here)"

    def trouble(self, visit: Row, now: dt.datetime) -> str:
        """What prevents a coming visit, in words."""
        if visit.status not in MOVABLE or visit.ends <= now:
            return ""
        is_here = self.is_here[visit.who]
        row = (visit.who, visit.starts, visit.ends, is_here, is_here, visit.is_room_used, visit.is_device_used)
        found = troubles_in(self.house, row)
        return trouble_words(found, who=self.names[visit.who], room=visit.room, device=visit.device) if found else ""

    def open_hours(self, pk: int, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        return [
            piece
            for opens, closes, _room in opening(self.house, pk, day)
            for piece in _without(opens, closes, self.house, pk)
        ]


def calendar_feed(starts: dt.datetime, ends: dt.datetime, *, now: dt.datetime) -> tuple[dict[str, Any], set[int]]:
    """What static/js/calendar.js draws between two moments, and the ids of all patients named in it.

    Times are wall-clock times, without a zone. What many visits share (names of statuses, services, rooms) is sent
    once; a visit is a row: id, practitioner, start, end, name, status, version, service, room, trouble.
    """
    zone = Clinic.current().zone
    visits = _between(starts, ends, starts - LONGEST_STAY)
    people = People(visits, starts, ends, zone)
    services: dict[tuple[str, str], int] = {}
    rooms: dict[str, int] = {}
    shown, edges = [], []
    for one in visits:
        local = one.starts.astimezone(zone), one.ends.astimezone(zone)
        edges.append(local)
        shown.append(
            (one.pk, one.who, _wall(local[0]), _wall(local[1]), one.name, one.status, one.version,
             services.setdefault((one.service, one.tint), len(services)), rooms.setdefault(one.room, len(rooms)),
             people.trouble(one, now))
        )  # fmt: skip
    feed = {
        "frame": _frame(people, edges),
        "statuses": {status: text for status, (_kind, _icon, text) in PILLS.items()},
        "movable": MOVABLE,
        "services": list(services),
        "rooms": list(rooms),
        "visits": shown,
        "closed": _closed(people, starts.astimezone(zone).date(), ends.astimezone(zone).date()),
    }
    return feed, {one.patient for one in visits}


def _wall(local: dt.datetime) -> str:
    return local.isoformat(timespec="minutes")[:16]


def _frame(people: People, booked: Iterable[tuple[dt.datetime, dt.datetime]]) -> dict[str, Any]:
    """The grid: columns, first and last hour, days nobody works (0 is Sunday). Visits outside the present hours
    extend it.
    """
    hours = {(one.weekday, one.starts, one.ends) for one in people.house.hours}
    for opens, closes in booked:
        closing = closes.time() if closes.date() == opens.date() else dt.time(23, 59)
        hours.add((opens.weekday(), opens.time(), closing))
    first = min((opens for _day, opens, _closes in hours), default=dt.time(9)).hour
    last = max((closes for _day, _opens, closes in hours), default=dt.time(17))
    worked = {day for day, _opens, _closes in hours} or set(range(5))
    return {
        "resources": [{"id": str(pk), "title": people.column(pk)} for pk in people.names],
        "slotMinTime": f"{max(first - 1, 0):02}:00",
        "slotMaxTime": f"{min(last.hour + (2 if last.minute else 1), 24):02}:00",
        "hiddenDays": [(day + 1) % 7 for day in range(7) if day not in worked],
    }


def _closed(people: People, first: dt.date, end: dt.date) -> list[tuple[int, str, str]]:
    """Hours in which a practitioner does not work: (practitioner, from, until)."""
    zone = people.house.zone
    days = [first + dt.timedelta(days=number) for number in range((end - first).days)]
    bounds = {day: (day_starts(day, zone), day_starts(day + dt.timedelta(days=1), zone)) for day in days}
    shades = []
    for pk in people.names:
        for day, (edge, midnight) in bounds.items():
            for opens, closes in [*sorted(people.open_hours(pk, day)), (midnight, midnight)]:
                if edge < opens:
                    shades.append((pk, _wall(edge.astimezone(zone)), _wall(opens.astimezone(zone))))
                edge = max(edge, closes)
    return shades


def _without(
    opens: dt.datetime, closes: dt.datetime, diary: Diary, practitioner: int
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Opening hours less the absences."""
    pieces = [(opens, closes)]
    for away in diary.away:
        if away.practitioner in (None, practitioner):
            cut = []
            for start, end in pieces:
                cut += [(start, min(end, away.starts)), (max(start, away.ends), end)]
            pieces = [(start, end) for start, end in cut if start < end]
    return pieces


def day_list(day: dt.date, *, now: dt.datetime) -> tuple[list[dict[str, Any]], set[int]]:
    """Each practitioner's day with the hours they work, and the ids of all patients named."""
    starts, ends = day_bounds(day)
    zone = Clinic.current().zone
    visits = _of_day(starts, ends)
    people = People(visits, starts, ends, zone)
    lines: dict[int, list[dict[str, str]]] = defaultdict(list)
    for one in visits:
        opens, closes = one.starts.astimezone(zone), one.ends.astimezone(zone)
        kind, icon, text = PILLS[AppointmentStatus(one.status)]
        lines[one.who].append(
            {
                "id": str(one.pk),
                "stamp": opens.isoformat(),
                "times": f"{opens:%H:%M}–{closes:%H:%M}",
                "name": one.name,
                "where": " · ".join(part for part in (one.service, one.room, one.device) if part),
                "kind": kind,
                "icon": icon,
                "status": text,
                "trouble": people.trouble(one, now),
            }
        )
    columns = []
    for pk, name in people.names.items():
        hours = [
            f"{timezone.localtime(opens, zone):%H:%M}–{timezone.localtime(closes, zone):%H:%M}"
            for opens, closes in people.open_hours(pk, day)
        ]
        columns.append({"id": pk, "who": name, "name": people.column(pk), "hours": ", ".join(hours), "rows": lines[pk]})
    return columns, {one.patient for one in visits}
