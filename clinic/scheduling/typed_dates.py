"""Dates of a course as typed: judged by the same rule in the form and at booking."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinic.lib.numbers import whole_number
from clinic.people.models import Clinic
from clinic.scheduling.asked_times import diary_at
from clinic.scheduling.availability import Busy, Diary, GapHour, Slot, fit, instant
from clinic.scheduling.course_dates import VisitRow
from clinic.scheduling.course_days import Day, held_days, number_in_time, phases_of
from clinic.scheduling.diary import (
    diary_around,
    moment,
    need_of_visit,
    refused,
)
from clinic.scheduling.errors import AgainstDose, BookingRefused, NotOpen
from clinic.scheduling.models import Course
from clinic.scheduling.offers import read_slot_value, slot_value
from clinic.scheduling.reason_words import misfit_words
from clinic.scheduling.rhythm import misfit
from clinic.scheduling.series import nearest_in_rhythm
from clinic.scheduling.together import Second, Shared, longest_of, need_of_both

STEP_MINUTES = 5  # visits begin at multiples of five minutes


def read_rows(course: Course, data: Mapping[str, str], numbers: Iterable[int]) -> list[VisitRow]:
    """The rows as typed, for each of these visits in the form."""
    rows = []
    for number in numbers:
        if f"day-{number}" not in data:
            continue
        practitioner = whole_number(data.get(f"practitioner-{number}"))
        rows.append(
            VisitRow(
                number,
                data.get(f"day-{number}", "")[:10],
                data.get(f"clock-{number}", "")[:5],
                course.practitioner_id if practitioner is None else practitioner,
                course.device_kind_at(number).replace("_", " "),
                is_shared=bool(data.get(f"also-{number}")),
            )
        )
    return rows


def moment_of(row: VisitRow, zone: ZoneInfo) -> dt.datetime:
    """When the row's visit starts. Raises NotOpen, in words, for an invalid date or time, or a skipped hour."""
    try:
        if not "2000" <= row.day[:4] <= "2100":
            raise ValueError("not in this century")
        clock = dt.time.fromisoformat(row.clock)
        if clock.minute % STEP_MINUTES:
            raise NotOpen(f"{row.clock}: visits begin on full five minutes, like 09:00 or 09:05.")
        return instant(dt.date.fromisoformat(row.day), clock, zone)
    except GapHour as gap:
        raise NotOpen(str(gap)) from gap
    except (ValueError, OverflowError) as error:
        raise NotOpen("Write a date and a time, like 26/11/2026 and 15:00.") from error


def check_dose(course: Course, days: Sequence[Day], number: int, *, held: frozenset[int]) -> None:
    """Raises AgainstDose if the day of a visit breaks the rhythm among all days of the course."""
    if found := misfit(phases_of(course), days, number, held=held):
        raise AgainstDose(misfit_words(found, dict(days)[number]))


def fit_visit(
    course: Course,
    diary: Diary,
    days: Sequence[Day],
    number: int,
    starts: dt.datetime,
    practitioner: int,
    *,
    held: frozenset[int],
    now: dt.datetime,
    later: Sequence[Day] = (),
    keep_dose: bool = True,
    alternatives: bool = True,
    shared: Shared | None = None,
) -> Slot:
    """The slot of one visit among ``days`` (its own with them), if the diary and the rhythm of the course allow it;
    if it is ``shared``, also that of the second course.

    Raises SlotTaken, NotOpen or AgainstDose, with the nearest slot that would do, also with the ``later`` visits;
    without ``alternatives`` that is not searched for, and the diary need only cover the requested time.
    """
    need = need_of_visit(course, number_in_time(course, days, number), (practitioner,))
    if shared is not None:
        need = need_of_both(need, shared.need((practitioner,)))
    try:
        found = fit(diary, need, starts, practitioner, now=now)
        if not isinstance(found, Slot):
            raise refused(found, need, diary.zone, next_fit=None)
        if keep_dose:
            check_dose(course, days, number, held=held)
            if shared is not None and (wrong := shared.misfit()):
                raise AgainstDose(f"In the other course: {misfit_words(wrong, shared.day)}")
    except BookingRefused as refusal:
        if not alternatives:
            raise
        refusal.next_fit = nearest_in_rhythm(
            diary,
            need,
            max(starts, now),
            phases=phases_of(course),
            number=number,
            others=[one for one in (*days, *later) if one[0] != number],
            held=held,
            now=now,
            suits=lambda day: shared is None or not keep_dose or shared.misfit(day) is None,
        )
        raise
    return found


def check_row(
    course: Course, rows: Sequence[VisitRow], number: int, *, now: dt.datetime, second: Second | None = None
) -> VisitRow:
    """One row checked against the diary, the dose and the other rows of the form, with the next fit if it fails.
    ``second``: the course that some of the rows serve, too.
    """
    zone = Clinic.current().zone
    row = next(row for row in rows if row.number == number)
    try:
        starts = moment_of(row, zone)
        before = held_days(course)
        days = [*before, *_typed_days(rows, zone)]
        held = frozenset(one for one, _day in before)
        shared = None
        if second is not None and row.is_shared:
            both = [one.number for one in rows if one.is_shared]
            shared = second.shared([day for day in _typed_days(rows, zone) if day[0] in both], number)
        ends = starts + dt.timedelta(minutes=longest_of(course, second if shared else None))
        there = _with_others(diary_at([(starts, ends)], [row.practitioner]), course, rows, number, second)
        with contextlib.suppress(BookingRefused):
            fit_visit(
                course, there, days, number, starts, row.practitioner,
                held=held, now=now, alternatives=False, shared=shared,
            )  # fmt: skip
            return row
        around = _with_others(diary_around([starts], now=now), course, rows, number, second)
        fit_visit(course, around, days, number, starts, row.practitioner, held=held, now=now, shared=shared)
    except BookingRefused as refusal:
        return marked(row, refusal.words, refusal.next_fit, zone)
    return row


def _typed_days(rows: Sequence[VisitRow], zone: ZoneInfo) -> list[Day]:
    found = []
    for row in rows:
        try:
            found.append((row.number, moment_of(row, zone).astimezone(zone).date()))
        except NotOpen:
            continue
    return found


def _with_others(diary: Diary, course: Course, rows: Sequence[VisitRow], number: int, second: Second | None) -> Diary:
    for other in rows:
        if other.number == number:
            continue
        try:
            starts = moment_of(other, diary.zone)
        except NotOpen:
            continue
        more = second.course.minutes if second and other.is_shared else 0
        ends = starts + dt.timedelta(minutes=course.minutes + more)
        until = starts + dt.timedelta(minutes=longest_of(course, second if other.is_shared else None))
        # only the patient matters here: room and device of a row are chosen at booking
        diary = diary.with_busy(Busy(-other.number, 0, course.patient_id, 0, None, starts, ends, until))
    return diary


def marked(row: VisitRow, words: str, near: Slot | None, zone: ZoneInfo) -> VisitRow:
    """The row with what is in its way and the next fit."""
    return replace(
        row,
        words=words,
        state="taken",
        next_value=slot_value(near) if near else "",
        next_words=moment(near.starts, zone) if near else "",
    )


def use_slot(row: VisitRow, value: str) -> VisitRow:
    """The row with the date of a slot value. Raises ValueError for an invalid one."""
    starts, practitioner = read_slot_value(value)
    local = timezone.localtime(starts)
    day, clock = local.date().isoformat(), f"{local:%H:%M}"
    return VisitRow(row.number, day, clock, practitioner, row.device, is_shared=row.is_shared)
