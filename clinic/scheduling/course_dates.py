"""Dates for a whole course: proposed from the free times, in the rhythm it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from clinic.people.models import Clinic
from clinic.scheduling.availability import Diary, Need, day_starts
from clinic.scheduling.course_days import Day, held_visits, phases_of
from clinic.scheduling.day_search import Wish
from clinic.scheduling.diary import (
    in_order,
    load_diary,
    need_of_visit,
    practitioners,
)
from clinic.scheduling.models import Course
from clinic.scheduling.reason_words import offer_words
from clinic.scheduling.rhythm import BEYOND, WEEK, habit, in_time, places
from clinic.scheduling.series import Offer, Visit, propose_series
from clinic.scheduling.together import Shared, need_of_both, second_of


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
    is_shared: bool = False  # serves the second course of the form, too

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
    course: Course,
    wish: Wish,
    *,
    practitioner: int | None,
    first_day: dt.date,
    now: dt.datetime,
    also: Course | None = None,
) -> list[VisitRow]:
    """A row for every visit without a time, placed after those that have one. ``practitioner`` None: the course's own
    first, others if necessary. ``also``: a second course, whose visits are among these where its rhythm allows.
    """
    who = (practitioner,) if practitioner else in_order(course.practitioner_id)
    numbers = course.missing_numbers()
    if not numbers or not who:
        return []
    held = held_visits(course)
    zone = Clinic.current().zone
    diary = _diary_to_lay(course, numbers, held, first_day)
    offers, visits = lay(course, numbers, held, wish, who=who, first_day=first_day, now=now, diary=diary)
    shared: dict[int, Shared] = {}
    if second := second_of(also):
        longer = second.among(_days_of(offers, zone))
        if longer:  # once more, with the time that both need; what has moved is judged again
            offers, visits = lay(
                course, numbers, held, wish, who=who, first_day=first_day, now=now, diary=diary, shared=longer
            )
            shared = second.among(_days_of(offers, zone), only=frozenset(longer))
    names = {user.pk: user.name for user in practitioners()}
    return [
        replace(
            _row(offer, visit.need, who[0], zone, offer_words(offer, visit.need, names)),
            is_shared=offer.number in shared,
        )
        for offer, visit in zip(offers, visits, strict=True)
    ]


def _days_of(offers: Sequence[Offer], zone: ZoneInfo) -> list[Day]:
    return [(offer.number, offer.slot.starts.astimezone(zone).date()) for offer in offers if offer.slot]


def _diary_to_lay(
    course: Course, numbers: Sequence[int], held: Sequence[tuple[int, dt.datetime]], first_day: dt.date
) -> Diary:
    zone = Clinic.current().zone
    return load_diary(*(day_starts(day, zone) for day in (first_day, _last_day(course, numbers, held, first_day))))


def _last_day(
    course: Course, numbers: Sequence[int], held: Sequence[tuple[int, dt.datetime]], first_day: dt.date
) -> dt.date:
    """As far as these visits may be laid."""
    laid = places(phases_of(course), len(held) + len(numbers))[len(held) :]
    latest = max([first_day, *(starts.date() for _number, starts in held)])
    return latest + dt.timedelta(days=WEEK * (laid[-1].week - laid[0].week) + 2 * BEYOND)


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
    diary: Diary | None = None,
    shared: Mapping[int, Shared] | None = None,
) -> tuple[tuple[Offer, ...], list[Visit]]:
    """Offers for these visits after the held ones. ``without``: appointments the diary should ignore.
    ``habit_of``: the visits that show what is usual, if these are not the held ones. ``shared``: those that serve a
    second course, too.
    """
    shared = shared or {}
    phases = phases_of(course)
    laid = places(phases, len(held) + len(numbers))[len(held) :]
    visits = []
    for turn, (number, place) in enumerate(zip(numbers, laid, strict=True)):
        need = need_of_visit(course, max(number, course.first_visit_number + len(held) + turn), who)
        if number in shared:
            need = need_of_both(need, shared[number].need(who))
        visits.append(Visit(number, need, place))
    days = in_time(phases, [(number, starts.date()) for number, starts in held])
    diary = diary or _diary_to_lay(course, numbers, held, first_day)
    for appointment in without:
        diary = diary.without(appointment)
    offers = propose_series(
        diary,
        visits,
        with_usual(wish, usual_of(course, held, habit_of or held)),
        first_day=first_day,
        now=now,
        held=days,
        last_day=_last_day(course, numbers, held, first_day),
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
