"""The rhythm of a course: how many visits in any seven days, how many days between two, when the next one is due. Pure.

The phases follow the visits in chronological order: a missed visit is made up for at the end, so the pace of a date
is that of its position in time, whatever the number of the visit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

WEEK = 7
BEYOND = 56  # days after its own week in which a visit is searched for, and by which a typed date may be late


@dataclass(frozen=True)
class Phase:
    """A number of visits a week for a number of weeks."""

    per_week: int
    weeks: int


@dataclass(frozen=True)
class Place:
    """Where a visit belongs: its week of the course (0 is the first), and its position among those of that week."""

    week: int
    turn: int
    per_week: int

    @property
    def offset(self) -> int:
        """Days from the first visit of its week, if the visits are evenly spread."""
        return WEEK * self.turn // self.per_week

    @property
    def slack(self) -> int:
        """Days by which a visit may be later than evenly spread and still be in its own week."""
        return WEEK - 1 - self.offset


class Dated(NamedTuple):
    """A visit of a course with its day, and the pace the course asks for there."""

    number: int
    day: date
    per_week: int


@dataclass(frozen=True)
class TooNear:
    """Why a day breaks the dose: ``other`` is the visit in the way."""

    other: Dated
    least_gap: int = 0  # at least this many days must lie between the two; 0: the gap is fine
    per_week: int = 0  # more than this many in seven days; 0: not more


@dataclass(frozen=True)
class Disorder:
    """A visit on the wrong side of another one."""

    other: Dated


@dataclass(frozen=True)
class TooLate:
    """So far after its own week that it must be a mistake."""

    due: date


Misfit = TooNear | Disorder | TooLate


def places(phases: Sequence[Phase], sessions: int) -> tuple[Place, ...]:
    """One place for each visit; if the phases end before the visits, the last phase continues."""
    return _places(tuple(phases), sessions)


@lru_cache(maxsize=512)  # asked for each day that is looked at, about the same few phases
def _places(phases: tuple[Phase, ...], sessions: int) -> tuple[Place, ...]:
    laid: list[Place] = []
    week = 0
    for index, phase in enumerate(phases):
        weeks = phase.weeks if index < len(phases) - 1 else max(phase.weeks, sessions)
        for _ in range(weeks):
            laid += [Place(week, turn, phase.per_week) for turn in range(phase.per_week)]
            week += 1
            if len(laid) >= sessions:
                return tuple(laid[:sessions])
    return tuple(laid[:sessions])


def in_time(phases: Sequence[Phase], days: Sequence[tuple[int, date]]) -> tuple[Dated, ...]:
    """Visits, given as (number, day), in chronological order, each with the pace of its position."""
    return _in_time(tuple(phases), tuple(days))


@lru_cache(maxsize=512)  # the courses on a home page, again on the next one
def _in_time(phases: tuple[Phase, ...], days: tuple[tuple[int, date], ...]) -> tuple[Dated, ...]:
    laid = places(phases, len(days))
    ordered = sorted(days, key=lambda one: (one[1], one[0]))
    return tuple(Dated(number, day, place.per_week) for (number, day), place in zip(ordered, laid, strict=True))


@lru_cache(maxsize=512)
def all_too_near(course: tuple[Dated, ...]) -> tuple[int, ...]:
    """Positions in a course whose day is too near to another one."""
    return tuple(at for at in range(len(course)) if too_near(course, at))


def least_gap(per_week: int) -> int:
    """Days between two visits (DESIGN): a weekly one not within four days, two or three a week not in a row."""
    return {1: 4, 2: 2, 3: 2}.get(per_week, 1)


def _gap(one: Dated, other_per_week: int) -> int:
    return max(least_gap(one.per_week), least_gap(other_per_week))


def too_near(course: Sequence[Dated], at: int) -> TooNear | None:
    """What is wrong, if anything, with the day of the visit at that position of a course in chronological order.

    Between the paces of two phases the wider gap and the greater number apply.
    """
    own = course[at]
    neighbours = [course[place] for place in (at - 1, at + 1) if 0 <= place < len(course)]
    for other in neighbours:
        if abs((own.day - other.day).days) < _gap(own, other.per_week):
            return TooNear(other, least_gap=_gap(own, other.per_week))
    for first in range(at, -1, -1):
        begins = course[first].day
        if (own.day - begins).days >= WEEK:
            break
        few = max(one.per_week for one in course[first : at + 1])
        for last in range(at, len(course)):
            if (course[last].day - begins).days >= WEEK:
                break
            few = max(few, course[last].per_week)
            if last - first + 1 > few:
                other = course[last] if last > at else course[first]
                return TooNear(other, per_week=few)
    return None


def misfit(
    phases: Sequence[Phase], days: Sequence[tuple[int, date]], number: int, *, held: frozenset[int]
) -> Misfit | None:
    """Why the dose rules out the day of one visit among all visits of the course, given as (number, day).

    ``held``: numbers already booked or over. A missed visit may come after visits with higher numbers.
    """
    course = in_time(phases, days)
    at = next(place for place, one in enumerate(course) if one.number == number)
    own = course[at]
    if found := too_near(course, at):
        return found
    for one in course[:at]:
        if one.number > number and one.number not in held:
            return Disorder(one)
    for one in course[at + 1 :]:
        if one.number < number:
            return Disorder(one)
    if at:
        place = places(phases, at + 1)[at]
        due = ideal_day(course[:at], place, first_day=course[0].day) + timedelta(days=place.slack)
        if (own.day - due).days > BEYOND:
            return TooLate(due)
    return None


def earliest_after(course: Sequence[Dated], per_week: int) -> date | None:
    """The first day on which a visit with that pace may follow a chronological course; None if it is the first."""
    if not course:
        return None
    first = course[-1].day + timedelta(days=_gap(course[-1], per_week))
    allowed = per_week
    for back, other in enumerate(reversed(course), start=1):
        allowed = max(allowed, other.per_week)
        if back + 1 > allowed:
            return max(first, other.day + timedelta(days=WEEK))
    return first


def ideal_day(course: Sequence[Dated], place: Place, *, first_day: date) -> date:
    """Where the rhythm of the visits so far puts the next one; not before ``first_day``, never too close."""
    if not course:
        return first_day
    if place.turn:
        day = course[max(0, len(course) - place.turn)].day + timedelta(days=place.offset)
    else:
        day = course[max(0, len(course) - course[-1].per_week)].day + timedelta(days=WEEK)
    return max(day, first_day, earliest_after(course, place.per_week) or first_day)


def habit(starts: Sequence[datetime], per_week: int) -> tuple[frozenset[int], time | None]:
    """Usual weekdays and time of day of visits, in wall-clock time; ties are decided by the later ones.

    No usual time if fewer than half share one.
    """
    if not starts:
        return frozenset(), None
    latest_first = sorted(starts, reverse=True)
    days = Counter(start.weekday() for start in latest_first).most_common(per_week)
    clock, count = Counter(start.time().replace(tzinfo=None, fold=0) for start in latest_first).most_common(1)[0]
    return frozenset(day for day, _ in days), clock if 2 * count >= len(starts) else None
