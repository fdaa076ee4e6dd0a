"""One booked visit and the two courses it serves: made so later, for one alone again, and what it really served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from clinic.people.models import Clinic, User
from clinic.scheduling.actions.booking import slot_for, with_next_fit
from clinic.scheduling.actions.changes import current_row, write_fields
from clinic.scheduling.actions.writing import keep_change, refresh_course
from clinic.scheduling.diary import fields_of, need_of_appointment
from clinic.scheduling.errors import AgainstDose, NotOpen
from clinic.scheduling.models import MOVABLE, Appointment, AppointmentChange, Course
from clinic.scheduling.reason_words import misfit_words
from clinic.scheduling.together import need_of_both, second_of, why_apart

SHARED = AppointmentChange.Kind.SHARED


def share(
    *, appointment: Appointment, course: Course, by: User, version: int | None = None, now: dt.datetime | None = None
) -> AppointmentChange:
    """Let a coming visit serve a second course, too: at its time, with its practitioner, long enough for both.

    Raises NotOpen, SlotTaken if so long a time is not free, AgainstDose if the rhythm of that course rules the day out.
    """
    now = now or timezone.now()
    with with_next_fit(now=now), transaction.atomic():
        current = current_row(appointment, version)
        second = second_of(Course.objects.select_related("service").get(pk=course.pk))
        if current.status not in MOVABLE or current.course is None or current.is_shared:
            raise NotOpen("Only a coming visit that serves one course can serve a second one.")
        if second is None or second.course.status == Course.Status.CLOSED or not second.missing:
            raise NotOpen("The other course has no more visits to book.")
        if reason := why_apart(current.course, second.course):
            raise NotOpen(f"The two courses cannot share visits. {reason}")
        day = current.starts_at.astimezone(Clinic.current().zone).date()
        own = current.number_in_course or 0
        shared = second.shared([(own, day)], own)
        if wrong := shared.misfit():
            raise AgainstDose(f"In the other course: {misfit_words(wrong, day)}")
        who = (current.practitioner_id,)
        need = need_of_both(need_of_appointment(current, who), shared.need(who))
        slot = slot_for(need, current.starts_at, now=now, moved=current.pk)
        before = write_fields(current, **fields_of(slot), also_course_id=second.course.pk, also_number=shared.number)
        refresh_course(current.course)
        refresh_course(second.course)
        return keep_change(current, SHARED, by=by, now=now, action="appointment.shared", before=before)


def part(
    *, appointment: Appointment, course: Course, by: User, version: int | None = None, now: dt.datetime | None = None
) -> AppointmentChange:
    """Let a visit that serves two courses no longer serve this one: its number there is open again. The time stays."""
    now = now or timezone.now()
    with transaction.atomic():
        current = current_row(appointment, version)
        if not current.is_shared or course.pk not in [one.pk for one in current.courses]:
            raise NotOpen("This visit does not serve two courses.")
        left = current.courses
        before = write_fields(current, **current.without(course.pk))
        for one in left:
            refresh_course(one)
        return keep_change(current, SHARED, by=by, now=now, action="appointment.parted", before=before)


def keep_served(
    *, appointment: Appointment, references: Sequence[str], by: User, now: dt.datetime | None = None
) -> None:
    """Let the booking say what the visit serves, now that it has begun: a course that it does not serve after all has
    its number open again, and a second one that it does serve has one less to book. ``references``: of the courses.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = current_row(appointment, None)
        served = [one for one in current.courses if one.reference in references]
        if not served:  # booked for something else: that stays as it was
            return
        for one in current.courses:
            if one not in served:
                part(appointment=current, course=one, by=by, now=now)
        more = Course.objects.filter(patient=current.patient_id, reference__in=references).exclude(
            pk__in=[one.pk for one in served]
        )
        second = None if current.is_shared else second_of(more.select_related("service").first())
        day = current.starts_at.astimezone(Clinic.current().zone).date()
        if second is None or day in [other for _number, other in second.held]:
            return
        beyond = max([*second.course.numbers, *(number for number, _day in second.held)]) + 1
        before = write_fields(current, also_course_id=second.course.pk, also_number=next(iter(second.missing), beyond))
        refresh_course(served[0])
        refresh_course(second.course)
        keep_change(current, SHARED, by=by, now=now, action="appointment.shared", before=before)
