"""The days of a course: its phases, its visits that hold a time, and the number each has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from clinic.people.models import Clinic
from clinic.scheduling.models import Course
from clinic.scheduling.rhythm import Phase

Day = tuple[int, dt.date]  # a visit's number and its day on the clinic's calendar


def phases_of(course: Course) -> tuple[Phase, ...]:
    return tuple(Phase(phase["per_week"], phase["weeks"]) for phase in course.phases)


def held_visits(course: Course, *, without: Iterable[int] = ()) -> list[tuple[int, dt.datetime]]:
    """Visits of the course booked or over, as (number, start on the clinic's clock), in chronological order."""
    zone = Clinic.current().zone
    rows = course.visits.active().filter(number_in_course__isnull=False).exclude(pk__in=list(without))
    found = rows.order_by("starts_at").values_list("number", "starts_at")  # type: ignore[misc]
    return [(number or 0, starts.astimezone(zone)) for number, starts in found]


def held_days(course: Course) -> list[Day]:
    return [(number, starts.date()) for number, starts in held_visits(course)]


def number_in_time(course: Course, days: Sequence[Day], number: int) -> int:
    """The number a visit has by its position in time, if that is later: a missed first visit, made up for at the
    end, needs what the last one needs.
    """
    in_order = sorted(days, key=lambda one: (one[1], one[0]))
    place = next(place for place, one in enumerate(in_order) if one[0] == number)
    return max(number, course.first_visit_number + place)
