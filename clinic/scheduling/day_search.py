"""The free times of days, for a whole course: what suits best on a day, and what prevents it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from clinic.scheduling.availability import Diary, GapHour, Need, Reason, Refusal, Slot, days_from, fit, grid, instant
from clinic.scheduling.rhythm import BEYOND


@dataclass(frozen=True)
class Wish:
    """What suits the patient. Empty ``weekdays`` (0 is Monday): any day. ``at``: the preferred time of day."""

    weekdays: frozenset[int] = field(default_factory=frozenset)
    earliest: time = time(0, 0)
    latest: time = time(23, 59)  # the visit starts no later than this
    at: time | None = None


def times_of(diary: Diary, need: Need, day: date, now: datetime, *, liked: time | None) -> Iterator[Slot | Refusal]:
    """Every time of a day that can be requested, on the grid and at the preferred time; free, or why not."""
    for practitioner in need.practitioners:
        starts = set(grid(diary, need, practitioner, day))
        if liked is not None:
            try:
                wished = instant(day, liked.replace(second=0, microsecond=0), diary.zone)
                if not isinstance(fit(diary, need, wished, practitioner, now=now), Refusal):
                    starts.add(wished)
            except GapHour:
                pass
        if not starts:
            yield Refusal(Reason.CLOSED, now, practitioner)
        for start in sorted(starts):
            yield fit(diary, need, start, practitioner, now=now)


class DaySearch:
    """Free times by day, computed once. ``liked``: the time of day the course has settled on so far."""

    def __init__(self, diary: Diary, wish: Wish, now: datetime, last_day: date) -> None:
        self.diary, self.wish, self.now, self.last_day = diary, wish, now, last_day
        self.liked: time | None = wish.at
        self._open: dict[tuple[Need, date], bool] = {}
        self._best: dict[tuple[Need, date, time | None], Slot | None] = {}

    def clock(self, slot: Slot) -> time:
        return slot.starts.astimezone(self.diary.zone).time().replace(tzinfo=None, fold=0)

    def in_part(self, slot: Slot) -> bool:
        return self.wish.earliest <= self.clock(slot) <= self.wish.latest

    def is_open(self, need: Need, day: date) -> bool:
        key = (need, day)
        if key not in self._open:
            found = times_of(self.diary, need, day, self.now, liked=self.wish.at)
            self._open[key] = any(isinstance(slot, Slot) for slot in found)
        return self._open[key]

    def first_open(self, need: Need, start: date) -> date | None:
        days = min(BEYOND, (self.last_day - start).days + 1)
        return next((day for day in days_from(start, days) if self.is_open(need, day)), None)

    def best(self, need: Need, day: date) -> Slot | None:
        """In the requested part of the day, with the preferred practitioner, close to the preferred time."""
        key = (need, day, self.liked)
        if key not in self._best:
            self._best[key] = self._look(need, day)
        return self._best[key]

    def _look(self, need: Need, day: date) -> Slot | None:
        found = times_of(self.diary, need, day, self.now, liked=self.liked)
        slots = [slot for slot in found if isinstance(slot, Slot)]
        liked = self.liked or self.wish.earliest
        return min(
            slots,
            default=None,
            key=lambda slot: (
                not self.in_part(slot),
                need.practitioners.index(slot.practitioner),
                abs(minutes_of(self.clock(slot)) - minutes_of(liked)),
                slot.starts,
            ),
        )

    def reasons(self, need: Need, day: date) -> frozenset[Reason]:
        """What prevents each time in the requested part of a day; empty if one of them is free."""
        found: set[Reason] = set()
        for practitioner in need.practitioners:
            starts = [
                start
                for start in grid(self.diary, need, practitioner, day)
                if self.wish.earliest
                <= start.astimezone(self.diary.zone).time().replace(tzinfo=None, fold=0)
                <= self.wish.latest
            ]
            if not starts:
                found.add(Reason.CLOSED)
            for start in starts:
                one = fit(self.diary, need, start, practitioner, now=self.now)
                if isinstance(one, Slot):
                    return frozenset()
                found.add(one.reason)
        return frozenset(found)


def minutes_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute
