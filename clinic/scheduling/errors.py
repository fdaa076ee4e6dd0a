"""Reasons for refusing a booking, each with the words people read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinic.lib.records import Stale
from clinic.scheduling.availability import Need, Slot

if TYPE_CHECKING:
    from clinic.scheduling.models import Appointment


@dataclass(frozen=True)
class Sought:
    """A time that could not be had. ``moved``: the visit that was to have it, and lets go of its own."""

    need: Need
    starts_at: dt.datetime
    moved: int | None


class BookingRefused(Exception):
    """Nothing was booked or changed. ``words`` say why; ``next_fit`` is the nearest slot that would do, if any."""

    sought: Sought | None = None  # what is still to be looked for: such a slot

    def __init__(self, words: str, *, next_fit: Slot | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.next_fit = next_fit


class SlotTaken(BookingRefused):
    """Practitioner, patient, every fitting room or every device has another visit then.

    ``what`` is one of practitioner, patient, room, device.
    """

    def __init__(self, words: str, *, what: str, next_fit: Slot | None = None) -> None:
        super().__init__(words, next_fit=next_fit)
        self.what = what


class NotOpen(BookingRefused):
    """Outside working hours, in an absence, in the past, or in an hour the clock skips."""


class AgainstDose(BookingRefused):
    """The day is free but breaks the rhythm of the course: too close to another visit, out of order, far too late."""


class FormUsedTwice(BookingRefused):
    """The form was sent before and booked something else: nothing new is booked unintentionally."""

    def __init__(self, words: str, *, booked: Appointment) -> None:
        super().__init__(words)
        self.booked = booked


class Changed(Stale, BookingRefused):
    """Someone else changed the appointment, or the course's, since the page was opened."""


class CannotUndo(BookingRefused):
    """Too late, or something newer happened."""


@dataclass(frozen=True)
class Clash:
    """One visit of a series that does not fit."""

    number: int
    words: str
    next_fit: Slot | None
    is_dose: bool = False  # the time is free; only the rhythm of the course is against it


class SeriesClash(BookingRefused):
    """At least one visit of a series does not fit; nothing of it was booked."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__(" ".join(f"Visit {clash.number}: {clash.words}" for clash in clashes))
        self.clashes = clashes
