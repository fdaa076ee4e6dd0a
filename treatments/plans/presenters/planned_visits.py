"""The visits a signed plan asks for, next to what the front desk booked and what was done.

The plan knows the numbers, the schedule the times: the course's reference and the number in it link them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from django.db.models import F, Q, QuerySet

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.loose import Context
from clinic.scheduling.models import Appointment
from clinic.scheduling.reason_words import numbers_in_words
from treatments.models import PlannedVisit, TreatmentPlan, Visit


class Begun(Protocol):
    """What is read from a visit: the row itself, or part of it."""

    @property
    def pk(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def started_at(self) -> dt.datetime: ...


def booked_of(plan: TreatmentPlan) -> Iterable[Appointment]:
    """The appointments in a plan's course that keep their time."""
    in_course = Q(course__reference=plan.course_reference) | Q(also_course__reference=plan.course_reference)
    rows = Appointment.objects.active().filter(in_course, patient=plan.patient_id)
    return with_courses(rows).only(*PLACES, "starts_at", "status")


PLACES = ("number_in_course", "also_number")


def with_courses(rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """With the references of the one or two courses that each serves."""
    return rows.annotate(course_reference=F("course__reference"), also_reference=F("also_course__reference"))


def _by_number(rows: Iterable[Appointment], plan: TreatmentPlan) -> dict[int, Appointment]:
    """Those in a plan's course, by their number in it."""
    found: dict[int, Appointment] = {}
    for row in rows:
        places = ((row.course_reference, row.number_in_course), (row.also_reference, row.also_number))  # type: ignore[attr-defined]
        found |= {number: row for reference, number in places if number and reference == plan.course_reference}
    return found


class _Begun(NamedTuple):
    pk: int
    number: int
    status: str
    started_at: dt.datetime


def begun_of(plan: TreatmentPlan) -> Iterable[Begun]:
    """The visits that count in a plan's course, with their number in it, without what was charted."""
    rows = Visit.objects.of_course(plan).values("pk", "course_number", "status", "started_at")  # type: ignore[misc]
    return [_Begun(row["pk"], row["course_number"], row["status"], row["started_at"]) for row in rows]


@KeptQuery
def _planned(plan: int) -> QuerySet[PlannedVisit]:
    return PlannedVisit.objects.filter(plan=plan).order_by("number").only("number", "is_review")


def visits_of(
    plan: TreatmentPlan,
    *,
    now: dt.datetime,
    booked: Iterable[Appointment] | None = None,
    begun: Iterable[Begun] | None = None,
) -> Context | None:
    """``rows`` of booked and begun visits, ``open`` the unbooked numbers in words, ``next`` the row that comes
    next, ``reviews_open`` whether a review is unbooked. None for a plan that was never signed.

    ``booked`` (those of other courses may be among them) and ``begun``: rows as the functions above read them, if
    already read."""
    if not plan.was_in_force:
        return None
    appointments = _by_number(booked_of(plan) if booked is None else booked, plan)
    visits = {visit.number: visit for visit in (begun_of(plan) if begun is None else begun)}
    rows: list[Context] = []
    unbooked = []
    for planned in _planned(plan.pk):
        appointment, visit = appointments.get(planned.number), visits.get(planned.number)
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


def _state(visit: Begun | None, appointment: Appointment | None) -> str:
    """Its state: done or begun, else the state of the appointment at the front desk."""
    if visit:
        return "done" if visit.status == Visit.Status.SIGNED else "begun"
    return appointment.get_status_display() if appointment else ""
