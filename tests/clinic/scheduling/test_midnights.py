"""Where a day begins: also in zones whose clock jumps over midnight, falls back over it or skips a whole day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling.availability import day_starts

JUMPS = [  # zone, day, the wall clock at its first moment
    ("Africa/Cairo", "2027-04-30", "01:00"),
    ("Asia/Beirut", "2027-03-28", "01:00"),
    ("America/Havana", "2027-03-14", "01:00"),
    ("America/Havana", "2027-11-07", "00:00"),  # 00:00 is shown twice: the first one
    ("America/Sao_Paulo", "2018-11-04", "01:00"),
    ("America/Sao_Paulo", "2018-02-18", "00:00"),  # 23:00 is shown twice on the day before
    ("America/Toronto", "1919-03-31", "00:30"),  # jumped from 23:30 to 00:30
    ("Europe/Berlin", "2027-03-28", "00:00"),
]


@pytest.mark.parametrize(("zone", "day", "clock"), JUMPS)
def test_a_day_begins_when_the_clock_has_reached_it(zone, day, clock):
    day = dt.date.fromisoformat(day)
    starts = day_starts(day, ZoneInfo(zone)).astimezone(ZoneInfo(zone))
    assert (starts.date(), f"{starts:%H:%M}") == (day, clock)
    assert (starts.astimezone(dt.UTC) - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day


ZONES = sorted({zone for zone, _day, _clock in JUMPS} | {"Pacific/Apia", "America/St_Johns", "Asia/Amman", "UTC"})


@given(zone=st.sampled_from(ZONES), day=st.dates(dt.date(1975, 1, 1), dt.date(2037, 12, 30)))
def test_days_follow_one_another_without_a_hole(zone, day):
    today, tomorrow = (day_starts(one, ZoneInfo(zone)) for one in (day, day + dt.timedelta(days=1)))
    assert dt.timedelta() <= tomorrow - today <= dt.timedelta(hours=26)
    if today < tomorrow:  # a day that the zone skipped has no length
        assert today.astimezone(ZoneInfo(zone)).date() == day
