"""A date entered as day, month and year, and what is wrong with it in helpful words."""

from __future__ import annotations

import calendar
from datetime import date

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from clinic.lib.numbers import whole_number

OLDEST = 120  # years


class DateFault(Exception):
    """What is wrong, in words for the person who wrote it."""


def read_date(day: str, month: str, year: str, *, today: date, is_birth: bool = False) -> date:
    """The date entered. Raises DateFault."""
    numbers = [_whole(part) for part in (day, month, year)]
    if None in numbers:
        raise DateFault(_("Please write day, month and year in numbers, such as 27 3 1984."))
    d, m, y = (number or 0 for number in numbers)
    if len(year.strip()) < 4:
        raise DateFault(_("Write all four digits of the year, such as 1985."))
    if not 1 <= m <= 12:
        raise DateFault(_("There is no month {month}. Write the month as a number from 1 to 12.").format(month=m))
    if not 1 <= y <= 9999:
        raise DateFault(_("Please check the year."))
    if not 1 <= d <= calendar.monthrange(y, m)[1]:
        told = _("There is no {day} {month} in {year}. Please check the day and the month.")
        if (d, m) != (29, 2):
            told = _("There is no {day} {month}. Please check the day and the month.")
        raise DateFault(told.format(day=d, month=MONTHS[m], year=y))
    written = date(y, m, d)
    if written > today:
        raise DateFault(_("This date is in the future. Please check the year."))
    if today.year - y > OLDEST:
        raise DateFault(_("This date is over {years} years ago. Please check the year.").format(years=OLDEST))
    if is_birth and written == today:
        raise DateFault(_("This is today’s date. Please write the date of birth."))
    return written


def _whole(text: str) -> int | None:
    text = text.strip()
    return whole_number(text, digits=4)
