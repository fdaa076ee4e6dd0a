"""Brings the bookings of a course in line with what it asks for: one action, one event, undone as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import User
from clinic.scheduling.actions.changes import UNDO_FOR
from clinic.scheduling.actions.writing import fields_before, guarded, keep_change, refresh_course
from clinic.scheduling.aligning import Alignment, Step, alignment_of
from clinic.scheduling.diary import fields_of
from clinic.scheduling.errors import CannotUndo, Changed, NotOpen
from clinic.scheduling.kept import keep_visits
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import Appointment, AppointmentChange, AppointmentStatus, Course
from clinic.scheduling.models.appointments import ALSO, OWN

Kind = AppointmentChange.Kind


def bring_in_line(
    *, course: Course, expected: str, nonce: str, by: User, now: dt.datetime | None = None, extras_only: bool = False
) -> AppointmentChange | None:
    """Carry out all steps of the alignment shown (``expected`` is its value). With ``extras_only`` only cancel what
    exceeds the number asked for.

    Returns one of the changes, by which all can be undone; None if there was nothing to do. Raises Changed if the
    steps have become others, NotOpen for a closed course, SlotTaken after a writer that did not lock the schedule.
    """
    now = now or timezone.now()
    with transaction.atomic():
        lock_schedule()
        course = Course.objects.select_related("service", "patient").get(pk=course.pk)
        if course.status == Course.Status.CLOSED:
            raise NotOpen("This course was closed; nothing is changed for it.")
        steps = alignment_of(course, now=now, extras_only=extras_only)
        if steps.value != expected:
            words = "The bookings changed since this page was opened. These are the steps as they would be now."
            raise Changed(course, words)
        changes = _take(steps, nonce=nonce, by=by, now=now)
        if not changes:
            return None
        refresh_course(course)
        for one in _others(changes, course):
            refresh_course(one)
        counts = {kind: len(steps.of(kind)) for kind in ("cancelled", "parted", "moved", "changed", "added")}
        action = "course.extras_cancelled" if extras_only else "course.aligned"
        trail.record(action, by=by, patient=course.patient_id, obj=course, detail=counts)
        return changes[0]


def _take(alignment: Alignment, *, nonce: str, by: User, now: dt.datetime) -> list[AppointmentChange]:
    wanted = [(step.appointment, _fields(step, alignment.course)) for step in alignment.steps if step.appointment]
    differing = [
        (one, {name: value for name, value in fields.items() if getattr(one, name) != value}) for one, fields in wanted
    ]
    changes = _write([(one, fields) for one, fields in differing if fields], by=by, now=now, kind=Kind.ALIGNED)
    for step in alignment.of("added"):
        assert step.slot is not None
        with guarded():
            made = Appointment.objects.create(
                patient_id=alignment.course.patient_id,
                service=alignment.course.service,
                nonce=f"{nonce}:{step.number}",
                created_by=by,
                course=alignment.course,
                **_fields(step, alignment.course),
            )
        changes.append(keep_change(made, Kind.BOOKED, by=by, now=now, action=""))
    return changes


def _fields(step: Step, course: Course) -> dict[str, Any]:
    one, slot = step.appointment, step.slot
    if step.kind == "cancelled":
        return {"status": AppointmentStatus.CANCELLED}
    if one is not None and step.kind == "parted":
        return one.without(course.pk)
    if step.is_stuck or slot is None:
        return {}
    fields = fields_of(slot) | {(one.fields_in(course.pk) if one else OWN).number: step.number}
    if one is not None and not one.is_shared:
        # a visit with the length and room the course asks for now has its service and pace
        is_whole = int((slot.ends - slot.starts).total_seconds() // 60) == course.minutes
        fields |= {"service_id": course.service_id, "earlier_pace": None} if is_whole else {}
    return fields


def _write(
    changed: Sequence[tuple[Appointment, dict[str, Any]]], *, by: User, now: dt.datetime, kind: str
) -> list[AppointmentChange]:
    """Save all at once: first every visit releases its time and number, then each takes its new one."""
    current = {one.pk: Appointment.objects.get(pk=one.pk) for one, _fields in changed}
    for one in current.values():
        Appointment.objects.filter(pk=one.pk).update(status=AppointmentStatus.CANCELLED, number_in_course=None)
    changes = []
    for shown, fields in changed:
        one = current[shown.pk]
        before = {name: getattr(one, name) for name in fields}
        for name, value in fields.items():
            setattr(one, name, value)
        one.version += 1
        with guarded():
            one.save(update_fields=[*{*fields, "status", "number_in_course"}, "version"])
        changes.append(keep_change(one, kind, by=by, now=now, action="", before=before))
    keep_visits(list(current))
    return changes


def _others(changes: Sequence[AppointmentChange], course: Course) -> list[Course]:
    """Other courses that these visits serve or served."""
    ids = {
        value
        for one in changes
        for name in (OWN.course, ALSO.course)
        for value in (one.before.get(name), getattr(one.appointment, name))
        if value
    }
    return list(Course.objects.filter(pk__in=ids - {course.pk}).select_related("service"))


def aligned_together(change: AppointmentChange, *, now: dt.datetime) -> list[AppointmentChange]:
    """All changes of the action ``change`` belongs to, if every one can still be undone; else an empty list."""
    course = change.appointment.course_id
    if course is None or not dt.timedelta(0) <= now - change.at <= UNDO_FOR:
        return []
    rows = AppointmentChange.objects.filter(appointment__patient=change.appointment.patient_id)  # of two courses, maybe
    together = list(
        rows.filter(at=change.at, by=change.by_id, kind__in=[Kind.ALIGNED, Kind.BOOKED]).select_related("appointment")
    )
    newer = rows.filter(appointment__in=[one.appointment_id for one in together]).exclude(
        pk__in=[one.pk for one in together]
    )
    is_newest = not newer.filter(pk__gt=min((one.pk for one in together), default=0)).exists()
    return together if is_newest else []


def undo_alignment(*, change: AppointmentChange, by: User, now: dt.datetime | None = None) -> Course:
    """Undo all changes of one action. Raises CannotUndo, or SlotTaken if a time has been given away."""
    now = now or timezone.now()
    with transaction.atomic():
        lock_schedule()
        together = aligned_together(change, now=now)
        if not together:
            raise CannotUndo("This can no longer be undone: it is too long ago, or a visit changed again.")
        done = _write([(one.appointment, _back(one)) for one in together], by=by, now=now, kind=Kind.UNDONE)
        course = Course.objects.get(appointments=together[0].appointment)
        for one in _others(done, course):  # visits taken over go back
            refresh_course(one)
        refresh_course(course)
        trail.record("course.alignment_undone", by=by, patient=course.patient_id, obj=course)
        return course


def _back(change: AppointmentChange) -> dict[str, Any]:
    if change.kind == Kind.BOOKED:
        return {"status": AppointmentStatus.CANCELLED}
    return fields_before(change)
