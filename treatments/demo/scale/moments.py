"""Moments as whole seconds since 1970, in UTC: moved by adding, written by looking up. Ten million are written."""

from __future__ import annotations

import datetime as dt

from django.db import connection

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST = EPOCH.toordinal()
DAY = 86_400


class _Days(dict[int, str]):
    def __missing__(self, day: int) -> str:
        self[day] = text = str(dt.date.fromordinal(_FIRST + day))
        return text


class _Clocks(dict[int, str]):
    def __missing__(self, second: int) -> str:
        self[second] = text = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        return text


_DAYS, _CLOCKS = _Days(), _Clocks()
_ZONE = "+00" if connection.vendor == "postgresql" else ""


def seconds(moment: dt.datetime) -> int:
    """Without the fraction."""
    return (moment - EPOCH) // dt.timedelta(seconds=1)


def stamp(second: int) -> str:
    """As Django writes it."""
    day, rest = divmod(second, DAY)
    return f"{_DAYS[day]} {_CLOCKS[rest]}{_ZONE}"


def plain(second: int) -> str:
    """Without a zone."""
    day, rest = divmod(second, DAY)
    return f"{_DAYS[day]}T{_CLOCKS[rest]}"


def iso(second: int) -> str:
    """As the trail and its seals write it."""
    return f"{plain(second)}.000000+00:00"


def date(day: int) -> str:
    return _DAYS[day]
