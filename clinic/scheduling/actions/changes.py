"""Moves a visit, follows its status through the day, cancels it, and undoes each of these."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import User
from clinic.scheduling.actions.booking import slot_for, with_next_fit
from clinic.scheduling.actions.writing import fields_before, guarded, keep_change, refresh_course, refresh_courses
from clinic.scheduling.diary import fields_of, need_of_appointment
from clinic.scheduling.errors import CannotUndo, Changed, NotOpen
from clinic.scheduling.kept import keep_visits
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import MOVABLE, Appointment, AppointmentChange, AppointmentStatus, Course, MoveNotice

UNDO_FOR = dt.timedelta(minutes=10)
S = AppointmentStatus
# The allowed next statuses of each status. Going back is included: people misclick.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    S.BOOKED: (S.CONFIRMED, S.ARRIVED, S.IN_ROOM, S.NO_SHOW, S.CANCELLED),
    S.CONFIRMED: (S.BOOKED, S.ARRIVED, S.IN_ROOM, S.NO_SHOW, S.CANCELLED),
    S.ARRIVED: (S.IN_ROOM, S.BOOKED, S.NO_SHOW, S.CANCELLED),
    S.IN_ROOM: (S.DONE, S.ARRIVED),
    S.DONE: (S.IN_ROOM,),
    S.NO_SHOW: (S.BOOKED, S.ARRIVED),
    S.CANCELLED: (S.BOOKED,),
}
_STAMPS = {S.ARRIVED: "arrived_at", S.IN_ROOM: "in_room_at", S.DONE: "done_at"}


def current_row(appointment: Appointment, version: int | None) -> Appointment:
    """The current row, with the schedule locked. Raises Changed if ``version`` is not the current one."""
    lock_schedule()
    current = (
        Appointment.objects.with_people()
        .select_related("course__service", "also_course__service")
        .get(pk=appointment.pk)
    )
    _require(current, version)
    return current


def _require(current: Appointment, version: int | None) -> None:
    if version is not None and current.version != version:
        raise Changed(current, "Someone else has changed this visit. This is its current state.")


def write_fields(appointment: Appointment, **fields: Any) -> dict[str, Any]:
    """Write the fields; returns the previous values. Raises SlotTaken if the database refuses."""
    before = {name: getattr(appointment, name) for name in fields}
    for name, value in fields.items():
        setattr(appointment, name, value)
    appointment.version += 1
    with guarded():
        appointment.save(update_fields=[*fields, "version"])
    if "starts_at" in fields:  # another place: what stood in the way of the old one may be gone
        keep_visits([appointment.pk])
    return before


def move(
    *,
    appointment: Appointment,
    starts_at: dt.datetime,
    practitioner: User,
    by: User,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> AppointmentChange | None:
    """Give a visit another time or practitioner; room and device are kept if they are free.

    Returns None if it is already there. Raises SlotTaken, NotOpen (also if the patient is already here), or
    Changed.
    """
    now = now or timezone.now()
    with with_next_fit(now=now), transaction.atomic():
        current = current_row(appointment, version)
        if current.status not in MOVABLE:
            raise NotOpen(f"This visit is {current.get_status_display()}: only a coming visit can be moved.")
        is_whole = current.room.is_active and (current.device is None or current.device.is_active)
        if is_whole and (current.starts_at, current.practitioner_id) == (starts_at, practitioner.pk):
            return None  # otherwise it keeps its time and gets a room or device that is in use
        need = need_of_appointment(current, (practitioner.pk,))
        slot = slot_for(need, starts_at, now=now, moved=current.pk)
        before = write_fields(current, **fields_of(slot))
        refresh_courses(current)
        return keep_change(
            current, AppointmentChange.Kind.MOVED, by=by, now=now, action="appointment.moved", before=before
        )


def set_status(
    *,
    appointment: Appointment,
    status: str,
    by: User,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> AppointmentChange | None:
    """Set the visit's status during the day. Setting its current status changes nothing and returns None.

    Raises NotOpen for a step that makes no sense, SlotTaken if a cancelled time has been given away, Changed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = current_row(appointment, version=None)
        if current.status == status:
            return None
        _require(current, version)
        if status not in TRANSITIONS[current.status]:
            wanted = AppointmentStatus(status).label if status in AppointmentStatus.values else "that"
            raise NotOpen(f"A visit that is {current.get_status_display()} cannot become {wanted}.")
        fields: dict[str, Any] = {"status": status}
        if stamp := _STAMPS.get(AppointmentStatus(status)):
            fields[stamp] = now
        before = write_fields(current, **fields)
        refresh_courses(current)
        return keep_change(
            current,
            AppointmentChange.Kind.STATUS,
            by=by,
            now=now,
            action=f"appointment.{status}",
            before=before,
        )


