"""Courses to book: requested by whoever plans the treatment, closed when no longer needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Patient, User
from clinic.scheduling.actions.sharing import part
from clinic.scheduling.actions.writing import keep_change, refresh_course
from clinic.scheduling.course_days import phases_of
from clinic.scheduling.locking import lock_schedule
from clinic.scheduling.models import MOVABLE, Appointment, AppointmentChange, Course, Service
from clinic.scheduling.rhythm import places


def request_course(
    *,
    patient: Patient,
    practitioner: User,
    service: Service,
    phases: Sequence[dict[str, int]],
    sessions: int,
    minutes: int,
    device_kind: str = "",
    device_from_visit: int | None = None,
    first_visit_number: int = 1,
    needs: str = "",
    reference: str,
    replaces: str = "",
    by: User,
    now: dt.datetime | None = None,
) -> Course:
    """Put a course on the front desk's list, or update the one with the same ``reference``.

    ``phases``: [{"per_week": 2, "weeks": 4}, ...]. ``needs``: logistics only, the desk reads it. Visits already booked
    stay booked; what differs is listed for the desk (``differences``). ``replaces``: the reference of a course that
    this one replaces: its coming visits are taken over and it is closed. Raises ValidationError, naming the field,
    for an invalid course.
    """
    fields: dict[str, Any] = {
        "patient": patient,
        "practitioner": practitioner,
        "service": service,
        "phases": [{"per_week": phase["per_week"], "weeks": phase["weeks"]} for phase in phases],
        "sessions": sessions,
        "minutes": minutes,
        "device_kind": device_kind,
        "device_from_visit": device_from_visit,
        "first_visit_number": first_visit_number,
        "needs": needs,
    }
    with transaction.atomic():
        lock_schedule()
        course = Course.objects.filter(reference=reference).first()
        is_new = course is None
        course = course or Course(reference=reference, requested_by=by)
        if not is_new and course.patient_id != patient.pk:
            raise ValueError(f"Course {reference} belongs to another patient.")
        paces_before = [] if is_new else _paces(course)
        for name, value in fields.items():
            setattr(course, name, value)
        if course.status == Course.Status.CLOSED:
            course.status = Course.Status.TO_BOOK
        course.clean_fields(exclude=["requested_at"])
        course.save()
        _keep_visits(course, paces_before, replaces=replaces if is_new else "", by=by, now=now or timezone.now())
        refresh_course(course)
        trail.record(
            "course.requested" if is_new else "course.updated",
            by=by,
            patient=patient,
            obj=course,
            detail={"sessions": sessions, "minutes": minutes},
        )
        return course


def _visits(course: Course) -> list[Appointment]:
    """Those that hold a time, in chronological order."""
    return list(course.visits.active().filter(number_in_course__isnull=False).order_by("starts_at", "id"))


def _paces(course: Course) -> list[int]:
    """Visits a week that the course asks for at the position of each booked visit."""
    return [place.per_week for place in places(phases_of(course), len(_visits(course)))]


def _keep_visits(course: Course, paces_before: Sequence[int], *, replaces: str, by: User, now: dt.datetime) -> None:
    """Take over the coming visits of the previous course, number those that make up for missed ones, and remember on
    each coming visit the pace it was booked for.
    """
    old = Course.objects.filter(reference=replaces, patient=course.patient_id).exclude(pk=course.pk).first()
    if replaces and old:
        brought = [(one, pace) for one, pace in zip(_visits(old), _paces(old), strict=True) if _is_coming(one, now)]
        for number, (visit, _pace) in enumerate(brought, start=course.first_visit_number):
            fields = visit.fields_in(old.pk)
            before = {name: getattr(visit, name) for name in fields[:2]}
            setattr(visit, fields.course, course.pk)
            setattr(visit, fields.number, number)
            visit.save(update_fields=list(before))
            keep_change(visit, AppointmentChange.Kind.ALIGNED, by=by, now=now, action="", before=before)
        paces_before = [pace for _visit, pace in brought]
        if old.status != Course.Status.CLOSED:
            old.status = Course.Status.CLOSED
            old.save(update_fields=["status"])
            refresh_course(old)
            detail = {"replaced_by": course.pk, "visits": len(brought)}
            trail.record("course.closed", by=by, patient=course.patient_id, obj=old, detail=detail)
    visits = _visits(course)
    held = {one.number_in(course.pk) for one in visits}
    missing = [number for number in course.numbers if number not in held]
    extras = [one for one in visits if one.number_in(course.pk) not in course.numbers and _is_coming(one, now)]
    for number, visit in zip(missing, extras, strict=False):
        _set_field(visit, visit.fields_in(course.pk).number, number)
    for visit, before_pace, pace in zip(visits, paces_before, _paces(course), strict=True):
        name = visit.fields_in(course.pk).earlier_pace
        earlier = getattr(visit, name) or before_pace
        _set_field(visit, name, earlier if earlier != pace and _is_coming(visit, now) else None)


def _set_field(visit: Appointment, name: str, value: int | None) -> None:
    if getattr(visit, name) != value:
        setattr(visit, name, value)
        visit.save(update_fields=[name])


def _is_coming(visit: Appointment, now: dt.datetime) -> bool:
    return visit.status in MOVABLE and visit.starts_at > now


def _set(course: Course, status: str, action: str, by: User) -> Course:
    with transaction.atomic():
        lock_schedule()
        course = Course.objects.get(pk=course.pk)
        if course.status != status:
            course.status = status
            course.save(update_fields=["status"])
            refresh_course(course)
            trail.record(action, by=by, patient=course.patient_id, obj=course)
        return course


def close_course(*, course: Course, by: User, now: dt.datetime | None = None) -> Course:
    """Take a course off the list. Its booked visits stay; they can be cancelled one by one. A coming one that serves
    another course, too, is that one's alone from now on: longer than it asks for, which the desk is told.
    """
    now = now or timezone.now()
    with transaction.atomic():
        closed = _set(course, Course.Status.CLOSED, "course.closed", by)
        for visit in closed.visits.filter(also_course__isnull=False, status__in=MOVABLE, starts_at__gt=now):
            part(appointment=visit, course=closed, by=by, now=now)
        return closed


def reopen_course(*, course: Course, by: User) -> Course:
    """Reopen a closed course (the Undo of closing)."""
    return _set(course, Course.Status.TO_BOOK, "course.reopened", by) if course.status == "closed" else course
