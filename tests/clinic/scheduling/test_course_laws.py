"""Laws of laying a course, in random diaries, beside a reference that tries every way and knows no shortcut."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import pytest

from clinic.scheduling.availability import Away, Busy, Diary, Hours, Need, Reason, Resource
from clinic.scheduling.day_search import Wish
from clinic.scheduling.rhythm import (
    Dated,
    Phase,
    earliest_after,
    ideal_day,
    in_time,
    least_gap,
    misfit,
    places,
    too_near,
)
from clinic.scheduling.series import Visit, propose_series
from tests.support.draws import FEWER, IS_QUICK

pytestmark = pytest.mark.pure
ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
START = dt.date(2026, 3, 16)  # a Monday; the clock jumps on the 29th
DAYS = 45
DIARIES = 5_000 // (FEWER if IS_QUICK else 1)
DAY = dt.timedelta(days=1)
MINUTES, CHANGEOVER = 60, 15


def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return as_moment(dt.datetime.combine(day, dt.time(hour, minute)))


@cache  # all diaries lie in the same few weeks
def as_moment(clock: dt.datetime) -> dt.datetime:
    return clock.replace(tzinfo=ZONE).astimezone(dt.UTC)


@cache
def on_the_clock(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(ZONE)


@dataclass(frozen=True)
class Case:
    diary: Diary
    phases: tuple[Phase, ...]
    held: tuple[Dated, ...]
    visits: tuple[Visit, ...]
    wish: Wish
    first_day: dt.date
    now: dt.datetime


def draw(seed: int) -> Case:
    """A small house: one or two practitioners with short hours on some days, holidays, other people's visits."""
    pick = random.Random(seed)
    who = (1, 2)[: pick.choice((1, 1, 2))]
    open_days = {one: pick.sample(range(7), pick.randint(1, 6)) for one in who}
    hours = tuple(
        Hours(one, day, dt.time(start := pick.choice((9, 10, 14))), dt.time(start + pick.choice((1, 2, 3))))
        for one in who
        for day in sorted(open_days[one])
    )
    away = []
    for _ in range(pick.choice((0, 1, 1, 2))):
        first = START + pick.randint(0, 30) * DAY
        whom = pick.choice((None, *who))
        away.append(Away(whom, moment(first, 0), moment(first + pick.choice((1, 3, 7, 9)) * DAY, pick.choice((0, 11)))))
    busy = []
    for number in range(pick.choice((0, 4, 12, 25))):
        day = START + pick.randint(0, DAYS) * DAY
        starts = moment(day, pick.randint(9, 16), pick.choice((0, 30)))
        ends = starts + dt.timedelta(minutes=pick.choice((30, 60)))
        busy.append(
            Busy(
                number,
                pick.choice((*who, 3)),
                500 + number,
                pick.choice((1, 2)),
                pick.choice((None, 1)),
                starts,
                ends,
                ends,
            )
        )
    rooms = tuple(Resource(number, "table") for number in range(1, pick.choice((1, 2)) + 1))
    devices = (Resource(1, "stimulator"),) * pick.choice((0, 1, 1, 1))
    phases = tuple(Phase(pick.choice((1, 1, 2, 2, 3, 4)), pick.choice((1, 1, 2))) for _ in range(pick.choice((1, 2))))
    days, day = [], START - 21 * DAY
    for number in range(1, pick.choice((0, 0, 1, 2, 4)) + 1):  # may be nearer than the dose allows: people move visits
        days.append((number, day))
        day += pick.randint(2, 9) * DAY
    held = in_time(phases, days)
    count = pick.choice((1, 2, 2, 3, 4))
    laid = places(phases, len(held) + count)
    from_visit = pick.choice((0, 0, 1, len(held) + 2))
    visits = tuple(
        Visit(
            place + 1,
            Need(MINUTES, CHANGEOVER, "table", who, "stimulator" if from_visit and place + 1 >= from_visit else "", 70),
            laid[place],
        )
        for place in range(len(held), len(held) + count)
    )
    part = pick.choice(((dt.time(0), dt.time(23, 59)),) * 3 + ((dt.time(12), dt.time(16, 59)),))
    wish = Wish(
        weekdays=frozenset(pick.sample(range(7), pick.choice((0, 0, 1, 2)))),
        earliest=part[0],
        latest=part[1],
        at=pick.choice((None, None, dt.time(10), dt.time(14, 30))),
    )
    first_day = START + pick.randint(0, 6) * DAY
    return Case(
        Diary(ZONE, hours, tuple(away), tuple(busy), rooms, devices),
        phases, held, visits, wish, first_day, moment(START - DAY, 12),
    )  # fmt: skip


