"""What the owner has set up, for the clinic page: services, rooms, devices, weekly hours, coming absences."""

from __future__ import annotations

import itertools
from typing import Any

from django import template
from django.utils import timezone

from clinic.people.models import User
from clinic.scheduling.models import Absence, Device, Room, Service, WorkingHours

register = template.Library()


@register.inclusion_tag("scheduling/_clinic_setup.html")
def clinic_setup() -> dict[str, Any]:
    """Four short lists and one line of hours per practitioner: five queries."""
    return {
        "services": list(Service.objects.filter(is_active=True)),
        "rooms": list(Room.objects.filter(is_active=True)),
        "devices": list(Device.objects.filter(is_active=True)),
        "absences": list(
            Absence.objects.filter(ends_at__gt=timezone.now()).select_related("practitioner").order_by("starts_at")[:5]
        ),
        "weeks": _weeks(),
    }


def _weeks() -> list[dict[str, Any]]:
    """Each practitioner who may sign in, with their week: days with the same hours are grouped."""
    people = User.objects.filter(is_practitioner=True, is_active=True).prefetch_related("working_hours__room")
    return [{"who": person, "lines": week_lines(list(person.working_hours.all()))} for person in people]


def week_lines(hours: list[WorkingHours]) -> list[tuple[str, str]]:
    """(“Mon–Fri”, “08:00–12:30, 13:30–18:00 · Willow”) in the order of the week."""
    by_day: dict[int, str] = {}
    for day, spans in itertools.groupby(sorted(hours, key=lambda h: (h.weekday, h.starts)), key=lambda h: h.weekday):
        listed = list(spans)
        rooms = dict.fromkeys(str(one.room) for one in listed if one.room)
        clock = ", ".join(f"{one.starts:%H:%M}–{one.ends:%H:%M}" for one in listed)
        by_day[day] = " · ".join([clock, *rooms])
    runs: list[tuple[int, int, str]] = []
    for day, text in by_day.items():
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    return [(_days(first, last), text) for first, last, text in runs]


def _days(first: int, last: int) -> str:
    names = [WorkingHours.Weekday(day).label[:3] for day in (first, last)]
    return names[0] if first == last else ("–" if last - first > 1 else ", ").join(names)
