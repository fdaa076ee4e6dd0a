"""From "2 a week for 4 weeks, then 1 a week for 2" to dates."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling.availability import Away, Diary, Hours, Need, Reason, Resource, Slot, fit, instant
from clinic.scheduling.day_search import Wish
from clinic.scheduling.rhythm import Phase, in_time, places
from clinic.scheduling.series import Visit, propose_series
from tests.support.draws import IS_QUICK, draws

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
MONDAY = dt.date(2026, 3, 16)  # summer time begins two weeks later, on the 29th
NOW = instant(dt.date(2026, 3, 15), dt.time(12), BERLIN)
HOURS = tuple(Hours(1, day, dt.time(9), dt.time(17)) for day in range(5))
HOUSE = Diary(BERLIN, HOURS, (), (), (Resource(1, "table"),), ())
NEED = Need(45, 10, "table", (1,), patient=70)
PHASES = (Phase(2, 4), Phase(1, 2))


def propose(diary=HOUSE, wish=None, sessions=10, phases=PHASES, first=MONDAY, held=()):
    """Dates for so many visits after the held ones, which are given as days."""
    days = in_time(phases, list(enumerate(held, start=1)))
    where = places(phases, len(days) + sessions)[len(days) :]
    visits = [Visit(number, NEED, place) for number, place in enumerate(where, start=len(days) + 1)]
    return propose_series(diary, visits, wish or Wish(), first_day=first, now=NOW, held=days)


def local(offer):
    return offer.slot.starts.astimezone(BERLIN)


@pytest.mark.parametrize(
    ("phases", "sessions", "weeks"),
    [
        (PHASES, 10, [0, 0, 1, 1, 2, 2, 3, 3, 4, 5]),
        (PHASES, 5, [0, 0, 1, 1, 2]),  # fewer visits than the phases hold
        (PHASES, 12, [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7]),  # more: the last phase goes on
        ((Phase(3, 1),), 3, [0, 0, 0]),
        ((Phase(1, 1),), 4, [0, 1, 2, 3]),
    ],
)
def test_every_visit_has_its_week(phases, sessions, weeks):
    assert [place.week for place in places(phases, sessions)] == weeks


def test_visits_are_spread_over_their_weeks_at_one_time_of_day():
    dates = [local(offer) for offer in propose(wish=Wish(at=dt.time(10)))]
    assert [date.date().isoformat() for date in dates] == [
        "2026-03-16", "2026-03-19", "2026-03-23", "2026-03-26", "2026-03-30", "2026-04-02",
        "2026-04-06", "2026-04-09", "2026-04-13", "2026-04-20",
    ]  # fmt: skip
    assert {date.strftime("%H:%M") for date in dates} == {"10:00"}  # also after the clocks changed
    assert len({date.utcoffset() for date in dates}) == 2


def test_wished_weekdays_and_part_of_the_day_are_kept():
    wish = Wish(weekdays=frozenset({1, 4}), earliest=dt.time(13), latest=dt.time(16))
    offers = propose(wish=wish)
    assert {local(offer).weekday() for offer in offers} == {1, 4}
    assert all(wish.earliest <= local(offer).time() <= wish.latest for offer in offers)
    assert all(offer.as_wished and offer.in_its_week for offer in offers)


def test_wish_that_cannot_be_met_still_gets_a_date_and_says_so():
    away = Away(1, instant(dt.date(2026, 3, 17), dt.time(0), BERLIN), instant(dt.date(2026, 3, 18), dt.time(0), BERLIN))
    offers = propose(replace(HOUSE, away=(away,)), Wish(weekdays=frozenset({1})), sessions=1, phases=(Phase(1, 1),))
    assert (offers[0].as_wished, offers[0].in_its_week) == (False, True)
    assert local(offers[0]).weekday() != 1


def test_holiday_pushes_a_visit_past_its_week_and_says_so():
    away = Away(
        None, instant(dt.date(2026, 3, 23), dt.time(0), BERLIN), instant(dt.date(2026, 3, 30), dt.time(0), BERLIN)
    )
    offers = propose(replace(HOUSE, away=(away,)), phases=(Phase(1, 4),), sessions=4)
    assert [offer.in_its_week for offer in offers] == [True, False, True, True]
    days = [local(offer).date() for offer in offers]
    assert days == sorted(set(days))


def test_no_room_for_years_is_said_not_raised():
    offers = propose(replace(HOUSE, hours=()), sessions=2)
    assert [offer.slot for offer in offers] == [None, None]


def days_of(offers):
    return [f"{local(offer):%a %d %b}" for offer in offers]


def closed(first: dt.date, last: dt.date, whom=None):
    """Away from the first to the last day, both of them."""
    return Away(whom, instant(first, dt.time(0), BERLIN), instant(last + dt.timedelta(days=1), dt.time(0), BERLIN))


THURSDAYS = [dt.date(2026, 3, 19), dt.date(2026, 3, 26), dt.date(2026, 4, 9)]
USUAL = Wish(weekdays=frozenset({3}), at=dt.time(9))


def test_missed_visit_is_made_up_for_after_the_others_on_the_usual_day():
    """Paula: one a week on Thursdays; the third did not happen, the fourth is booked."""
    offers = propose(wish=USUAL, sessions=1, phases=(Phase(1, 4),), held=THURSDAYS)
    assert days_of(offers) == ["Thu 16 Apr"]
    assert f"{local(offers[0]):%H:%M}" == "09:00" and not offers[0].why


def test_added_visits_follow_the_booked_ones_at_the_pace_of_their_phase():
    """Ten visits on Mondays and Thursdays, then on Mondays; the practitioner adds four."""
    booked = [MONDAY + dt.timedelta(days=7 * week + day) for week in range(4) for day in (0, 3)]
    booked += [MONDAY + dt.timedelta(days=28), MONDAY + dt.timedelta(days=35)]
    offers = propose(sessions=4, phases=(Phase(2, 4), Phase(1, 6)), held=booked)
    assert days_of(offers) == ["Mon 27 Apr", "Mon 04 May", "Mon 11 May", "Mon 18 May"]


def test_closed_week_moves_the_later_weeks_on():
    house = replace(HOUSE, away=(closed(dt.date(2026, 3, 28), dt.date(2026, 4, 6)),))
    offers = propose(house, Wish(weekdays=frozenset({1, 3})), sessions=8, phases=(Phase(2, 3), Phase(1, 4)))
    assert days_of(offers) == [
        "Tue 17 Mar", "Thu 19 Mar", "Tue 24 Mar", "Thu 26 Mar", "Tue 07 Apr", "Thu 09 Apr", "Tue 14 Apr", "Tue 21 Apr",
    ]  # fmt: skip
    assert [offer.number for offer in offers if not offer.in_its_week] == [5]
    assert offers[4].why[0].reasons == {Reason.CLINIC}


def test_closed_day_at_the_start_does_not_spoil_the_weekdays_of_the_whole_course():
    house = replace(HOUSE, hours=tuple(Hours(1, day, dt.time(9), dt.time(17)) for day in range(7)))
    house = replace(house, away=(closed(MONDAY, MONDAY),))
    offers = propose(house, Wish(weekdays=frozenset({0, 4})), sessions=6)
    assert [local(offer).weekday() for offer in offers] == [4, 0, 4, 0, 4, 0]


def test_wished_days_next_to_each_other_are_not_called_taken():
    """An empty diary: Tuesday is not taken, it is the day after the first visit."""
    offers = propose(wish=Wish(weekdays=frozenset({0, 1})), sessions=2)
    assert days_of(offers) == ["Mon 16 Mar", "Thu 19 Mar"]
    assert [(why.days[0].day, why.near, why.reasons) for why in offers[1].why] == [(16, 1, set()), (17, 1, set())]


@pytest.mark.thorough
@pytest.mark.parametrize("opens", range(1, 8))
def test_empty_diary_is_never_called_taken(opens):
    house = replace(HOUSE, hours=tuple(Hours(1, day, dt.time(9), dt.time(17)) for day in range(opens)))
    for shift, wished in product(range(0, 7, 3 if IS_QUICK else 1), [(), (0,), (4,), (0, 1), (1, 3), (0, 2, 4)]):
        offers = propose(house, Wish(weekdays=frozenset(wished)), first=MONDAY + dt.timedelta(days=shift))
        for why in (why for offer in offers for why in offer.why):
            assert why.reasons <= {Reason.CLOSED}, (shift, wished)


@draws(40)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=3),
    st.integers(1, 14),
    st.sets(st.integers(0, 6)),
    st.integers(0, 6),
    st.integers(0, 3),
)
def test_offers_are_free_in_order_and_never_two_on_a_day(phases, sessions, weekdays, offset, absences):
    away = tuple(
        Away(None, start, start + dt.timedelta(days=4))
        for start in (
            instant(MONDAY + dt.timedelta(days=9 * number + 2), dt.time(12), BERLIN) for number in range(absences)
        )
    )
    diary = replace(HOUSE, away=away)
    offers = propose(
        diary,
        Wish(weekdays=frozenset(weekdays)),
        sessions,
        tuple(Phase(*phase) for phase in phases),
        MONDAY + dt.timedelta(days=offset),
    )
    assert [offer.number for offer in offers] == list(range(1, sessions + 1))
    days = [local(offer).date() for offer in offers if offer.slot]
    assert len(days) == sessions
    assert days == sorted(set(days))
    for offer in offers:
        assert isinstance(fit(diary, NEED, offer.slot.starts, offer.slot.practitioner, now=NOW), Slot)
        if offer.as_wished and weekdays:
            assert local(offer).weekday() in weekdays
