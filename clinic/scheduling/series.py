"""From "2 a week for 4 weeks, then 1 a week for 2" to exact free dates. Pure, like availability.

All visits of a course are placed together. What is booked or has happened stays where it is; what is missing comes
after it. The dose first: never too close, and as many visits as possible in their own week. Then the wishes: each
visit takes the preferred day that costs no later visit its week. What is not as requested comes with the true reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from clinic.scheduling.availability import (
    Diary,
    GapHour,
    Need,
    Reason,
    Refusal,
    Slot,
    days_from,
    fit,
    instant,
)
from clinic.scheduling.day_search import DaySearch, Wish, minutes_of, times_of
from clinic.scheduling.rhythm import (
    BEYOND,
    WEEK,
    Dated,
    Phase,
    Place,
    earliest_after,
    ideal_day,
    misfit,
    too_near,
)


@dataclass(frozen=True)
class Visit:
    """One visit of the course that still needs a date, and its position in time."""

    number: int
    need: Need
    place: Place


@dataclass(frozen=True)
class Hindrance:
    """Why a better choice was not available. ``days``: those examined, ``at``: the time of day.

    ``near``: the visit of the course that is too close. ``costs``: the visit that would lose its week, this or a
    later one. ``is_early``: before the day to start on.
    """

    days: tuple[date, ...]
    reasons: frozenset[Reason] = frozenset()
    at: time | None = None
    practitioner: int | None = None
    near: int | None = None
    costs: int | None = None
    is_early: bool = False


@dataclass(frozen=True)
class Offer:
    """What was found for one visit. ``slot`` None: nothing at all in range."""

    number: int
    slot: Slot | None
    as_wished: bool = True  # on a requested weekday, in the requested part of the day
    in_its_week: bool = True  # the week that follows from the previous visits
    why: tuple[Hindrance, ...] = ()


def propose_series(
    diary: Diary,
    visits: Sequence[Visit],
    wish: Wish,
    *,
    first_day: date,
    now: datetime,
    held: Sequence[Dated] = (),
    last_day: date | None = None,
) -> tuple[Offer, ...]:
    """One offer per visit, in order. ``held``: the visits of the course that have their day, in chronological order.

    Nothing is offered before ``first_day``, before a held visit, or after ``last_day`` (as far as the diary is known).
    """
    search = DaySearch(diary, wish, now, last_day or first_day + timedelta(days=WEEK * len(visits) + 2 * BEYOND))
    course, offers = tuple(held), []
    limits = _limits(search, course, visits, first_day)
    for place, visit in enumerate(visits):
        search.liked = wish.at or search.liked
        laying = _Laying(search, course, visits[place:], limits[place:], first_day)
        day = laying.choose()
        offers.append(laying.offer(day))
        if day is None:
            continue
        is_first = not course
        course = (*course, Dated(visit.number, day, visit.place.per_week))
        if is_first:  # the weeks of a new course are counted from its first visit
            limits = [*limits[: place + 1], *_limits(search, course, visits[place + 1 :], first_day)]
        slot = offers[-1].slot
        search.liked = search.liked or (search.clock(slot) if slot else None)
    return tuple(offers)


def nearest_in_rhythm(
    diary: Diary,
    need: Need,
    wished: datetime,
    *,
    phases: Sequence[Phase],
    number: int,
    others: Sequence[tuple[int, date]],
    held: frozenset[int],
    now: datetime,
    suits: Callable[[date], bool] = lambda _day: True,
) -> Slot | None:
    """The free slot nearest to ``wished`` that keeps the rhythm among the other visits; None within six weeks.
    ``suits``: whether what else is asked of a day allows it.
    """
    wall = wished.astimezone(diary.zone)
    for offset in sorted(range(1 - WEEK, 6 * WEEK), key=lambda days: (abs(days), -days)):
        day = wall.date() + timedelta(days=offset)
        if misfit(phases, [*others, (number, day)], number, held=held) is not None:
            continue
        if not suits(day):
            continue
        slots = [slot for slot in times_of(diary, need, day, now, liked=wall.time()) if isinstance(slot, Slot)]
        if slots:
            liked = minutes_of(wall.time())
            return min(
                slots,
                key=lambda slot: (abs(minutes_of(slot.starts.astimezone(diary.zone).time()) - liked), slot.starts),
            )
    return None


def _soonest(
    search: DaySearch, course: Sequence[Dated], visits: Sequence[Visit], first_day: date
) -> Iterator[date | None]:
    """The first day that dose and diary allow for each visit: no other arrangement is sooner for any of them."""
    laid = list(course)
    for visit in visits:
        start = max(first_day, earliest_after(laid, visit.place.per_week) or first_day)
        day = search.first_open(visit.need, start)
        yield day
        if day is not None:
            laid.append(Dated(visit.number, day, visit.place.per_week))


def _limits(search: DaySearch, held: Sequence[Dated], visits: Sequence[Visit], first_day: date) -> list[date | None]:
    """The last day of the week in which each visit is possible: its own, or as many whole weeks later as necessary."""
    course = list(held)
    limits: list[date | None] = []
    for visit, soonest in zip(visits, _soonest(search, held, visits, first_day), strict=True):
        due = ideal_day(course, visit.place, first_day=first_day)
        course.append(Dated(visit.number, due, visit.place.per_week))
        if soonest is None:
            limits.append(None)
            continue
        ends = due + timedelta(days=visit.place.slack)
        limits.append(ends + timedelta(days=WEEK * -(-max(0, (soonest - ends).days) // WEEK)))
    return limits


@dataclass(frozen=True)
class _Laying:
    """One visit about to be placed: ``visits[0]``, after ``course``, with those to follow."""

    search: DaySearch
    course: tuple[Dated, ...]
    visits: Sequence[Visit]
    limits: Sequence[date | None]
    first_day: date

    @property
    def visit(self) -> Visit:
        return self.visits[0]

    @property
    def ideal(self) -> date:
        return ideal_day(self.course, self.visit.place, first_day=self.first_day)

    @property
    def start(self) -> date:
        return max(self.first_day, earliest_after(self.course, self.visit.place.per_week) or self.first_day)

    @property
    def week_ends(self) -> date:
        return self.ideal + timedelta(days=self.visit.place.slack)

    def choose(self) -> date | None:
        """The preferred day that costs no later visit its week."""
        return next((day for day in sorted(self._free, key=self._rank) if self.costs(day) is None), None)

    def _rank(self, day: date) -> tuple[bool, int, int, date]:
        return day > self.week_ends, self._misses(day), abs((day - self.ideal).days), day

    def _misses(self, day: date) -> int:
        slot = self.search.best(self.visit.need, day)
        assert slot is not None  # only open days are ranked
        other = slot.practitioner != self.visit.need.practitioners[0]
        return 2 * (self._off_weekday(day) + (not self.search.in_part(slot))) + other

    def _off_weekday(self, day: date) -> bool:
        return bool(self.search.wish.weekdays) and day.weekday() not in self.search.wish.weekdays

    def costs(self, day: date) -> int | None:
        """The number of a visit that would lose its week if this one took that day: itself, or a later one."""
        rest, limit = self.visits[1:], self.limits[0]
        if limit is not None and day > limit:
            return self.visit.number
        if not self.course:
            return None  # the weeks of a new course are counted from its first visit
        soonest = _soonest(self.search, self._with(day), rest, self.first_day)
        for visit, limit, soon in zip(rest, self.limits[1:], soonest, strict=True):
            if limit is not None and (soon is None or soon > limit):
                return visit.number
        return None

    def _with(self, day: date) -> tuple[Dated, ...]:
        return (*self.course, Dated(self.visit.number, day, self.visit.place.per_week))

    @cached_property
    def _free(self) -> tuple[date, ...]:
        """Days with free slots, from the first the dose allows to the last of the week in which it is possible."""
        limit = self.limits[0]
        if limit is None:
            return ()
        days = days_from(self.start, (limit - self.start).days + 1)
        return tuple(day for day in days if self.search.is_open(self.visit.need, day))

    def offer(self, day: date | None) -> Offer:
        if day is None:
            return Offer(self.visit.number, None, as_wished=False, in_its_week=False, why=tuple(self._why_late()))
        slot = self.search.best(self.visit.need, day)
        assert slot is not None
        is_late = day > self.week_ends
        off_part = not self.search.in_part(slot)
        why: list[Hindrance] = []
        if is_late:
            why += self._why_late()
        elif self._off_weekday(day) or off_part:
            why += self._why_not_liked(day)
        why += self._why_other(day, slot)
        is_liked = not (self._off_weekday(day) or off_part)
        return Offer(self.visit.number, slot, as_wished=is_liked, in_its_week=not is_late, why=tuple(why))

    def _why_late(self) -> Iterator[Hindrance]:
        """Nothing at all in its own week: what prevents its days, in one reason."""
        days = tuple(days_from(self.start, (self.week_ends - self.start).days + 1))
        free = [day for day in days if self.search.is_open(self.visit.need, day)]
        for day in free:  # one not taken because of a later visit
            yield Hindrance((day,), costs=self.costs(day))
        found = [self.search.reasons(self.visit.need, day) for day in days if day not in free]
        reasons = frozenset(reason for one in found for reason in one)
        if days and reasons:
            yield Hindrance(days, reasons - {Reason.CLOSED} or reasons)

    def _why_not_liked(self, chosen: date) -> Iterator[Hindrance]:
        """What prevents each preferred day of its week."""
        opens = self.ideal - timedelta(days=self.visit.place.offset)
        for day in days_from(opens, (max(self.week_ends, chosen) - opens).days + 1):
            if self._off_weekday(day):
                continue
            if day < self.first_day:
                yield Hindrance((day,), is_early=True)
                continue
            own = Dated(self.visit.number, day, self.visit.place.per_week)
            near = None if day >= self.start else _in_the_way(self.course, own)
            reasons = frozenset() if near is not None else self.search.reasons(self.visit.need, day)
            costs = None if near is not None or reasons else self.costs(day)
            if near is not None or reasons or costs is not None:
                yield Hindrance((day,), reasons, near=near, costs=costs)

    def _why_other(self, day: date, slot: Slot) -> Iterator[Hindrance]:
        """A practitioner other than the first choice; a time other than requested."""
        first = self.visit.need.practitioners[0]
        if slot.practitioner != first:
            only = replace(self.visit.need, practitioners=(first,))
            if reasons := self.search.reasons(only, day):
                yield Hindrance((day,), reasons, practitioner=first)
        at = self.search.wish.at
        if at is None or self.search.clock(slot) == at:
            return
        try:
            wished = instant(day, at, self.search.diary.zone)
        except GapHour:
            yield Hindrance((day,), frozenset({Reason.CLOSED}), at=at, practitioner=slot.practitioner)
            return
        found = fit(self.search.diary, self.visit.need, wished, slot.practitioner, now=self.search.now)
        if isinstance(found, Refusal):
            yield Hindrance((day,), frozenset({found.reason}), at=at, practitioner=slot.practitioner)


def _in_the_way(course: Sequence[Dated], own: Dated) -> int | None:
    """The number of the visit too close to a day, wherever in the course that is."""
    ordered = sorted((*course, own), key=lambda one: (one.day, one.number))
    found = too_near(ordered, ordered.index(own))
    return found.other.number if found else None
