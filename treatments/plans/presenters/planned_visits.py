"""The visits a signed plan asks for, beside what the front desk booked and what was done.

The plan knows the numbers, the schedule the times: they meet in the course's reference and the number in the course.
"""

from __future__ import annotations

import datetime as dt

from clinic.lib.loose import Context
from clinic.scheduling.models import Appointment
from clinic.scheduling.reason_words import numbers_in_words
from treatments.models import TreatmentPlan, Visit


def visits_of(plan: TreatmentPlan, *, now: dt.datetime) -> Context | None:
    """``rows`` of the booked and the begun, ``open`` the numbers nobody booked in words, ``next`` the row that comes
    next, ``reviews_open`` whether a review is among the unbooked. None for a plan that was never signed."""
    if not plan.was_in_force:
        return None
    booked = {
        row.number_in_course: row
        for row in Appointment.objects.active().filter(
            course__reference=plan.course_reference, patient=plan.patient_id, number_in_course__isnull=False
        )
    }
    begun = {
        visit.number: visit
        for visit in Visit.objects.counting().filter(
            patient=plan.patient_id, plan__course_reference=plan.course_reference
        )
    }
    rows: list[Context] = []
    unbooked = []
    for planned in plan.planned_visits.all():
        appointment, visit = booked.get(planned.number), begun.get(planned.number)
        if appointment is None and visit is None:
            unbooked.append(planned)
            continue
        rows.append(
            {
                "number": planned.number,
                "is_review": planned.is_review,
                "appointment": appointment,
                "visit": visit,
                "at": visit.started_at if visit else appointment and appointment.starts_at,
                "state": _state(visit, appointment),
            }
        )
    coming = [row for row in rows if row["visit"] is None and row["at"] >= now]
    return {
        "rows": rows,
        "coming": len(coming),
        "next": min(coming, key=lambda row: row["at"], default=None),
        "open": numbers_in_words([planned.number for planned in unbooked]),
        "reviews_open": any(planned.is_review for planned in unbooked),
    }


def _state(visit: Visit | None, appointment: Appointment | None) -> str:
    """How far it is: done or begun, else what the front desk says of the appointment."""
    if visit:
        return "done" if visit.status == Visit.Status.SIGNED else "begun"
    return appointment.get_status_display() if appointment else ""
