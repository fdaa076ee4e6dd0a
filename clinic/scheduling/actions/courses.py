"""Courses to book: asked for by whoever plans the treatment, closed when they are not needed any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Patient, User
from clinic.scheduling.actions.writing import hold_schedule, refresh_course
from clinic.scheduling.models import Course, Service


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
    by: Any,
) -> Course:
    """Put a course on the front desk's list, or bring the one with the same ``reference`` up to date.

    ``phases``: [{"per_week": 2, "weeks": 4}, ...]. ``needs``: logistics only, the desk reads it. Visits
    booked already
    stay booked. Raises ValidationError, naming the field, for what cannot be a course.
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
        hold_schedule()
        course = Course.objects.filter(reference=reference).first()
        is_new = course is None
        course = course or Course(reference=reference, requested_by=by)
        if not is_new and course.patient_id != patient.pk:
            raise ValueError(f"Course {reference} belongs to another patient.")
        for name, value in fields.items():
            setattr(course, name, value)
        if course.status == Course.Status.CLOSED:
            course.status = Course.Status.TO_BOOK
        course.clean_fields(exclude=["requested_at"])
        course.save()
        refresh_course(course)
        trail.record(
            "course.requested" if is_new else "course.updated",
            by=by,
            patient=patient,
            obj=course,
            detail={"sessions": sessions, "minutes": minutes},
        )
        return course


def _set(course: Course, status: str, action: str, by: Any) -> Course:
    with transaction.atomic():
        hold_schedule()
        course = Course.objects.get(pk=course.pk)
        if course.status != status:
            course.status = status
            course.save(update_fields=["status"])
            refresh_course(course)
            trail.record(action, by=by, patient=course.patient_id, obj=course)
        return course


def close_course(*, course: Course, by: Any) -> Course:
    """Take a course off the list. Its booked visits stay; they are cancelled one by one if need be."""
    return _set(course, Course.Status.CLOSED, "course.closed", by)


def reopen_course(*, course: Course, by: Any) -> Course:
    """Put a closed course back (the Undo of closing)."""
    return _set(course, Course.Status.TO_BOOK, "course.reopened", by) if course.status == "closed" else course
