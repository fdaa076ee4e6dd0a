"""From "2 a week for 4 weeks, then 1 a week for 2" to exact free dates. Pure, like availability.

Every visit keeps its own week and, as far as there is room, the same time on the wall clock; visits of one
week are
spread over it. What cannot be had as wished is offered all the same, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from clinic.scheduling.availability import Busy, Diary, Need, Slot, days_from, free_slots

WEEKS_BEYOND = 6  # how far past its own week a visit is looked for


@dataclass(frozen=True)
class Phase:
    """So many visits a week for so many weeks."""

    per_week: int
    weeks: int


@dataclass(frozen=True)
class Wish:
    """What suits the patient. Empty ``weekdays`` (0 is Monday): any day. ``at``: the time of day liked
    best.
    """

    weekdays: frozenset[int] = field(default_factory=frozenset)
    earliest: time = time(0, 0)
    latest: time = time(23, 59)  # the visit starts no later than this
    at: time | None = None


@dataclass(frozen=True)
class Visit:
    """One visit of the course that still needs a date."""

    number: int
    need: Need


@dataclass(frozen=True)
class Offer:
    """What was found for one visit. ``slot`` None: nothing at all within reach."""

    number: int
    slot: Slot | None
    as_wished: bool = True  # on a wished weekday, in the wished part of the day
    in_its_week: bool = True


@dataclass(frozen=True)
class Place:
    """Where a visit belongs: its week of the course (0 is the first), and which of how many it is in that
    week.
    """

    week: int
    turn: int
    per_week: int


def places(phases: Sequence[Phase], sessions: int) -> tuple[Place, ...]:
    """One place for each visit; when the phases end before the visits do, the last phase goes on."""
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


def propose_series(
    diary: Diary,
    visits: Sequence[Visit],
    where: Sequence[Place],
    wish: Wish,
    *,
    first_day: date,
    now: datetime,
    held: Sequence[date] = (),
) -> tuple[Offer, ...]:
    """One offer for each visit, in order. ``where`` gives each visit's place; the first visit's week
    starts on
    ``first_day``. ``held``: days on which other visits of the course are booked already.
    """
    offers: list[Offer] = []
    days = set(held)
    liked = wish.at
    earliest = first_day
    for visit, place in zip(visits, where, strict=True):
        opens = first_day + timedelta(days=7 * (place.week - where[0].week))
        offer = _one(diary, visit, place, replace(wish, at=liked), opens, earliest, days, now)
        offers.append(offer)
        if offer.slot is None:
            continue
        slot = offer.slot
        local = slot.starts.astimezone(diary.zone)
        liked = liked or local.time().replace(tzinfo=None, fold=0)
        days.add(local.date())
        earliest = local.date() + timedelta(days=1)
        diary = diary.with_busy(_taken(slot, visit))
    return tuple(offers)


def _taken(slot: Slot, visit: Visit) -> Busy:
    # Not booked yet: a negative id can be no appointment's.
    return Busy(
        -visit.number,
        slot.practitioner,
        visit.need.patient or 0,
        slot.room,
        slot.device,
        slot.starts,
        slot.ends,
        slot.until,
    )


def _gap(place: Place) -> int:
    return {1: 4, 2: 2, 3: 2}.get(place.per_week, 1)  # days between visits (DESIGN): spread, but not stubbornly


def _one(
    diary: Diary,
    visit: Visit,
    place: Place,
    wish: Wish,
    opens: date,
    earliest: date,
    held: set[date],
    now: datetime,
) -> Offer:
    aim = opens + timedelta(days=7 * place.turn // place.per_week)
    week = [day for day in days_from(opens, 7) if day >= earliest and day not in held]
    week.sort(key=lambda day: (abs((day - aim).days), day))
    spread = [day for day in week if all(abs((day - other).days) >= _gap(place) for other in held)]
    for days in (spread, week):  # first well spread; if that fails, anywhere in its week
        for day, slot in _tries(diary, visit.need, wish, days, now):
            if _suits(diary, wish, day, slot):
                return Offer(visit.number, slot)
        if days and (found := next(_tries(diary, visit.need, wish, days, now), None)):
            return Offer(visit.number, found[1], as_wished=False)
    start = max(opens + timedelta(days=7), earliest)
    later = [day for day in days_from(start, 7 * WEEKS_BEYOND) if day not in held]
    for day, slot in _tries(diary, visit.need, wish, later, now):
        return Offer(visit.number, slot, as_wished=_suits(diary, wish, day, slot), in_its_week=False)
    return Offer(visit.number, None, as_wished=False, in_its_week=False)


def _suits(diary: Diary, wish: Wish, day: date, slot: Slot) -> bool:
    clock = slot.starts.astimezone(diary.zone).time().replace(tzinfo=None, fold=0)
    return (not wish.weekdays or day.weekday() in wish.weekdays) and wish.earliest <= clock <= wish.latest


def _tries(diary: Diary, need: Need, wish: Wish, days: Sequence[date], now: datetime) -> Iterator[tuple[date, Slot]]:
    """Slots of those days, best first on each day: in the wished part of the day, near the liked time,
    first choice of
    practitioner. Wished weekdays come before the others.
    """
    for day in sorted(days, key=lambda day: bool(wish.weekdays) and day.weekday() not in wish.weekdays):
        slots = free_slots(diary, need, day, now=now)
        yield from ((day, slot) for slot in sorted(slots, key=lambda slot: _order(diary, need, wish, slot)))


def _order(diary: Diary, need: Need, wish: Wish, slot: Slot) -> tuple[bool, int, int, datetime]:
    clock = slot.starts.astimezone(diary.zone).time()
    minutes = clock.hour * 60 + clock.minute
    liked = wish.at or wish.earliest
    outside = not wish.earliest <= clock.replace(tzinfo=None, fold=0) <= wish.latest
    return (
        outside,
        need.practitioners.index(slot.practitioner),
        abs(minutes - (liked.hour * 60 + liked.minute)),
        slot.starts,
    )