# --- the reference: says the rules once more, in the plainest way ------------------------------------
def obstacle(case: Case, need: Need, practitioner: int, starts: dt.datetime) -> Reason | None:
    """What stands against a visit at that time, asked of the diary line by line; None when it is free."""
    ends = starts + dt.timedelta(minutes=need.minutes)
    until = ends + dt.timedelta(minutes=need.changeover)
    local, local_end = on_the_clock(starts), on_the_clock(ends)
    lines = [one for one in case.diary.hours if one.practitioner == practitioner]
    if not any(
        one.weekday == local.weekday()
        and one.starts <= local.time()
        and local_end.time() <= one.ends
        and local.date() == local_end.date()
        for one in lines
    ):
        return Reason.CLOSED
    for whom, reason in ((None, Reason.CLINIC), (practitioner, Reason.AWAY)):
        if any(one.practitioner == whom and one.starts < ends and starts < one.ends for one in case.diary.away):
            return reason
    others = [one for one in case.diary.busy if one.starts < until and starts < one.until]
    if any(one.practitioner == practitioner for one in others):
        return Reason.PRACTITIONER
    if {one.id for one in case.diary.rooms} <= {one.room for one in others}:
        return Reason.ROOM
    if need.device_kind and {one.id for one in case.diary.devices} <= {one.device for one in others}:
        return Reason.DEVICE
    return None


def tries(case: Case, need: Need, practitioner: int, day: dt.date) -> list[dt.datetime]:
    """The quarter hours of somebody's working hours at which the visit would fit, as moments."""
    found = []
    for line in case.diary.hours:
        if line.practitioner == practitioner and line.weekday == day.weekday():
            clock = dt.datetime.combine(day, line.starts)
            while clock + dt.timedelta(minutes=need.minutes) <= dt.datetime.combine(day, line.ends):
                found.append(as_moment(clock))
                clock += dt.timedelta(minutes=15)
    return found


def obstacles(case: Case, need: Need, day: dt.date, practitioners: tuple[int, ...]) -> frozenset[Reason]:
    """What stands against each quarter hour of the wished part of a day; empty when one of them is free."""
    found: set[Reason] = set()
    for practitioner in practitioners:
        starts = [
            start
            for start in tries(case, need, practitioner, day)
            if case.wish.earliest <= on_the_clock(start).time() <= case.wish.latest
        ]
        if not starts:
            found.add(Reason.CLOSED)
        for start in starts:
            reason = obstacle(case, need, practitioner, start)
            if reason is None:
                return frozenset()
            found.add(reason)
    return frozenset(found)


def is_free(case: Case, need: Need, day: dt.date) -> bool:
    liked = [as_moment(dt.datetime.combine(day, case.wish.at))] if case.wish.at else []
    return any(
        obstacle(case, need, who, start) is None
        for who in need.practitioners
        if (starts := tries(case, need, who, day))
        for start in [*starts, *liked]
    )


def breaks_dose(course: list[Dated], new: set[int]) -> bool:
    """Every seven days and every pair that holds a new visit, counted out."""
    days = sorted(course, key=lambda one: one.day)
    for one, other in pairwise(days):
        gap = max(least_gap(one.per_week), least_gap(other.per_week))
        if {one.number, other.number} & new and (other.day - one.day).days < gap:
            return True
    for first in {one.day for one in days}:
        week = [one for one in days if first <= one.day < first + 7 * DAY]
        if new & {one.number for one in week} and len(week) > max(one.per_week for one in week):
            return True
    return False


def most_on_time(case: Case, course: tuple[Dated, ...], visits: tuple[Visit, ...], dues: dict) -> int:
    """The greatest number of visits in their own week, over every way of giving them days."""
    new = {visit.number for visit in visits}

    @cache
    def free(need: Need, number: int) -> bool:
        return is_free(case, need, case.first_day + number * DAY)

    @cache
    def best(place: int, recent: tuple[Dated, ...]) -> int:
        if place == len(visits):
            return 0
        visit, most = visits[place], -99
        for number in range(70):
            day = case.first_day + number * DAY
            if (recent and day <= recent[-1].day) or not free(visit.need, number):
                continue
            own = Dated(visit.number, day, visit.place.per_week)
            if breaks_dose([*recent, own], {visit.number}):
                continue
            most = max(most, (day <= dues[visit.number]) + best(place + 1, (*recent, own)[-5:]))
            if day > dues[visit.number]:
                break  # later still is no better for anybody after it
        return most

    assert new
    return best(0, course[-5:])


