"""Two courses of one patient booked as the same visits: which can be, what such a visit needs, and which number it has
in the second course.

The first course leads: its dates are proposed and typed, and on some of them the visit serves the second one, too. So
the one with more visits a week leads; the other's are among them, or follow alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from clinic.lib.kept_queries import KeptQuery
from clinic.scheduling.availability import Need
from clinic.scheduling.course_days import Day, held_days, number_in_time, phases_of
from clinic.scheduling.diary import need_of_visit
from clinic.scheduling.errors import NotOpen
from clinic.scheduling.models import Course
from clinic.scheduling.models.resources import LONGEST_MINUTES
from clinic.scheduling.rhythm import Misfit, Phase, ideal_day, in_time, misfit, places


@dataclass(frozen=True)
class Pairs:
    """The other courses of the patient that wait for dates. ``ready``: can be booked with this one, from its page;
    ``led_by``: from their own page, having more visits a week; ``apart``: not together, with the reason.
    """

    ready: tuple[Course, ...] = ()
    led_by: tuple[Course, ...] = ()
    apart: tuple[tuple[Course, str], ...] = ()


def _waiting(course: Course) -> list[Course]:
    """Other courses of the patient that wait for dates."""
    return _to_book(course.patient_id, course.pk)


@KeptQuery
def _to_book(patient: int, beside: int) -> QuerySet[Course]:
    rows = Course.objects.filter(patient=patient, status=Course.Status.TO_BOOK).exclude(pk=beside)
    return rows.select_related("service", "patient")


def others_to_book(course: Course) -> list[Course]:
    """Those of them that can share visits with it."""
    return [one for one in _waiting(course) if not why_apart(course, one)]


def pairs_of(course: Course) -> Pairs:
    if course.status != Course.Status.TO_BOOK:
        return Pairs()
    others = [(one, why_apart(course, one)) for one in _waiting(course)]
    fitting = [one for one, reason in others if not reason]
    return Pairs(
        tuple(one for one in fitting if leads(course, one)),
        tuple(one for one in fitting if not leads(course, one)),
        tuple(one for one in others if one[1]),
    )


def why_apart(one: Course, other: Course) -> str:
    """Why no visit can serve both courses, in words; empty if one can."""
    if one.patient_id != other.patient_id or one.pk == other.pk:
        return "They are not two courses of one patient."
    if one.service.room_kind != other.service.room_kind:
        return "They need different kinds of room."
    if len(_devices(one) | _devices(other)) > 1:
        return "They need different devices."
    if one.minutes + other.minutes > LONGEST_MINUTES:
        return "Together they are longer than any visit can be."
    return ""


def _devices(course: Course) -> set[str]:
    return {kind for kind in (course.device_kind, course.service.device_kind) if kind}


def leads(one: Course, other: Course) -> bool:
    """Whether the visits of ``other`` can be among those of ``one``."""
    return _pace(one) >= _pace(other)


def _pace(course: Course) -> int:
    return max(phase.per_week for phase in phases_of(course))


def need_of_both(one: Need, other: Need) -> Need:
    """One visit long enough for both, one after the other."""
    return replace(
        one,
        minutes=one.minutes + other.minutes,
        changeover=max(one.changeover, other.changeover),
        device_kind=one.device_kind or other.device_kind,
    )


@dataclass(frozen=True)
class Shared:
    """What a visit is in the second course. ``days``: those of that course, its own with them."""

    course: Course
    number: int
    days: tuple[Day, ...]
    held: frozenset[int]

    @property
    def phases(self) -> tuple[Phase, ...]:
        return phases_of(self.course)

    @property
    def day(self) -> date:
        return dict(self.days)[self.number]

    def misfit(self, day: date | None = None) -> Misfit | None:
        """What the rhythm of the second course says to its day, or to another one."""
        others = [one for one in self.days if one[0] != self.number]
        return misfit(self.phases, [*others, (self.number, day or self.day)], self.number, held=self.held)

    @property
    def is_in_its_week(self) -> bool:
        """Not so late that the second course would fall behind."""
        others = in_time(self.phases, [one for one in self.days if one[0] != self.number])
        before = [one for one in others if one.day < self.day]
        place = places(self.phases, len(before) + 1)[-1]
        return not before or self.day <= ideal_day(before, place, first_day=before[0].day) + dt.timedelta(place.slack)

    def need(self, practitioners: Sequence[int]) -> Need:
        return need_of_visit(self.course, number_in_time(self.course, self.days, self.number), practitioners)


@dataclass(frozen=True)
class Second:
    """The second course, with its visits that hold a time, as (number, day)."""

    course: Course
    held: tuple[Day, ...]

    @property
    def missing(self) -> list[int]:
        return self.course.missing_numbers({number for number, _day in self.held})

    def shared(self, days: Sequence[Day], number: int) -> Shared:
        """What visit ``number`` of the first course is in this one. ``days``: of the visits of the first course that
        are shared, its own with them: they take the open numbers in their order.
        """
        taken = dict(zip([one for one, _day in sorted(days)], self.missing, strict=False))
        if number not in taken:
            raise NotOpen("The other course has no more visits to book.")
        new = [(taken[one], day) for one, day in days if one in taken]
        return Shared(self.course, taken[number], (*self.held, *new), frozenset(one for one, _day in self.held))

    def among(self, days: Sequence[Day], only: frozenset[int] | None = None) -> dict[int, Shared]:
        """Which visits of the first course, in order, serve this one as well, as its rhythm allows. ``only``: those
        that may.
        """
        chosen: list[Day] = []
        found: dict[int, Shared] = {}
        for one in days:
            if (only is not None and one[0] not in only) or len(chosen) == len(self.missing):
                continue
            shared = self.shared([*chosen, one], one[0])
            if shared.misfit() is None and shared.is_in_its_week:
                chosen.append(one)
                found[one[0]] = shared
        return found


def second_of(course: Course | None) -> Second | None:
    return Second(course, tuple(held_days(course))) if course is not None else None


def longest_of(course: Course, second: Second | None) -> int:
    """Minutes until a visit, of the second course as well if given, frees its room."""
    other = second.course if second else None
    changeovers = [one.service.changeover_minutes for one in (course, other) if one]
    return course.minutes + (other.minutes if other else 0) + max(changeovers)
