"""When is there time for a visit? Pure: values in, values out, ``now`` is an argument.

Times are aware datetimes. Working hours are wall-clock times, so 9:00 stays 9:00 when summer time begins or ends. A
visit occupies the practitioner, a room of the right kind and, if requested, a device until the end of the changeover,
and the patient until it ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)  # visits are offered on this grid, counted from the start of the working hours
GRACE = timedelta(minutes=15)  # someone who walks in now can still get the quarter hour that has just begun


class GapHour(ValueError):
    """That time of day does not exist on that day: it is skipped when summer time begins."""


class Reason(StrEnum):
    """Why a visit does not fit."""

    PAST = "past"
    CLOSED = "closed"  # outside the practitioner's working hours
    CLINIC = "clinic"  # the whole clinic is closed
    AWAY = "away"  # the practitioner is absent
    PRACTITIONER = "practitioner"  # has another visit
    PATIENT = "patient"  # has another visit
    ROOM = "room"  # no room of that kind left
    DEVICE = "device"  # no device of that kind left


@dataclass(frozen=True)
class Hours:
    """One line of weekly working hours; ``weekday`` 0 is Monday; ``room`` is tried first."""

    practitioner: int
    weekday: int
    starts: time
    ends: time
    room: int | None = None


@dataclass(frozen=True)
class Away:
    """No one can be treated; ``practitioner`` None means the whole clinic."""

    practitioner: int | None
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Busy:
    """A booked visit. ``until`` is its end and the changeover."""

    id: int
    practitioner: int
    patient: int
    room: int
    device: int | None
    starts: datetime
    ends: datetime
    until: datetime


@dataclass(frozen=True)
class Resource:
    """A room or a device."""

    id: int
    kind: str


@dataclass(frozen=True)
class Need:
    """What a visit asks for. ``practitioners`` in order of preference; lengths in minutes."""

    minutes: int
    changeover: int
    room_kind: str
    practitioners: tuple[int, ...]
    device_kind: str = ""
    patient: int | None = None
    room: int | None = None  # keep this room if it is free (when a visit moves)


@dataclass(frozen=True)
class Slot:
    """A time when everything a visit needs is free."""

    starts: datetime
    ends: datetime
    until: datetime
    practitioner: int
    room: int
    device: int | None

    def taken_by(self, visit: int, patient: int) -> Busy:
        """The slot once a visit holds it."""
        return Busy(visit, self.practitioner, patient, self.room, self.device, self.starts, self.ends, self.until)


@dataclass(frozen=True)
class Refusal:
    """Why there is no slot at ``starts``."""

    reason: Reason
    starts: datetime
    practitioner: int


@dataclass(frozen=True)
class Diary:
    """Everything that decides whether a time is free."""

    zone: ZoneInfo
    hours: tuple[Hours, ...]
    away: tuple[Away, ...]
    busy: tuple[Busy, ...]
    rooms: tuple[Resource, ...]
    devices: tuple[Resource, ...]

    def with_busy(self, *more: Busy) -> Diary:
        found = replace(self, busy=self.busy + more)
        if "_busy_by_day" in vars(self):  # a course of twelve asks again after each of its visits
            known = self._busy_by_day
            new = {day: (*known.get(day, ()), *visits) for day, visits in _by_day(more).items()}
            vars(found)["_busy_by_day"] = {**known, **new}
        return found

    def without(self, appointment: int) -> Diary:
        """The diary without that visit: for moving it."""
        return replace(self, busy=tuple(one for one in self.busy if one.id != appointment))

    @cached_property
    def _openings(self) -> dict[tuple[int, date], tuple[Span, ...]]:
        return {}  # filled by ``opening``: needed again for every quarter hour

    @cached_property
    def _busy_by_day(self) -> Mapping[date, tuple[Busy, ...]]:
        return _by_day(self.busy)

    def busy_between(self, starts: datetime, until: datetime) -> tuple[Busy, ...]:
        """Visits that touch the half-open time from ``starts`` to ``until``."""
        day, last = starts.astimezone(UTC).date(), until.astimezone(UTC).date()
        found: dict[Busy, None] = {}
        while day <= last:
            for one in self._busy_by_day.get(day, ()):
                if one.starts < until and one.until > starts:
                    found[one] = None
            day += timedelta(days=1)
        return tuple(found)


def _by_day(visits: Iterable[Busy]) -> Mapping[date, tuple[Busy, ...]]:
    """Each under every day (in UTC) that it touches."""
    days: dict[date, list[Busy]] = defaultdict(list)
    for one in visits:
        day, last = one.starts.astimezone(UTC).date(), one.until.astimezone(UTC).date()
        while day <= last:
            days[day].append(one)
            day += timedelta(days=1)
    return {day: tuple(found) for day, found in days.items()}


def instant(day: date, clock: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """The moment (in UTC) when the wall clock shows ``clock`` on ``day``.

    ``fold`` 1 is the second of the two equal hours when summer time ends. Raises GapHour for a skipped hour.
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None, fold=fold), zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) != wall.replace(tzinfo=None, fold=0):
        raise GapHour(f"{clock:%H:%M} does not exist on {day}: the clock jumps forward.")
    return moment


