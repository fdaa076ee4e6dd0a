"""Counted beforehand: of what may be left out, how much a clinic of this size has room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.models import Score
from treatments.demo.scale.templates import Template
from treatments.demo.scale.timetable import Size, Stay

# of what the actions record about a visit, only as many of these are kept as the size asks for
SOME = {"appointment.arrived", "appointment.in_room", "appointment.done", "visit.started", "visit.saved"}
OPENED = "episode.opened"  # told once: whoever comes again goes on with the same complaint
ADDED = "patient.added"  # recorded for everyone, when they are registered


class Quota:
    """Says yes ``wanted`` times out of ``of``, evenly."""

    def __init__(self, wanted: int, of: int) -> None:
        self.wanted, self.of, self.seen = max(0, min(wanted, of)), max(1, of), 0

    def take(self) -> bool:
        self.seen += 1
        return self.seen * self.wanted // self.of > (self.seen - 1) * self.wanted // self.of


def done(stay: Stay) -> list[int]:
    """Numbers of the visits that took place."""
    return [number for number, state in enumerate(stay.states, start=1) if state == "done"]


def written(stay: Stay) -> list[int]:
    """Numbers of those that are charted."""
    return done(stay)[stay.unwritten :] if stay.is_charted else []


def events(size: Size, stays: Sequence[Stay], courses: Sequence[Template], others: Iterable[Template]) -> Quota:
    """What is recorded in any case, and how many more there are of which the size needs some."""
    certain = size.patients + sum(event.action != ADDED for one in others for event, _ in one.events)
    some, of_visit, of_appointment, of_course = 0, {}, {}, {}
    for place, template in enumerate(courses):
        told = [(event.action, number, event.object_type) for event, number in template.events]
        of_course[place] = sum(number is None and action != ADDED for action, number, _ in told)
        for at in template.appointments:
            mine = [(action, kind) for action, number, kind in told if number == at]
            of_appointment[place, at] = sum(kind == "appointment" for _, kind in mine)
            of_visit[place, at] = (
                sum(action not in SOME for action, _ in mine),
                sum(action in SOME and kind != "appointment" for action, kind in mine),
            )
    charted: set[int] = set()
    for stay in stays:
        certain += of_course[stay.template] - (stay.patient in charted) if stay.is_charted else 1
        charted |= {stay.patient} if stay.is_charted else set()
        some += sum(of_appointment[stay.template, number] for number in done(stay))
        for number in written(stay):
            certain += of_visit[stay.template, number][0]
            some += of_visit[stay.template, number][1]
    return Quota(size.events - certain, some)


def scores(
    size: Size, stays: Sequence[Stay], courses: Sequence[Template], others: Iterable[Template]
) -> tuple[Quota, Quota]:
    """One score per note and those of reviews; then those of intakes; then further ones from notes."""
    left = size.scores - sum(row.model is Score for one in others for row in one.rows)
    rows = [[row for row in template.rows if row.model is Score] for template in courses]
    of_intakes = more = 0
    for stay in stays:
        if stay.is_charted:
            mine = set(written(stay))
            for row in rows[stay.template]:
                if row.number is None or row.number in mine:
                    of_intake = row.values["occasion"] == "intake"
                    left -= not of_intake and not row.is_more
                    more += row.is_more
                    of_intakes += of_intake
    return Quota(left, of_intakes), Quota(left - of_intakes, more)
