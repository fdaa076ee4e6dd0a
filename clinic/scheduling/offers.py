"""What the desk can choose from: free times of a day for one visit, and dates for a whole course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from clinic.people.models import Clinic
from clinic.scheduling.availability import Busy, Diary, GapHour, Need, Slot, fit, free_slots, instant, next_fit
from clinic.scheduling.diary import diary_around, in_order, load_diary, moment, need_of_visit, practitioners, refused
from clinic.scheduling.errors import BookingRefused, NotOpen
from clinic.scheduling.models import Course
from clinic.scheduling.series import Offer, Phase, Visit, Wish, places, propose_series

SEARCH_DAYS = 42


def slot_value(slot: Slot) -> str:
    """How a form carries a slot: the moment in UTC, and whom with."""
    return f"{slot.starts:%Y-%m-%dT%H:%M}Z|{slot.practitioner}"


def read_slot_value(value: str) -> tuple[dt.datetime, int]:
    """The moment and the practitioner's id of a ``slot_value``. Raises ValueError for anything else."""
    moment_text, _, practitioner = value.partition("|")
    starts = dt.datetime.strptime(moment_text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=dt.UTC)
    if not practitioner.isdecimal() or len(practitioner) > 18:
        raise ValueError("no practitioner")
    return starts, int(practitioner)


def slot_from_wall(day: str, clock: str, practitioner: int) -> str:
    """The slot value of a time clicked in the calendar; empty for what is no time."""
    try:
        starts = instant(dt.date.fromisoformat(day), dt.time.fromisoformat(clock), Clinic.current().zone)
    except (ValueError, OverflowError):
        return ""
    return f"{starts:%Y-%m-%dT%H:%M}Z|{practitioner}"


def free_times(
    need: Need, day: dt.date, *, chosen: str = "", now: dt.datetime, ignore: int | None = None
) -> dict[str, Any]:
    """Free times of one day in groups by practitioner, and the next free slot when there is none.

    ``chosen``: the slot value that is ticked. ``ignore``: the appointment that is being moved.
    """
    zone = Clinic.current().zone
    midnight = dt.datetime.combine(day, dt.time(), zone)
    diary = load_diary(midnight, midnight + dt.timedelta(days=SEARCH_DAYS + 1))
    if ignore:
        diary = diary.without(ignore)
    slots = free_slots(diary, need, day, now=now)
    names = {user.pk: user.name for user in practitioners()}
    groups: list[dict[str, Any]] = []
    for practitioner in need.practitioners:
        times = [
            {
                "value": slot_value(slot),
                "clock": f"{slot.starts.astimezone(zone):%H:%M}",
                "chosen": slot_value(slot) == chosen,
            }
            for slot in slots
            if slot.practitioner == practitioner
        ]
        if times:
            groups.append({"name": names.get(practitioner, ""), "times": times})
    later = None
    if not slots:
        found = next_fit(diary, need, max(midnight, now), now=now, days=SEARCH_DAYS)
        if found:
            local = found.starts.astimezone(zone)
            later = {"day": local.date(), "words": moment(found.starts, zone), "value": slot_value(found)}
    is_there = any(time["chosen"] for group in groups for time in group["times"])
    return {"groups": groups, "day": day, "later": later, "chosen_is_gone": bool(chosen) and not is_there}


@dataclass(frozen=True)
class VisitRow:
    """One visit of a course on the page. Day and clock are what is typed; ``words`` say what is the matter
    with them.
    """

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


def missing_numbers(course: Course) -> list[int]:
    """Visits of a course that hold no time yet."""
    held = set(course.appointments.active().values_list("number_in_course", flat=True))
    return [number for number in course.numbers if number not in held]


def propose_course(
    course: Course, wish: Wish, *, practitioner: int | None, first_day: dt.date, now: dt.datetime
) -> list[VisitRow]:
    """A row for every visit without a time. ``practitioner`` None: the course's own first, others if need
    be.
    """
    zone = Clinic.current().zone
    numbers = missing_numbers(course)
    if not numbers:
        return []
    who = (practitioner,) if practitioner else in_order(course.practitioner_id)
    phases = [Phase(phase["per_week"], phase["weeks"]) for phase in course.phases]
    laid = places(phases, course.sessions)
    where = [laid[number - course.first_visit_number] for number in numbers]
    visits = [Visit(number, need_of_visit(course, number, who)) for number in numbers]
    opens = dt.datetime.combine(first_day, dt.time(), zone)
    weeks = where[-1].week - where[0].week + 8
    diary = load_diary(opens, opens + dt.timedelta(weeks=weeks))
    held = [
        starts.astimezone(zone).date() for starts in course.appointments.active().values_list("starts_at", flat=True)
    ]
    offers = propose_series(diary, visits, where, wish, first_day=first_day, now=now, held=held)
    return [_row(course, offer, who[0], zone) for offer in offers]