def reached(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment (in UTC) of ``day`` when the wall clock shows ``clock`` or has skipped past it."""
    try:
        return instant(day, clock, zone)
    except GapHour:
        wall = datetime.combine(day, clock.replace(tzinfo=None))
        moment = datetime.combine(day, wall.time(), zone).astimezone(UTC)  # read by the old offset: after the skip
        minute = timedelta(minutes=1)
        while (moment - minute).astimezone(zone).replace(tzinfo=None) >= wall:
            moment -= minute
        return moment


def day_starts(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day: midnight, or later where that is skipped (Cairo, Beirut, Havana)."""
    return reached(day, time(), zone)


def happens_twice(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether the clock shows this time twice on that day (the end of summer time)."""
    first, second = (datetime.combine(day, clock.replace(fold=fold), zone).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and second < first


Span = tuple[datetime, datetime, int | None]  # starts, ends, usual room


def opening(diary: Diary, practitioner: int, day: date) -> tuple[Span, ...]:
    """When a practitioner works on a calendar day, adjacent lines joined."""
    known = diary._openings.get((practitioner, day))
    if known is None:
        known = diary._openings[practitioner, day] = _opening(diary, practitioner, day)
    return known


def _opening(diary: Diary, practitioner: int, day: date) -> tuple[Span, ...]:
    spans: list[Span] = []
    lines = [one for one in diary.hours if one.practitioner == practitioner and one.weekday == day.weekday()]
    for line in sorted(lines, key=lambda one: (one.starts, one.ends, one.room or 0)):
        # An edge inside a skipped hour moves with the clock; an edge in a doubled hour takes the wider
        # reading.
        starts = datetime.combine(day, line.starts.replace(fold=0), diary.zone).astimezone(UTC)
        ends = datetime.combine(day, line.ends.replace(fold=1), diary.zone).astimezone(UTC)
        if spans and starts <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], ends), spans[-1][2] or line.room)
        elif ends > starts:
            spans.append((starts, ends, line.room))
    return tuple(spans)


def fit(diary: Diary, need: Need, starts: datetime, practitioner: int, *, now: datetime) -> Slot | Refusal:
    """The slot at exactly ``starts`` with ``practitioner``, or why there is none."""
    starts = starts.astimezone(UTC)
    ends = starts + timedelta(minutes=need.minutes)
    until = ends + timedelta(minutes=need.changeover)

    def refuse(reason: Reason) -> Refusal:
        return Refusal(reason, starts, practitioner)

    if starts < now - GRACE:
        return refuse(Reason.PAST)
    spans = opening(diary, practitioner, starts.astimezone(diary.zone).date())
    span = next((one for one in spans if one[0] <= starts and ends <= one[1]), None)
    if span is None:
        return refuse(Reason.CLOSED)
    away = {one.practitioner for one in diary.away if one.starts < ends and one.ends > starts}
    if None in away:
        return refuse(Reason.CLINIC)
    if practitioner in away:
        return refuse(Reason.AWAY)
    others = diary.busy_between(starts, until)
    if any(one.practitioner == practitioner for one in others):
        return refuse(Reason.PRACTITIONER)
    if any(one.patient == need.patient and one.starts < ends and one.ends > starts for one in others):
        return refuse(Reason.PATIENT)
    room = _first_free(diary.rooms, need.room_kind, {one.room for one in others}, (need.room, span[2]))
    if room is None:
        return refuse(Reason.ROOM)
    device = None
    if need.device_kind:
        device = _first_free(diary.devices, need.device_kind, {one.device for one in others}, ())
        if device is None:
            return refuse(Reason.DEVICE)
    return Slot(starts, ends, until, practitioner, room, device)


def _first_free(
    resources: tuple[Resource, ...],
    kind: str,
    taken: set[int | None] | set[int],
    wished: tuple[int | None, ...],
) -> int | None:
    free = sorted(one.id for one in resources if one.kind == kind and one.id not in taken)
    return next((one for one in wished if one in free), free[0] if free else None)


def grid(diary: Diary, need: Need, practitioner: int, day: date) -> Iterator[datetime]:
    """The times of a day that can be requested: in the working hours, free or not."""
    for starts, ends, _room in opening(diary, practitioner, day):
        while starts + timedelta(minutes=need.minutes) <= ends:
            yield starts
            starts += STEP


def free_slots(diary: Diary, need: Need, day: date, *, now: datetime) -> tuple[Slot, ...]:
    """All slots of a calendar day, by time, then in the order in which practitioners were requested."""
    found: list[tuple[datetime, int, Slot]] = []
    for place, practitioner in enumerate(need.practitioners):
        for starts in grid(diary, need, practitioner, day):
            slot = fit(diary, need, starts, practitioner, now=now)
            if isinstance(slot, Slot):
                found.append((starts, place, slot))
    return tuple(slot for _starts, _place, slot in sorted(found, key=lambda one: one[:2]))


def days_from(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))


def next_fit(diary: Diary, need: Need, after: datetime, *, now: datetime, days: int = 42) -> Slot | None:
    """The first slot starting at ``after`` or later, within so many days; None if there is none."""
    for day in days_from(after.astimezone(diary.zone).date(), days):
        for slot in free_slots(diary, need, day, now=now):
            if slot.starts >= after:
                return slot
    return None


def nearest_fit(diary: Diary, need: Need, wished: datetime, *, now: datetime, days: int = 42) -> Slot | None:
    """The slot closest to ``wished`` on the same day, else the first one on a later day."""
    day = wished.astimezone(diary.zone).date()
    same_day = free_slots(diary, need, day, now=now)
    if same_day:
        return min(same_day, key=lambda slot: (abs(slot.starts - wished), slot.starts))
    return next_fit(diary, need, wished, now=now, days=days)
