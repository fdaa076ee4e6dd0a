"""Where visits that cannot stay could go: each proposal fits with the previous ones, so that all can be taken."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic.scheduling.availability import Diary, Slot, days_from, fit
from clinic.scheduling.closures import Stuck, Trouble
from clinic.scheduling.course_days import Day, phases_of
from clinic.scheduling.day_search import DaySearch, Wish
from clinic.scheduling.diary import LOOK_AHEAD, load_diary, moment, need_of_appointment, practitioners
from clinic.scheduling.models import Appointment, Room
from clinic.scheduling.offers import slot_value
from clinic.scheduling.series import nearest_in_rhythm

AT_ONCE = 20  # visits the page searches places for; the next ones follow once these are moved
WITHIN = 28  # days within which another day is searched for
PERSONAL = {Trouble.LEFT, Trouble.CLINIC, Trouble.AWAY, Trouble.HOURS}


@dataclass(frozen=True)
class Option:
    value: str  # as sent back by a form
    words: str


@dataclass(frozen=True)
class Proposal:
    stuck: Stuck
    options: tuple[Option, ...]  # the first one is ticked; empty: nothing is free


def proposals_for(stuck: Sequence[Stuck], *, now: dt.datetime) -> list[Proposal]:
    rows = list(stuck[:AT_ONCE])
    if not rows:
        return []
    last = max(one.visit.starts_at for one in rows)
    diary = load_diary(now, last + LOOK_AHEAD)
    names = {user.pk: user.name for user in practitioners()}
    rooms = dict(Room.objects.values_list("pk", "name"))
    days = _days_of_courses(rows, diary)
    found = []
    for one in rows:
        without = diary.without(one.visit.pk)
        slots = list(dict.fromkeys(_slots(one, without, days, tuple(names), now)))
        diary = without.with_busy(slots[0].taken_by(one.visit.pk, one.visit.patient_id)) if slots else diary
        options = tuple(Option(slot_value(slot), _words(one.visit, slot, names, rooms, diary.zone)) for slot in slots)
        found.append(Proposal(one, options))
        if slots:
            days[one.visit.course_id or 0] = [
                day for day in days[one.visit.course_id or 0] if day[0] != one.visit.number_in_course
            ] + [(one.visit.number_in_course or 0, slots[0].starts.astimezone(diary.zone).date())]
    return found


def _days_of_courses(rows: Sequence[Stuck], diary: Diary) -> dict[int, list[Day]]:
    """Course -> (number, day) of all its booked visits."""
    courses = {one.visit.course_id for one in rows if one.visit.course_id}
    found: dict[int, list[Day]] = defaultdict(list)
    visits = Appointment.objects.active().of_courses(courses).filter(number_in_course__isnull=False)
    for course, number, also, also_number, starts in visits.values_list(
        "course_id", "number_in_course", "also_course_id", "also_number", "starts_at"
    ):
        day = starts.astimezone(diary.zone).date()
        found[course or 0].append((number or 0, day))
        if also is not None:
            found[also].append((also_number or 0, day))
    return found


def _slots(
    one: Stuck, diary: Diary, days: Mapping[int, list[Day]], everyone: tuple[int, ...], now: dt.datetime
) -> Iterator[Slot]:
    """The same time in another room; the same practitioner on another day; someone else at the same time."""
    visit = one.visit
    mine = visit.practitioner_id
    if not PERSONAL & set(one.troubles):
        here = fit(diary, need_of_appointment(visit, (mine,)), visit.starts_at, mine, now=now)
        if isinstance(here, Slot):
            yield here
    if Trouble.LEFT not in one.troubles:
        other_day = _other_day(visit, (mine,), diary, days, now)
        if other_day:
            yield other_day
    others = tuple(pk for pk in everyone if pk != mine)
    for pk in others:
        there = fit(diary, need_of_appointment(visit, (pk,)), visit.starts_at, pk, now=now)
        if isinstance(there, Slot):
            yield there
            return
    if Trouble.LEFT in one.troubles and others:
        other_day = _other_day(visit, others, diary, days, now)
        if other_day:
            yield other_day


def _other_day(
    visit: Appointment, who: tuple[int, ...], diary: Diary, days: Mapping[int, list[Day]], now: dt.datetime
) -> Slot | None:
    """Near the booked day and time; for a visit of a course only if its rhythm allows it."""
    need = need_of_appointment(visit, who)
    if visit.course and visit.number_in_course:
        others = [day for day in days[visit.course.pk] if day[0] != visit.number_in_course]
        held = frozenset(number for number, _day in others)
        number, phases = visit.number_in_course, phases_of(visit.course)
        return nearest_in_rhythm(
            diary, need, visit.starts_at, phases=phases, number=number, others=others, held=held, now=now
        )
    local = visit.starts_at.astimezone(diary.zone)
    search = DaySearch(diary, Wish(at=local.time()), now, local.date() + dt.timedelta(days=WITHIN))
    found = (search.best(need, day) for day in days_from(local.date(), WITHIN))
    return next((slot for slot in found if slot is not None), None)


def _words(visit: Appointment, slot: Slot, names: Mapping[int, str], rooms: Mapping[int, str], zone: dt.tzinfo) -> str:
    when = "Same time" if slot.starts == visit.starts_at else moment(slot.starts, zone)
    who = "" if slot.practitioner == visit.practitioner_id else f" with {names.get(slot.practitioner, '?')}"
    where = f", {rooms.get(slot.room, '?')}" if slot.room != visit.room_id else ""
    return f"{when}{who}{where}" if who or where or when != "Same time" else "Same time with another device"
