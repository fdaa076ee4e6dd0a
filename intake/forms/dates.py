"""A date written as day, month and year, and what is wrong with it in words that help."""

from __future__ import annotations

import calendar
from datetime import date

OLDEST = 120  # years


class DateFault(Exception):
    """What is wrong, in words for the person who wrote it."""


def read_date(day: str, month: str, year: str, *, today: date, is_birth: bool = False) -> date:
    """The date that was written. Raises DateFault."""
    numbers = [_whole(part) for part in (day, month, year)]
    if None in numbers:
        raise DateFault("Please write day, month and year in numbers, such as 27 3 1984.")
    d, m, y = (number or 0 for number in numbers)
    if len(year.strip()) < 4:
        raise DateFault("Write all four digits of the year, such as 1985.")
    if not 1 <= m <= 12:
        raise DateFault(f"There is no month {m}. Write the month as a number from 1 to 12.")
    if not 1 <= y <= 9999:
        raise DateFault("Please check the year.")
    if not 1 <= d <= calendar.monthrange(y, m)[1]:
        which = f" in {y}" if (d, m) == (29, 2) else ""
        raise DateFault(f"There is no {d} {calendar.month_name[m]}{which}. Please check the day and the month.")
    told = date(y, m, d)
    if told > today:
        raise DateFault("This date is in the future. Please check the year.")
    if today.year - y > OLDEST:
        raise DateFault(f"This date is over {OLDEST} years ago. Please check the year.")
    if is_birth and told == today:
        raise DateFault("This is today’s date. Please write the date of birth.")
    return told


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None
