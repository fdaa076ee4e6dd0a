"""Absences, and moving the visits they affect: one action, all or none, undone with one click."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import User
from clinic.scheduling.actions.changes import UNDO_FOR, can_undo, move, undo
from clinic.scheduling.errors import BookingRefused, CannotUndo, NotOpen
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import Absence, Appointment, AppointmentChange


@dataclass(frozen=True)
class Wanted:
    """Where one visit should go, as offered by the page."""

    visit: int  # id
    version: int
    starts_at: dt.datetime
    practitioner: int  # id


def move_all(*, wanted: Sequence[Wanted], by: User, now: dt.datetime | None = None) -> list[AppointmentChange]:
    """Move every visit or none. Raises NotOpen naming the first one that no longer fits."""
    now = now or timezone.now()
    if not wanted:
        raise NotOpen("Choose at least one visit.")
    with transaction.atomic():
        lock_schedule()
        visits = Appointment.objects.select_related("patient").in_bulk([one.visit for one in wanted])
        people = User.objects.in_bulk([one.practitioner for one in wanted])
        changes = []
        for one in wanted:
            if one.visit not in visits or one.practitioner not in people:
                raise NotOpen("That visit no longer exists.")
            visit = visits[one.visit]
            try:
                change = move(
                    appointment=visit,
                    starts_at=one.starts_at,
                    practitioner=people[one.practitioner],
                    by=by,
                    version=one.version,
                    now=now,
                )
            except BookingRefused as refusal:
                raise NotOpen(f"{visit.patient}: {refusal.words}") from refusal
            if change is not None:
                changes.append(change)
        return changes


def moved_together(change: AppointmentChange, *, now: dt.datetime) -> list[AppointmentChange]:
    """All moves of one action, if every one of them can still be undone; else an empty list."""
    if not dt.timedelta() <= now - change.at <= UNDO_FOR:
        return []
    rows = AppointmentChange.objects.filter(at=change.at, by=change.by_id, kind=AppointmentChange.Kind.MOVED)
    changes = list(rows.select_related("appointment__patient")[:100])
    return changes if all(can_undo(one, now=now) for one in changes) else []


def undo_moves(*, change: AppointmentChange, by: User, now: dt.datetime | None = None) -> int:
    """Undo all moves of one action, the last one first. Raises CannotUndo or SlotTaken."""
    now = now or timezone.now()
    with transaction.atomic():
        lock_schedule()
        changes = moved_together(change, now=now)
        if not changes:
            raise CannotUndo("This can no longer be undone: it is too long ago, or a visit changed again.")
        for one in changes:  # newest first
            undo(change=one, by=by, now=now)
        return len(changes)


def add_absence(
    *, practitioner: User | None, starts_at: dt.datetime, ends_at: dt.datetime, reason: str, by: User
) -> Absence:
    """Someone is away, or (None) the whole clinic is closed. Booked visits stay, and are listed to be moved."""
    with transaction.atomic():
        lock_schedule()
        absence = Absence.objects.create(practitioner=practitioner, starts_at=starts_at, ends_at=ends_at, reason=reason)
        trail.record("absence.added", by=by, obj=absence, detail=_detail(absence))
        return absence


def remove_absence(*, absence: Absence, by: User) -> None:
    with transaction.atomic():
        lock_schedule()
        trail.record("absence.removed", by=by, obj=absence, detail=_detail(absence))
        absence.delete()


def _detail(absence: Absence) -> dict[str, Any]:
    return {
        "practitioner": absence.practitioner_id,
        "from": absence.starts_at.isoformat(),
        "until": absence.ends_at.isoformat(),
    }
