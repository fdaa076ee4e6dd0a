"""Who comes when, over ten years: numbers only, the same for the same size and seed.

A *seat* is one hour of one practitioner on one weekday. Week after week someone has it for a course, then the next.
The weeks around today can hold the same number of visits in clinics of any size: only the past grows.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

WEEKS, AHEAD, AROUND = 522, 8, 4  # ten years; how many of them lie ahead, and how many before are as busy as this week
HOURS = tuple(dt.time(hour, minute) for hour, minute in
              ((8, 0), (9, 0), (10, 0), (11, 0), (13, 30), (14, 30), (15, 30), (16, 30)))  # fmt: skip
DAYS = 5  # a week, for each practitioner
SEATS_EACH = DAYS * len(HOURS)
MOST_OF_A_WEEK = 600
CAME = 0.85  # of all patients ever: the others were registered but not treated
WITH_A_GAP = 24  # running courses with a missed visit: the desk has to book it again


@dataclass(frozen=True)
class Size:
    """What a clinic with so many patients contains."""

    patients: int
    asked_week: int = 0

    @property
    def appointments(self) -> int:
        return self.patients * 10

    @property
    def notes(self) -> int:
        return self.patients * 3

    @property
    def scores(self) -> int:
        return self.patients * 6

    @property
    def events(self) -> int:
        return self.patients * 20

    @property
    def week(self) -> int:
        """Visits in one week around today: as requested, else as in all years, but no more than a page should show."""
        usual = min(MOST_OF_A_WEEK, -(-self.appointments // WEEKS))
        return max(1, min(self.asked_week or usual, self.appointments // 16))

    @property
    def practitioners(self) -> int:
        return -(-self.week // SEATS_EACH)

    @property
    def seats_before(self) -> list[int]:
        """Weeks in which each seat was taken in earlier years, always the latest ones."""
        weeks = WEEKS - 1 - AHEAD - AROUND
        whole, rest = divmod(self.appointments - self.week * (AROUND + 1 + AHEAD), weeks)
        return [weeks] * whole + [rest] * bool(rest)


@dataclass(slots=True)
class Stay:
    """One course of one patient in one seat. ``states``: how each visit went, in order."""

    seat: int
    first_week: int  # counted from this week, 0
    template: int
    length: int
    patient: int = -1
    states: list[str] = field(default_factory=list)
    is_charted: bool = False
    unwritten: int = 0  # how many of its first visits took place before notes were kept here
    version: int = 0  # of the patient's plan, if it is charted
    is_newest: bool = False  # among this patient's charted ones


def moment(seat: int, week: int, monday: dt.date) -> tuple[dt.date, dt.time]:
    practitioner, place = divmod(seat, SEATS_EACH)
    day, hour = place % DAYS, place // DAYS
    return monday + dt.timedelta(days=7 * week + (practitioner + day) % 7), HOURS[hour]


def works_on(practitioner: int) -> list[int]:
    """Weekdays of a practitioner by number: someone works every day of the week."""
    return sorted((practitioner + day) % 7 for day in range(DAYS))


def stays(size: Size, lengths: Sequence[int], sexes: Sequence[str], draw: random.Random) -> list[Stay]:
    """All courses in chronological order, each with its patient. The last of ``lengths`` is long, with two seats."""
    found: list[Stay] = []
    before = size.seats_before
    for seat in range(max(len(before), size.week)):
        weeks = before[seat] if seat < len(before) else 0
        end = 1 + AHEAD if seat < size.week else -AROUND
        found += _of_seat(seat, -AROUND - weeks, end, lengths, draw)
    found.sort(key=lambda stay: (stay.first_week, stay.seat))
    _give_patients(found, size, sexes, draw)
    return found


def _of_seat(seat: int, start: int, end: int, lengths: Sequence[int], draw: random.Random) -> Iterator[Stay]:
    """From the end backwards, so that every course but the first is complete."""
    while end > start:
        template = len(lengths) - 1 if seat < 2 else draw.randrange(len(lengths) - 1)
        length = min(lengths[template], end - start)
        end -= length
        yield Stay(seat, end, template, length)


def _give_patients(found: list[Stay], size: Size, sexes: Sequence[str], draw: random.Random) -> None:
    """New ones as they come, with some former patients in between."""
    most = max(1, int(size.patients * CAME))
    kinds: list[str] = []  # sex of each patient so far
    until: list[int] = []  # the week their last course ends
    for place, stay in enumerate(found):
        sex, wanted = sexes[stay.template], most * (place + 1) / len(found)
        if len(kinds) >= wanted or len(kinds) >= most:
            tries = (draw.randrange(len(kinds)) for _ in range(200))
            stay.patient = next((p for p in tries if kinds[p] == sex and until[p] < stay.first_week - 1), -1)
        if stay.patient < 0:
            stay.patient = len(kinds)
            kinds.append(sex)
            until.append(0)
        until[stay.patient] = stay.first_week + stay.length


def let_pass(found: list[Stay], size: Size, monday: dt.date, now: dt.datetime, draw: random.Random) -> None:
    """How each visit went until ``now`` (on the clinic's clock), and which of them are charted: the newest."""
    gaps = WITH_A_GAP
    for stay in found:
        starts = [dt.datetime.combine(*moment(stay.seat, stay.first_week + n, monday)) for n in range(stay.length)]
        is_over = starts[-1] + dt.timedelta(hours=1) <= now
        stay.states = [_state(start, now, is_over, draw) for start in starts]
        if not is_over and stay.states[0] == "done" and gaps:
            gaps -= 1
            stay.states[stay.states.count("done") - 1] = "no_show"
    left = size.notes
    for stay in reversed(found):
        if left <= 0:
            break
        done = stay.states.count("done")
        stay.is_charted, stay.unwritten = True, max(0, done - left)
        left -= done
    versions: dict[int, Stay] = {}
    for stay in found:
        if stay.is_charted:
            before = versions.get(stay.patient)
            stay.version = before.version + 1 if before else 1
            versions[stay.patient] = stay
    for stay in versions.values():
        stay.is_newest = True


def _state(start: dt.datetime, now: dt.datetime, is_over: bool, draw: random.Random) -> str:
    chance = draw.random()
    if start > now:
        if start < now + dt.timedelta(hours=1):
            return "arrived"
        return "confirmed" if chance < 0.3 else "booked"
    if start + dt.timedelta(minutes=50) > now:
        return "in_room"
    if is_over and chance < 0.14:
        return "cancelled" if chance < 0.07 else "no_show"
    return "done"
