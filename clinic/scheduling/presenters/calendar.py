"""The calendar's events, and the same day as a list for those without JavaScript."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone

from clinic.people.models import Patient, User
from clinic.scheduling.availability import Diary, day_starts, opening
from clinic.scheduling.closures import trouble_words, troubles_of
from clinic.scheduling.diary import load_diary
from clinic.scheduling.models import MOVABLE, Appointment, WorkingHours
from clinic.scheduling.presenters.pages import day_bounds, day_for, pill


def calendar_events(starts: dt.datetime, ends: dt.datetime) -> list[dict[str, Any]]:
    """Events for Event Calendar: visits, and closed hours as background. Times on the clinic's wall clock, no zone."""
    visits = list(Appointment.objects.active().between(starts, ends).with_people())
    diary = load_diary(starts, ends)
    troubles = troubles_of(visits, diary, now=timezone.now())
    shown = [_event(visit, trouble_words(visit, troubles.get(visit.pk, ()))) for visit in visits]
    return shown + _closed(diary, starts, ends)


def columns(starts: dt.datetime, ends: dt.datetime) -> list[User]:
    """Practitioners, and whoever visits are booked with between two moments although they left: none disappears."""
    booked = Appointment.objects.active().between(starts, ends).values("practitioner_id")
    rows = User.objects.filter(Q(is_active=True, is_practitioner=True) | Q(pk__in=booked))
    return list(rows.order_by("name", "id"))


def column_name(user: User) -> str:
    return user.name if user.is_active and user.is_practitioner else f"{user.name} (no longer here)"


def _wall(when: dt.datetime) -> str:
    return timezone.localtime(when).replace(tzinfo=None).isoformat(timespec="seconds")


def _event(visit: Appointment, trouble: str) -> dict[str, Any]:
    local = timezone.localtime(visit.starts_at)
    status = pill(visit.status)["text"]
    return {
        "id": str(visit.pk),
        "resourceIds": [str(visit.practitioner_id)],
        "start": _wall(visit.starts_at),
        "end": _wall(visit.ends_at),
        "title": str(visit.patient),
        "editable": visit.status in MOVABLE,
        "durationEditable": False,
        "classNames": [
            f"visit-{visit.status}",
            f"tint-{visit.service.colour}",
            *(["visit-in-trouble"] if trouble else []),
        ],
        "extendedProps": {
            "version": visit.version,
            "room": visit.room.name,
            "service": visit.service.name,
            "status": status,
            "isBooked": visit.status == Appointment.Status.BOOKED,
            "column": column_name(visit.practitioner),
            "trouble": trouble,
            "spoken": f"{local:%A}, with {visit.practitioner}, {status}{f'. {trouble}' if trouble else ''}",
        },
    }


def _closed(diary: Diary, starts: dt.datetime, ends: dt.datetime) -> list[dict[str, Any]]:
    events = []
    for practitioner in columns(starts, ends):
        day = timezone.localtime(starts).date()
        while day < timezone.localtime(ends).date():
            edge, midnight = _bounds(diary, day)
            free = [
                piece
                for opens, closes, _room in opening(diary, practitioner.pk, day)
                for piece in _without(opens, closes, diary, practitioner.pk)
            ]
            for opens, closes in [*sorted(free), (midnight, midnight)]:
                if edge < opens:
                    events.append(_shade(practitioner.pk, edge, opens))
                edge = max(edge, closes)
            day += dt.timedelta(days=1)
    return events


def _bounds(diary: Diary, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return day_starts(day, diary.zone), day_starts(day + dt.timedelta(days=1), diary.zone)


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


def _shade(practitioner: int, starts: dt.datetime, ends: dt.datetime) -> dict[str, Any]:
    return {
        "id": f"closed-{practitioner}-{_wall(starts)}",
        "resourceIds": [str(practitioner)],
        "start": _wall(starts),
        "end": _wall(ends),
        "display": "background",
        "classNames": ["closed-hours"],
    }


def day_list(day: dt.date) -> list[dict[str, Any]]:
    """The calendar without JavaScript: each practitioner's day, with the hours they work."""
    starts, ends = day_bounds(day)
    diary = load_diary(starts, ends)
    visits = [visit for visit in day_for(None, day) if visit.is_active]
    troubles = troubles_of(visits, diary, now=timezone.now())
    listed = []
    for practitioner in columns(starts, ends):
        hours = [
            f"{timezone.localtime(opens):%H:%M}–{timezone.localtime(closes):%H:%M}"
            for window in opening(diary, practitioner.pk, day)
            for opens, closes in _without(window[0], window[1], diary, practitioner.pk)
        ]
        rows = [
            {
                "visit": visit,
                "pill": pill(visit.status),
                "trouble": trouble_words(visit, troubles.get(visit.pk, ())),
            }
            for visit in visits
            if visit.practitioner_id == practitioner.pk
        ]
        name = column_name(practitioner)
        listed.append({"practitioner": practitioner, "name": name, "hours": ", ".join(hours), "rows": rows})
    return listed


def patients_between(starts: dt.datetime, ends: dt.datetime) -> list[Patient]:
    """Whose names the calendar shows between two moments."""
    return list(Patient.objects.filter(appointments__in=Appointment.objects.active().between(starts, ends)).distinct())


def calendar_frame(first_day: dt.date, last_day: dt.date, users: list[User] | None = None) -> dict[str, Any]:
    """What the calendar draws its grid from: columns, first and last hour, days nobody works (0 is Sunday). Visits
    outside of what is worked by now widen it. ``users``: the columns, where they are known.
    """
    starts, ends = day_bounds(first_day)[0], day_bounds(last_day)[1]
    hours = list(WorkingHours.objects.filter(practitioner__is_active=True).values_list("weekday", "starts", "ends"))
    booked = Appointment.objects.active().between(starts, ends).values_list("starts_at", "ends_at")
    for edges in booked:
        opens, closes = (timezone.localtime(edge) for edge in edges)
        closing = closes.time() if closes.date() == opens.date() else dt.time(23, 59)
        hours.append((opens.weekday(), opens.time(), closing))
    first = min((starts for _day, starts, _ends in hours), default=dt.time(9)).hour
    last = max((ends for _day, _starts, ends in hours), default=dt.time(17))
    worked = {day for day, _starts, _ends in hours} or set(range(5))
    return {
        "resources": [{"id": str(user.pk), "title": column_name(user)} for user in users or columns(starts, ends)],
        "slotMinTime": f"{max(first - 1, 0):02}:00",
        "slotMaxTime": f"{min(last.hour + (2 if last.minute else 1), 24):02}:00",
        "hiddenDays": [(day + 1) % 7 for day in range(7) if day not in worked],
    }