@pytest.mark.parametrize("batch", range(5))
def test_random_diaries(batch: int) -> None:
    for seed in range(batch, DIARIES, 5):
        judge(draw(seed), seed)


def judge(case: Case, seed: int) -> None:
    offers = propose_series(case.diary, case.visits, case.wish, first_day=case.first_day, now=case.now, held=case.held)
    assert [offer.number for offer in offers] == [visit.number for visit in case.visits], seed
    course, new = list(case.held), {visit.number for visit in case.visits}
    for offer, visit in zip(offers, case.visits, strict=True):
        before = list(course)
        if offer.slot is not None:
            slot, local = offer.slot, offer.slot.starts.astimezone(ZONE)
            assert obstacle(case, visit.need, slot.practitioner, slot.starts) is None, seed
            assert case.first_day <= local.date(), seed
            course.append(Dated(visit.number, local.date(), visit.place.per_week))
            assert [one.day for one in course] == sorted({one.day for one in course}), seed
            in_part = case.wish.earliest <= local.time() <= case.wish.latest
            on_day = not case.wish.weekdays or local.weekday() in case.wish.weekdays
            assert offer.as_wished == (in_part and on_day), seed
            if not offer.as_wished or not offer.in_its_week:
                assert offer.why, seed
        judge_reasons(case, offer, visit, before, seed)
    assert not breaks_dose(course, new), seed
    judge_pace(case, course, seed)


def judge_reasons(case: Case, offer, visit: Visit, before: list[Dated], seed: int) -> None:
    for why in offer.why:
        assert bool(why.reasons) + (why.near is not None) + (why.costs is not None) + why.is_early == 1, seed
        assert why.is_early == (why.days[0] < case.first_day), seed
        if why.near is not None:
            own = Dated(visit.number, why.days[0], visit.place.per_week)
            assert breaks_dose([*before, own], {visit.number}) or any(one.day == own.day for one in before), seed
            assert why.near in {one.number for one in before}, seed
        elif why.reasons and why.at is not None:
            wished = dt.datetime.combine(why.days[0], why.at, ZONE).astimezone(dt.UTC)
            assert why.reasons == {obstacle(case, visit.need, why.practitioner, wished)}, seed
        elif why.reasons:
            who = (why.practitioner,) if why.practitioner else visit.need.practitioners
            found = [obstacles(case, visit.need, day, who) for day in why.days]
            assert all(found), seed  # nothing was free on any of them
            every = frozenset().union(*found)
            assert why.reasons in (every, every - {Reason.CLOSED}), seed


def judge_pace(case: Case, course: list[Dated], seed: int) -> None:
    """As many visits in their own week as any way of laying them has; the weeks are counted from the first visit."""
    first = 0 if case.held else 1
    if len(course) < len(case.held) + len(case.visits) or len(case.visits) == first:
        return
    fixed = tuple(course[: len(case.held) + first])
    rest, ideal, dues = case.visits[first:], list(fixed), {}
    for visit in rest:
        day = ideal_day(ideal, visit.place, first_day=case.first_day)
        ideal.append(Dated(visit.number, day, visit.place.per_week))
        dues[visit.number] = day + visit.place.slack * DAY
    own = sum(one.day <= dues[one.number] for one in course if one.number in dues)
    assert own >= most_on_time(case, fixed, rest, dues), seed


def test_first_possible_day_and_the_rule_agree() -> None:
    """Two ways to say the same: the first day after a course, and the judge of one day."""
    for seed in range(3_000 // (FEWER if IS_QUICK else 1)):
        pick = random.Random(seed)
        phases = tuple(Phase(pick.randint(1, 7), pick.randint(1, 3)) for _ in range(pick.choice((1, 2, 3))))
        days, day = [], START
        for number in range(1, pick.randint(1, 9) + 1):
            days.append((number, day))
            day += pick.randint(1, 8) * DAY
        course = in_time(phases, days)
        place = places(phases, len(days) + 1)[-1]
        first = earliest_after(course, place.per_week)
        for later in range(12):
            own = Dated(99, course[-1].day + later * DAY, place.per_week)
            is_fine = too_near((*course, own), len(course)) is None
            assert is_fine == (own.day >= first), (seed, later)
            assert is_fine == (misfit(phases, [*days, (99, own.day)], 99, held=frozenset()) is None)
