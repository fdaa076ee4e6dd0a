"""Dates for a whole course: proposed, typed, and judged by the same rule in the form and at booking."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinic.lib.numbers import whole_number
from clinic.people.models import Clinic
from clinic.scheduling.asked_times import diary_at
from clinic.scheduling.availability import Busy, Diary, GapHour, Need, Slot, day_starts, fit, instant
from clinic.scheduling.day_search import Wish
from clinic.scheduling.diary import (
    diary_around,
    in_order,
    load_diary,
    moment,
    need_of_visit,
    practitioners,
    refused,
)
from clinic.scheduling.errors import AgainstDose, BookingRefused, NotOpen
from clinic.scheduling.models import Course
from clinic.scheduling.offers import read_slot_value, slot_value
from clinic.scheduling.reason_words import misfit_words, offer_words
from clinic.scheduling.rhythm import BEYOND, WEEK, Phase, habit, in_time, misfit, places
from clinic.scheduling.series import Offer, Visit, nearest_in_rhythm, propose_series

STEP_MINUTES = 5  # visits begin at multiples of five minutes
Day = tuple[int, dt.date]  # a visit's number and its day on the clinic's calendar


def phases_of(course: Course) -> tuple[Phase, ...]:
    return tuple(Phase(phase["per_week"], phase["weeks"]) for phase in course.phases)


def held_visits(course: Course, *, without: Iterable[int] = ()) -> list[tuple[int, dt.datetime]]:
    """Visits of the course booked or over, as (number, start on the clinic's clock), in chronological order."""
    zone = Clinic.current().zone
    rows = course.appointments.active().filter(number_in_course__isnull=False).exclude(pk__in=list(without))
    found = rows.order_by("starts_at").values_list("number_in_course", "starts_at")
    return [(number or 0, starts.astimezone(zone)) for number, starts in found]


def held_days(course: Course) -> list[Day]:
    return [(number, starts.date()) for number, starts in held_visits(course)]


def number_in_time(course: Course, days: Sequence[Day], number: int) -> int:
    """The number a visit has by its position in time, if that is later: a missed first visit, made up for at the
    end, needs what the last one needs.
    """
    in_order = sorted(days, key=lambda one: (one[1], one[0]))
    place = next(place for place, one in enumerate(in_order) if one[0] == number)
    return max(number, course.first_visit_number + place)


# --- proposing --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class VisitRow:
    """One visit of a course on the page. Day and clock are as typed; ``words`` say what is wrong."""

    number: int
    day: str  # ISO, as a date input holds it
    clock: str  # HH:MM
    practitioner: int
    device: str
    words: str = ""
    state: str = "free"  # free, note (not as wished), taken
    next_value: str = ""  # slot value of the next fit
    next_words: str = ""

    @property
    def weekday(self) -> str:
        """“Thu”, or nothing while the day is no date."""
        try:
            return f"{dt.date.fromisoformat(self.day):%a}"
        except ValueError:
            return ""


def usual_of(
    course: Course, held: Sequence[tuple[int, dt.datetime]], habit_of: Sequence[tuple[int, dt.datetime]]
) -> Wish:
    """The weekdays, as many as the next visit's pace asks for, and the time of day of the visits ``habit_of``; an
    empty wish if there are none.
    """
    pace = places(phases_of(course), len(held) + 1)[-1].per_week
    weekdays, clock = habit([starts for _number, starts in habit_of], pace)
    return Wish(weekdays=weekdays, at=clock)


def with_usual(wish: Wish, usual: Wish) -> Wish:
    """A wish with its gaps filled from habit: what was asked for takes precedence."""
    fits = usual.at is not None and wish.earliest <= usual.at <= wish.latest
    return replace(wish, weekdays=wish.weekdays or usual.weekdays, at=wish.at or (usual.at if fits else None))


def propose_course(
    course: Course, wish: Wish, *, practitioner: int | None, first_day: dt.date, now: dt.datetime
) -> list[VisitRow]:
    """A row for every visit without a time, placed after those that have one. ``practitioner`` None: the course's own
    first, others if necessary.
    """
    who = (practitioner,) if practitioner else in_order(course.practitioner_id)
    numbers = course.missing_numbers()
    if not numbers or not who:
        return []
    held = held_visits(course)
    offers, visits = lay(course, numbers, held, wish, who=who, first_day=first_day, now=now)
    names = {user.pk: user.name for user in practitioners()}
    zone = Clinic.current().zone
    return [
        _row(offer, visit.need, who[0], zone, offer_words(offer, visit.need, names))
        for offer, visit in zip(offers, visits, strict=True)
    ]


def lay(
    course: Course,
    numbers: Sequence[int],
    held: Sequence[tuple[int, dt.datetime]],
    wish: Wish,
    *,
    who: tuple[int, ...],
    first_day: dt.date,
    now: dt.datetime,
    without: Iterable[int] = (),
    habit_of: Sequence[tuple[int, dt.datetime]] | None = None,
) -> tuple[tuple[Offer, ...], list[Visit]]:
    """Offers for these visits after the held ones. ``without``: appointments the diary should ignore.
    ``habit_of``: the visits that show what is usual, if these are not the held ones.
    """
    phases = phases_of(course)
    laid = places(phases, len(held) + len(numbers))[len(held) :]
    visits = [
        Visit(
            number,
            need_of_visit(course, max(number, course.first_visit_number + len(held) + turn), who),
            place,
        )
        for turn, (number, place) in enumerate(zip(numbers, laid, strict=True))
    ]
    days = in_time(phases, [(number, starts.date()) for number, starts in held])
    last_day = max([first_day, *(one.day for one in days)]) + dt.timedelta(
        days=WEEK * (laid[-1].week - laid[0].week) + 2 * BEYOND
    )
    zone = Clinic.current().zone
    diary = load_diary(*(day_starts(day, zone) for day in (first_day, last_day)))
    for appointment in without:
        diary = diary.without(appointment)
    offers = propose_series(
        diary,
        visits,
        with_usual(wish, usual_of(course, held, habit_of or held)),
        first_day=first_day,
        now=now,
        held=days,
        last_day=last_day,
    )
    return offers, visits


def _row(offer: Offer, need: Need, practitioner: int, zone: ZoneInfo, words: str) -> VisitRow:
    device = need.device_kind.replace("_", " ")
    if offer.slot is None:
        return VisitRow(offer.number, "", "", practitioner, device, words, "taken")
    local = offer.slot.starts.astimezone(zone)
    return VisitRow(
        offer.number,
        local.date().isoformat(),
        f"{local:%H:%M}",
        offer.slot.practitioner,
        device,
        words,
        "note" if words else "free",
    )


# --- judging what was typed -------------------------------------------------------------------------
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
) -> Slot:
    """The slot of one visit among ``days`` (its own with them), if the diary and the rhythm of the course allow it.

    Raises SlotTaken, NotOpen or AgainstDose, with the nearest slot that would do, also with the ``later`` visits;
    without ``alternatives`` that is not searched for, and the diary need only cover the requested time.
    """
    need = need_of_visit(course, number_in_time(course, days, number), (practitioner,))
    try:
        found = fit(diary, need, starts, practitioner, now=now)
        if not isinstance(found, Slot):
            raise refused(found, need, diary.zone, next_fit=None)
        if keep_dose:
            check_dose(course, days, number, held=held)
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
        )
        raise
    return found