def _row(course: Course, offer: Offer, practitioner: int, zone: dt.tzinfo) -> VisitRow:
    device = course.device_kind_at(offer.number).replace("_", " ")
    if offer.slot is None:
        words = "Nothing is free within reach. Choose another practitioner or ask the owner for hours."
        return VisitRow(offer.number, "", "", practitioner, device, words, "taken")
    local = offer.slot.starts.astimezone(zone)
    words = "" if offer.in_its_week else "Nothing free in its own week: this is the next free time."
    if offer.in_its_week and not offer.as_wished:
        words = "Not on a wished day or time: those are taken."
    return VisitRow(
        offer.number,
        local.date().isoformat(),
        f"{local:%H:%M}",
        offer.slot.practitioner,
        device,
        words,
        "note" if words else "free",
    )


def read_rows(course: Course, data: Mapping[str, str]) -> list[VisitRow]:
    """The rows as typed, for every visit without a time that the form names."""
    rows = []
    for number in missing_numbers(course):
        if f"day-{number}" not in data:
            continue
        practitioner = data.get(f"practitioner-{number}", "")
        rows.append(
            VisitRow(
                number,
                data.get(f"day-{number}", "")[:10],
                data.get(f"clock-{number}", "")[:5],
                int(practitioner) if practitioner.isdecimal() and len(practitioner) < 19 else course.practitioner_id,
                course.device_kind_at(number).replace("_", " "),
            )
        )
    return rows


def moment_of(row: VisitRow, zone: Any) -> dt.datetime:
    """When the row's visit starts. Raises NotOpen, in words, for what is no date, no time, or a skipped
    hour.
    """
    try:
        if not "2000" <= row.day[:4] <= "2100":
            raise ValueError("not in this century")
        return instant(dt.date.fromisoformat(row.day), dt.time.fromisoformat(row.clock), zone)
    except GapHour as gap:
        raise NotOpen(str(gap)) from gap
    except (ValueError, OverflowError) as error:
        raise NotOpen("Write a date and a time, like 26/11/2026 and 15:00.") from error


def check_row(course: Course, rows: Sequence[VisitRow], number: int, *, now: dt.datetime) -> VisitRow:
    """One row against the diary and against the other rows of the form, with the next fit if it is taken."""
    zone = Clinic.current().zone
    row = next(row for row in rows if row.number == number)
    try:
        starts = moment_of(row, zone)
        diary = _with_others(diary_around([starts], now=now), course, rows, number)
        need = need_of_visit(course, number, (row.practitioner,))
        found = fit(diary, need, starts, row.practitioner, now=now)
        if isinstance(found, Slot):
            return row
        near = next_fit(diary, need, max(starts, now), now=now)
        raise refused(found, need, zone, next_fit=near)
    except BookingRefused as refusal:
        return marked(row, refusal.words, refusal.next_fit, zone)


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
        # only the patient matters here: room and device of a row are chosen when it is booked
        diary = diary.with_busy(Busy(-other.number, 0, course.patient_id, 0, None, starts, ends, until))
    return diary


def marked(row: VisitRow, words: str, near: Slot | None, zone: dt.tzinfo) -> VisitRow:
    """The row with what is in its way and the next fit."""
    return VisitRow(
        row.number,
        row.day,
        row.clock,
        row.practitioner,
        row.device,
        words,
        "taken",
        slot_value(near) if near else "",
        moment(near.starts, zone) if near else "",
    )


def use_slot(row: VisitRow, value: str) -> VisitRow:
    """The row with the date of a slot value. Raises ValueError for a value that is none."""
    starts, practitioner = read_slot_value(value)
    local = timezone.localtime(starts)
    return VisitRow(row.number, local.date().isoformat(), f"{local:%H:%M}", practitioner, row.device)
