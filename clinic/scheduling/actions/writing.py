"""What all writes to the schedule share: one writer at a time, the database's refusal in words, the stored change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime

from clinic.audit import trail
from clinic.people.models import Clinic, User
from clinic.scheduling.differences import held_of, judge
from clinic.scheduling.errors import SlotTaken
from clinic.scheduling.models import Appointment, AppointmentChange, Course
from clinic.scheduling.moves import handed_over, moved_rooms, tell_practitioners, who_and_where

_TAKEN = {
    "appointment_practitioner_free": ("practitioner", "The practitioner has another visit at that time."),
    "appointment_room_free": ("room", "The room has since been taken."),
    "appointment_device_free": ("device", "The device has since been taken."),
    "appointment_patient_free": ("patient", "This patient has another visit at that time."),
    "course_visit_booked_once": ("patient", "This visit of the course has since been booked."),
    "course_visit_shared_once": ("patient", "This visit of the course has since been booked."),
    "number_in_course": (
        "patient",
        "This visit of the course has since been booked.",
    ),  # as SQLite names it
    "also_number": ("patient", "This visit of the course has since been booked."),
    "cancelled, not deleted": (  # SQLite again: the guard against replacing a row sees the same number first
        "patient",
        "This visit of the course has since been booked.",
    ),
}


@contextmanager
def guarded() -> Iterator[None]:
    """A savepoint that turns the database's refusal of a double booking into SlotTaken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, (what, words) in _TAKEN.items():
            if name in str(error):
                raise SlotTaken(words, what=what) from error
        raise


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def keep_change(
    appointment: Appointment,
    kind: str,
    *,
    by: User,
    now: dt.datetime,
    action: str,
    before: dict[str, Any] | None = None,
) -> AppointmentChange:
    """Store what changed (``before``: field name -> old value) and the audit event. ``action`` empty: the event is
    recorded by the action this change is part of.
    """
    before = before or {}
    change = AppointmentChange.objects.create(
        appointment=appointment,
        kind=kind,
        before={name: _plain(value) for name, value in before.items()},
        after={name: _plain(getattr(appointment, name)) for name in before},
        by=by,
        at=now,
    )
    given = handed_over(change)
    if given:
        tell_practitioners(change, by=by, now=now)
    if action:
        detail = {"service": appointment.service_id, "practitioner": appointment.practitioner_id}
        if given or moved_rooms(change):
            detail |= who_and_where(change)
        trail.record(action, by=by, patient=appointment.patient_id, obj=appointment, detail=detail)
    return change


def fields_before(change: AppointmentChange) -> dict[str, Any]:
    """The fields of a visit as they were before a change."""
    return {
        name: parse_datetime(value) if name.endswith(("_at", "_until")) and value else value
        for name, value in change.before.items()
    }


def refresh_courses(appointment: Appointment) -> None:
    """Recount the courses that a visit serves."""
    for course in appointment.courses:
        refresh_course(course)


def refresh_course(course: Course | None) -> None:
    """Recount what a course keeps. It is booked once each of its visits holds a time; a cancelled visit puts it back on
    the desk's list. While its coming visits are not what it asks for, it is on another one.
    """
    if course is None:
        return
    status, until = course.status, None
    if status != Course.Status.CLOSED:
        held = held_of([course.pk])[course.pk]
        missing = course.missing_numbers({one.number for one in held})
        status = Course.Status.TO_BOOK if missing else Course.Status.BOOKED
        until = judge(course, held, Clinic.current().zone).until(held) if held else None
    if (status, until) != (course.status, course.differs_until):
        course.status, course.differs_until = status, until
        course.save(update_fields=["status", "differs_until"])
