"""The day board: who is expected, waiting, in a room, done. Everything on the cards, as plain values."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache, partial
from typing import NamedTuple

from clinic.people.desk_notes import notes_of
from clinic.people.models import Clinic, User
from clinic.scheduling.actions.changes import TRANSITIONS
from clinic.scheduling.models import FREES_THE_SLOT, MOVABLE, Appointment, AppointmentQuerySet, AppointmentStatus
from clinic.scheduling.presenters.pages import NEXT_STEP, PILLS, STEP_WORDS, day_bounds
from clinic.scheduling.presenters.rows import Row, Shape, kept_rows

S = AppointmentStatus
LATE_AFTER = dt.timedelta(minutes=5)
BEFORE = (*MOVABLE, S.ARRIVED)  # there is time for a form
HERE = (*BEFORE, S.IN_ROOM)  # can still be asked
PLAIN = (S.BOOKED, S.ARRIVED, S.IN_ROOM, S.DONE)  # the column already says so


class Card(NamedTuple):
    """One visit on the board: nothing else about the visit is on the page."""

    id: str
    version: str
    status: str
    stamp: str  # ISO, for machines
    clock: str
    name: str
    where: str  # service, practitioner, room, device
    tint: str
    pill: tuple[str, str, str] | None  # kind, icon, text
    note: str  # "10 min late", "waiting 5 min", "since 14:05"
    note_kind: str
    next_status: str
    next_word: str
    others: tuple[tuple[str, str], ...]  # (status, words) behind "More"
    patient: str = ""
    desk_notes: tuple[str, ...] = ()  # what the patient is still to be asked

    @property
    def shape(self) -> Shape:
        return (
            ("status", self.status), ("pill", self.pill), ("note_kind", self.note_kind if self.note else None),
            ("next_status", self.next_status), ("next_word", self.next_word), ("others", self.others),
            ("is_before", self.status in BEFORE), ("desk_notes", self.desk_notes),
        )  # fmt: skip

    @property
    def texts(self) -> dict[str, str]:
        return {
            "id": self.id, "version": self.version, "stamp": self.stamp, "clock": self.clock, "name": self.name,
            "where": self.where, "tint": self.tint, "note": self.note, "patient": self.patient,
        }  # fmt: skip


class Column(NamedTuple):
    title: str
    cards: tuple[Card, ...]
    empty: str


class Board(NamedTuple):
    columns: tuple[Column, ...]
    off: tuple[Card, ...]  # cancelled, missed
    patients: frozenset[int]  # named on it


COLUMNS = (
    ("Booked", MOVABLE, "No more arrivals expected."),
    ("Arrived", (S.ARRIVED,), "Nobody is waiting."),
    ("In room", (S.IN_ROOM,), "All rooms are free."),
    ("Done", (S.DONE,), "No one finished yet."),
)


@partial(kept_rows, stamps=True)
def _of_all(starts: dt.datetime, ends: dt.datetime) -> AppointmentQuerySet:
    return Appointment.objects.filter(starts_at__gte=starts, starts_at__lt=ends)


@partial(kept_rows, stamps=True)
def _of_one(practitioner: int, starts: dt.datetime, ends: dt.datetime) -> AppointmentQuerySet:
    return Appointment.objects.filter(starts_at__gte=starts, starts_at__lt=ends, practitioner=practitioner)


def board(day: dt.date, *, practitioner: User | None, now: dt.datetime) -> Board:
    """All visits that start on that day, of one practitioner or (None) of everyone."""
    starts, ends = day_bounds(day)
    rows = _of_one(practitioner.pk, starts, ends) if practitioner else _of_all(starts, ends)
    zone = Clinic.current().zone
    notes = notes_of({row.patient for row in rows if row.status in HERE})
    cards = [
        _card(row, *_note(row, now, zone), zone, notes.get(row.patient, ()) if row.status in HERE else ())
        for row in rows
    ]
    columns = (
        Column(title, tuple(card for card in cards if card.status in statuses), empty)
        for title, statuses, empty in COLUMNS
    )
    off = tuple(card for card in cards if card.status in FREES_THE_SLOT)
    return Board(tuple(columns), off, frozenset(row.patient for row in rows))


@lru_cache(maxsize=600)  # a board is asked for twice a minute, and few of its visits have changed since
def _card(row: Row, note: str, kind: str, zone: dt.tzinfo, desk_notes: tuple[str, ...]) -> Card:
    next_status, next_word = NEXT_STEP.get(S(row.status), ("", ""))
    local = row.starts.astimezone(zone)
    return Card(
        id=str(row.pk),
        version=str(row.version),
        status=row.status,
        stamp=local.isoformat(),
        clock=f"{local:%H:%M}",
        name=row.name,
        where=" · ".join(
            part
            for part in (row.service, "two courses" if row.also_course else "", row.practitioner, row.room, row.device)
            if part
        ),
        tint=row.tint,
        pill=None if row.status in PLAIN else PILLS[S(row.status)],
        note=note,
        note_kind=kind,
        next_status=next_status,
        next_word=next_word,
        others=tuple((to, STEP_WORDS[S(to)]) for to in TRANSITIONS[row.status] if to != next_status),
        patient=str(row.patient),
        desk_notes=desk_notes,
    )


def _note(row: Row, now: dt.datetime, zone: dt.tzinfo) -> tuple[str, str]:
    if row.status in MOVABLE and now - row.starts > LATE_AFTER:
        return f"{_minutes(now - row.starts)} late", "caution"
    if row.status == S.ARRIVED and row.arrived:
        waited = now - row.arrived
        return f"waiting {_minutes(waited)}", "caution" if waited > dt.timedelta(minutes=15) else "wait"
    if row.status == S.IN_ROOM and row.in_room:
        return f"since {row.in_room.astimezone(zone):%H:%M}", "wait"
    if row.status == S.DONE and row.done:
        return f"at {row.done.astimezone(zone):%H:%M}", ""
    return "", ""


def _minutes(length: dt.timedelta) -> str:
    minutes = max(int(length.total_seconds() // 60), 0)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h"