def cancel(
    *, appointment: Appointment, by: User, version: int | None = None, now: dt.datetime | None = None
) -> AppointmentChange | None:
    """Free the time. Can be undone with ``undo`` for some minutes, or by booking again."""
    return set_status(appointment=appointment, status=S.CANCELLED, by=by, version=version, now=now)


def _is_fresh(change: AppointmentChange, now: dt.datetime) -> bool:
    return change.kind != AppointmentChange.Kind.UNDONE and dt.timedelta(0) <= now - change.at <= UNDO_FOR


def can_undo(change: AppointmentChange, *, now: dt.datetime) -> bool:
    """For some minutes, and only the newest change of a visit."""
    if not _is_fresh(change, now):
        return False
    return not AppointmentChange.objects.filter(appointment=change.appointment_id, pk__gt=change.pk).exists()


def undo(*, change: AppointmentChange, by: User, now: dt.datetime | None = None) -> Appointment:
    """Undo a change; an undone booking is cancelled.

    Raises CannotUndo if it is too late, SlotTaken if the old time has been given away.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = current_row(change.appointment, None)
        change = AppointmentChange.objects.get(pk=change.pk)
        if not can_undo(change, now=now):
            raise CannotUndo("This can no longer be undone: it is too long ago, or the visit changed again.")
        if change.kind == AppointmentChange.Kind.BOOKED:
            fields: dict[str, Any] = {"status": S.CANCELLED}
        else:
            fields = fields_before(change)
        left = current.courses  # one may have been taken over from another course, or shared
        before = write_fields(current, **fields)
        for course in {one.pk: one for one in [*left, *current.courses]}.values():
            refresh_course(course)
        keep_change(current, AppointmentChange.Kind.UNDONE, by=by, now=now, action="appointment.undone", before=before)
        return current


def put_away(*, notice: MoveNotice, by: User, now: dt.datetime | None = None) -> None:
    """Mark it as seen by the reader. Idempotent."""
    with transaction.atomic():
        now = now or timezone.now()
        if MoveNotice.objects.filter(pk=notice.pk, reader=by, dismissed_at=None).update(dismissed_at=now):
            visit = notice.change.appointment
            trail.record("appointment.move_seen", by=by, patient=visit.patient_id, obj=visit)


def series_booked(course: Course, nonce: str, *, now: dt.datetime) -> list[AppointmentChange]:
    """The bookings one form made for a course, if every one of them can still be undone; else an empty list."""
    if len(nonce) < 8:
        return []
    made = AppointmentChange.objects.select_related("appointment").filter(
        kind=AppointmentChange.Kind.BOOKED,
        appointment__course=course,
        appointment__nonce__startswith=f"{nonce}:",
    )
    changes = list(made.order_by("pk"))
    newest = set(
        AppointmentChange.objects.filter(appointment__course=course)
        .values("appointment_id")
        .annotate(newest=Max("pk"))
        .values_list("newest", flat=True)
    )
    return changes if all(_is_fresh(change, now) and change.pk in newest for change in changes) else []


def undo_series(*, course: Course, nonce: str, by: User, now: dt.datetime | None = None) -> None:
    """Cancel all that one form booked. Raises CannotUndo if it is too late, or a visit has changed since."""
    now = now or timezone.now()
    with transaction.atomic():
        lock_schedule()
        changes = series_booked(course, nonce, now=now)
        if not changes:
            raise CannotUndo("This can no longer be undone at once: cancel the visits one by one.")
        for change in changes:
            undo(change=change, by=by, now=now)