def check_row(course: Course, rows: Sequence[VisitRow], number: int, *, now: dt.datetime) -> VisitRow:
    """One row checked against the diary, the dose and the other rows of the form, with the next fit if it fails."""
    zone = Clinic.current().zone
    row = next(row for row in rows if row.number == number)
    try:
        starts = moment_of(row, zone)
        before = held_days(course)
        days = [*before, *_typed_days(rows, zone)]
        held = frozenset(one for one, _day in before)
        ends = starts + dt.timedelta(minutes=course.minutes + course.service.changeover_minutes)
        there = _with_others(diary_at([(starts, ends)], [row.practitioner]), course, rows, number)
        with contextlib.suppress(BookingRefused):
            fit_visit(course, there, days, number, starts, row.practitioner, held=held, now=now, alternatives=False)
            return row
        around = _with_others(diary_around([starts], now=now), course, rows, number)
        fit_visit(course, around, days, number, starts, row.practitioner, held=held, now=now)
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


def _with_others(diary: Diary, course: Course, rows: Sequence[VisitRow], number: int) -> Diary:
    for other in rows:
        if other.number == number:
            continue
        try:
            starts = moment_of(other, diary.zone)
        except NotOpen:
            continue
        ends = starts + dt.timedelta(minutes=course.minutes)
        until = ends + dt.timedelta(minutes=course.service.changeover_minutes)
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
    return VisitRow(row.number, local.date().isoformat(), f"{local:%H:%M}", practitioner, row.device)
