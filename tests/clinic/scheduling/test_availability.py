"""Free times: hours, absences, rooms, devices, changeover, and clocks that jump."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling.availability import (
    STEP,
    Away,
    Busy,
    Diary,
    GapHour,
    Hours,
    Need,
    Reason,
    Refusal,
    Resource,
    Slot,
    fit,
    free_slots,
    happens_twice,
    instant,
    nearest_fit,
    next_fit,
    opening,
)
from tests.support.draws import draws

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
MONDAY = dt.date(2026, 11, 23)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
NINE_TO_FIVE = tuple(Hours(1, day, dt.time(9), dt.time(17)) for day in range(5))
HOUSE = Diary(BERLIN, NINE_TO_FIVE, (), (), (Resource(1, "table"), Resource(2, "chair")), (Resource(5, "stimulator"),))
VISIT = Need(45, 10, "table", (1,), patient=70)


def when(clock: str, day: dt.date = MONDAY) -> dt.datetime:
    return instant(day, dt.time.fromisoformat(clock), BERLIN)


def busy(clock: str, *, practitioner=9, patient=90, room=9, device=None, minutes=45, changeover=10, number=1):
    starts = when(clock)
    ends = starts + dt.timedelta(minutes=minutes)
    return Busy(number, practitioner, patient, room, device, starts, ends, ends + dt.timedelta(minutes=changeover))


def answer(diary: Diary, clock: str, need: Need = VISIT, now: dt.datetime = LONG_AGO):
    found = fit(diary, need, when(clock), 1, now=now)
    return found.reason if isinstance(found, Refusal) else "free"


# (clock, what is in the diary, expected, why)
CASES = [
    ("09:00", HOUSE, "free", "first minute of the day"),
    ("08:45", HOUSE, Reason.CLOSED, "before it"),
    ("16:15", HOUSE, "free", "ends with the day; the changeover may run over"),
    ("16:30", HOUSE, Reason.CLOSED, "would end after the day"),
    (
        "10:00",
        HOUSE.with_busy(busy("09:00", practitioner=1)),
        "free",
        "10:00 is after the changeover that ends 9:55",
    ),
    ("09:45", HOUSE.with_busy(busy("09:00", practitioner=1)), Reason.PRACTITIONER, "inside the changeover"),
    (
        "09:00",
        HOUSE.with_busy(busy("09:45", practitioner=1)),
        Reason.PRACTITIONER,
        "own changeover reaches into it",
    ),
    ("09:45", HOUSE.with_busy(busy("09:00", patient=70)), "free", "the changeover does not keep the patient"),
    ("09:30", HOUSE.with_busy(busy("09:00", patient=70)), Reason.PATIENT, "the patient is elsewhere"),
    ("09:30", HOUSE.with_busy(busy("09:00", room=1)), Reason.ROOM, "a chair is no table"),
    ("09:30", replace(HOUSE, rooms=()), Reason.ROOM, "no room at all"),
    (
        "09:30",
        replace(HOUSE, away=(Away(None, when("09:00"), when("10:00")),)),
        Reason.CLINIC,
        "clinic closed",
    ),
    ("09:30", replace(HOUSE, away=(Away(1, when("10:00"), when("11:00")),)), Reason.AWAY, "leaves too early"),
    ("10:00", replace(HOUSE, away=(Away(1, when("09:00"), when("10:00")),)), "free", "back at ten"),
    ("10:00", replace(HOUSE, away=(Away(2, when("09:00"), when("12:00")),)), "free", "somebody else is away"),
    ("10:00", replace(HOUSE, hours=()), Reason.CLOSED, "no hours set"),
]


@pytest.mark.parametrize(("clock", "diary", "expected", "why"), CASES, ids=[case[3] for case in CASES])
def test_one_time(clock, diary, expected, why):
    assert answer(diary, clock) == expected, why


def test_device_is_taken_and_free_again():
    need = replace(VISIT, device_kind="stimulator")
    taken = HOUSE.with_busy(busy("09:00", device=5))
    assert answer(taken, "09:30", need) == Reason.DEVICE
    assert answer(taken, "10:00", need) == "free"
    assert answer(taken, "09:30") == "free"  # a visit without a device does not mind


def test_past_is_refused_but_the_quarter_that_began_is_not():
    assert answer(HOUSE, "10:00", now=when("10:15")) == "free"
    assert answer(HOUSE, "10:00", now=when("10:16")) == Reason.PAST


def test_usual_room_first_and_a_kept_room_before_that():
    rooms = (Resource(1, "table"), Resource(3, "table"), Resource(4, "table"))
    hours = tuple(replace(line, room=3) for line in NINE_TO_FIVE)
    diary = replace(HOUSE, rooms=rooms, hours=hours)
    assert fit(diary, VISIT, when("10:00"), 1, now=LONG_AGO).room == 3
    assert fit(diary, replace(VISIT, room=4), when("10:00"), 1, now=LONG_AGO).room == 4
    assert fit(diary.with_busy(busy("10:00", room=3)), VISIT, when("10:00"), 1, now=LONG_AGO).room == 1


def test_lines_of_hours_that_touch_are_one_day_and_a_lunch_break_is_kept():
    hours = (Hours(1, 0, dt.time(9), dt.time(12)), Hours(1, 0, dt.time(12), dt.time(14)))
    assert answer(replace(HOUSE, hours=hours), "11:30") == "free"
    lunch = (Hours(1, 0, dt.time(9), dt.time(12)), Hours(1, 0, dt.time(13), dt.time(17)))
    assert answer(replace(HOUSE, hours=lunch), "11:30") == Reason.CLOSED
    assert answer(replace(HOUSE, hours=lunch), "12:30") == Reason.CLOSED


def test_next_and_nearest_fit():
    full = HOUSE.with_busy(busy("09:00", practitioner=1, minutes=480, changeover=0))
    tuesday = MONDAY + dt.timedelta(days=1)
    assert next_fit(full, VISIT, when("10:00"), now=LONG_AGO).starts == when("09:00", tuesday)
    assert nearest_fit(full, VISIT, when("10:00"), now=LONG_AGO).starts == when("09:00", tuesday)
    taken = HOUSE.with_busy(busy("10:00", practitioner=1))
    assert nearest_fit(taken, VISIT, when("10:15"), now=LONG_AGO).starts == when("11:00")
    assert next_fit(replace(HOUSE, hours=()), VISIT, when("10:00"), now=LONG_AGO) is None


# --- clocks that jump ----------------------------------------------------------------------------
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def test_skipped_hour_is_refused():
    with pytest.raises(GapHour, match="does not exist"):
        instant(SPRING, dt.time(2, 30), BERLIN)


def test_doubled_hour_keeps_which_of_the_two():
    first, second = (instant(AUTUMN, dt.time(2, 30), BERLIN, fold=fold) for fold in (0, 1))
    assert second - first == dt.timedelta(hours=1)
    assert happens_twice(AUTUMN, dt.time(2, 30), BERLIN)
    assert not happens_twice(AUTUMN, dt.time(3, 30), BERLIN)
    assert not happens_twice(SPRING, dt.time(2, 30), BERLIN)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 3), (AUTUMN, 5)])
def test_night_shift_is_as_long_as_the_night_really_is(day, hours):
    night = replace(HOUSE, hours=(Hours(1, 6, dt.time(1), dt.time(5)),))
    ((starts, ends, _room),) = opening(night, 1, day)
    assert ends - starts == dt.timedelta(hours=hours)


ZONES = st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime"})).map(zoneinfo.ZoneInfo)
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@draws(600)
@given(ZONES, DAYS, CLOCKS, st.sampled_from([0, 1]))
def test_wall_clock_is_kept_in_every_zone(zone, day, clock, fold):
    """What was typed is what is shown again, or the hour does not exist and is refused."""
    try:
        moment = instant(day, clock, zone, fold=fold)
    except GapHour:
        around = [dt.datetime.combine(day, clock, zone).replace(fold=which).utcoffset() for which in (0, 1)]
        assert around[0] < around[1]  # only where the clock jumps forward
        return
    shown = moment.astimezone(zone)
    assert (shown.date(), shown.time()) == (day, clock)
    if happens_twice(day, clock, zone):
        assert shown.fold == fold


# --- whatever the diary, a slot breaks nothing ----------------------------------------------------
@st.composite
def diaries(draw):
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe"]))
    zone = zoneinfo.ZoneInfo(zone)
    day = draw(st.sampled_from([MONDAY, SPRING, AUTUMN, dt.date(2026, 3, 8), dt.date(2026, 11, 1)]))
    hours = []
    for practitioner in (1, 2):
        for _ in range(draw(st.integers(0, 3))):
            starts, ends = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
            hours.append(Hours(practitioner, day.weekday(), starts, ends, draw(st.sampled_from([None, 1, 2]))))
    midnight = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)

    def span(longest):
        starts = midnight + dt.timedelta(minutes=draw(st.integers(-60, 1500)))
        return starts, starts + dt.timedelta(minutes=draw(st.integers(5, longest)))

    away = [Away(draw(st.sampled_from([None, 1, 2])), *span(200)) for _ in range(draw(st.integers(0, 2)))]
    visits = []
    for number in range(draw(st.integers(0, 8))):
        starts, ends = span(90)
        visits.append(
            Busy(
                number,
                draw(st.integers(1, 3)),
                draw(st.integers(70, 73)),
                draw(st.integers(1, 3)),
                draw(st.sampled_from([None, 5, 6])),
                starts,
                ends,
                ends + dt.timedelta(minutes=draw(st.integers(0, 15))),
            )
        )
    rooms = (Resource(1, "table"), Resource(2, "table"), Resource(3, "chair"))
    diary = Diary(zone, tuple(hours), tuple(away), tuple(visits), rooms, (Resource(5, "stimulator"),))
    need = Need(
        draw(st.sampled_from([20, 45, 60])),
        draw(st.sampled_from([0, 10])),
        draw(st.sampled_from(["table", "chair"])),
        (1, 2),
        draw(st.sampled_from(["", "stimulator"])),
        patient=70,
    )
    return diary, need, day


@draws(200)
@given(diaries())
def test_slots_break_nothing_and_do_not_depend_on_order(drawn):
    diary, need, day = drawn
    slots = free_slots(diary, need, day, now=LONG_AGO)
    kinds = {resource.id: resource.kind for resource in diary.rooms + diary.devices}
    for slot in slots:
        assert slot.starts.astimezone(diary.zone).date() == day
        assert slot.ends - slot.starts == dt.timedelta(minutes=need.minutes)
        assert any(
            starts <= slot.starts and slot.ends <= ends for starts, ends, _ in opening(diary, slot.practitioner, day)
        )
        assert kinds[slot.room] == need.room_kind
        assert kinds.get(slot.device, "") == need.device_kind
        for one in diary.away:
            if one.practitioner in (None, slot.practitioner):
                assert one.ends <= slot.starts or slot.ends <= one.starts
        for one in diary.busy:
            if one.practitioner == slot.practitioner or one.room == slot.room or (one.device or 0) == slot.device:
                assert one.until <= slot.starts or slot.until <= one.starts
            if one.patient == need.patient:
                assert one.ends <= slot.starts or slot.ends <= one.starts
    grown = replace(diary, busy=())
    for one in diary.busy:  # as a course of twelve is booked: asked again after each visit
        assert set(grown.busy_between(one.starts, one.until)) <= set(diary.busy)
        grown = grown.with_busy(one)
    found = free_slots(grown, need, day, now=LONG_AGO)
    assert [(slot.starts, slot.practitioner) for slot in found] == [(s.starts, s.practitioner) for s in slots]
    mirrored = replace(
        diary,
        hours=diary.hours[::-1],
        away=diary.away[::-1],
        busy=diary.busy[::-1],
        rooms=diary.rooms[::-1],
    )
    found = free_slots(mirrored, need, day, now=LONG_AGO)
    assert [(slot.starts, slot.practitioner) for slot in found] == [(s.starts, s.practitioner) for s in slots]


@draws(100)
@given(diaries())
def test_no_slot_is_missed(drawn):
    """Every time on the grid that is not offered is refused by `fit`, and the other way round."""
    diary, need, day = drawn
    offered = {(slot.starts, slot.practitioner) for slot in free_slots(diary, need, day, now=LONG_AGO)}
    for practitioner in need.practitioners:
        for starts, ends, _room in opening(diary, practitioner, day):
            while starts < ends:
                found = fit(diary, need, starts, practitioner, now=LONG_AGO)
                assert isinstance(found, Slot) == ((starts, practitioner) in offered)
                starts += STEP
