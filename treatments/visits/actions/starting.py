"""A visit begun from the plan in force, or from those of two complaints; asked about first where it may be wrong."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Patient, User
from clinic.scheduling.actions import keep_served, set_status
from clinic.scheduling.errors import BookingRefused
from clinic.scheduling.models import Appointment, AppointmentStatus
from intake.actions import second_part
from treatments.models import AdverseEvent, TreatmentPlan, Visit
from treatments.models.kept import keep_reviews
from treatments.visits.actions import planned

HALF_DAY = dt.timedelta(hours=12)


class CannotStart(Exception):
    """No visit can begin now; the message says why, and what to do."""


class AskFirst(Exception):
    """The visit may be a mistake: ``reasons`` say why; nothing was begun. ``open_visits`` are waiting."""

    def __init__(self, reasons: list[str], open_visits: list[Visit]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
        self.open_visits = open_visits


@transaction.atomic
def start_visit(
    *,
    patient: Patient,
    by: User,
    appointment: Appointment | None = None,
    is_sure: bool = False,
    plan_id: int | None = None,
    also_plan_id: int | None = None,
) -> Visit:
    """The patient's open visit of today, or a new one from the plan in force.

    ``plan_id``: which, if several complaints have one; else the one that the appointment was booked for, else that of
    the main complaint. ``also_plan_id``: of a second complaint that the visit serves, too. A draft from another day
    does not block it. Raises CannotStart, or AskFirst unless ``is_sure``.
    """
    rows = TreatmentPlan.objects.select_for_update(of=("self",)).select_related("episode__patient", "proposal")
    plans = list(rows.filter(patient=patient, status=TreatmentPlan.Status.SIGNED).order_by("episode"))
    plan = _chosen(plans, plan_id, appointment)
    also = _also(plans, plan, plan_id, also_plan_id, appointment)
    now, today = timezone.now(), timezone.localdate()
    counting = Visit.objects.counting().filter(patient=patient)
    open_visits = list(counting.filter(status=Visit.Status.DRAFT))
    of_today = next((one for one in open_visits if timezone.localdate(one.started_at) == today), None)
    if of_today:
        return of_today
    if plan is None:
        raise CannotStart("There is no signed plan for this patient: sign one first.")
    if AdverseEvent.objects.open_serious(patient).exists():
        raise CannotStart("A serious adverse event has not been reviewed yet: review it before treating again.")
    number = Visit.objects.of_course(plan).last_number() + 1
    also_number = Visit.objects.of_course(also).last_number() + 1 if also else None
    reasons = _doubts(plan, number, open_visits, counting.filter(status=Visit.Status.SIGNED), today)
    reasons += [] if also is None or also_number is None else _beyond(also, also_number)
    if reasons and not is_sure:
        raise AskFirst(reasons, open_visits)
    if appointment is None:
        appointment = _todays_appointment(patient, now)
    record = planned.planned_record(plan, number, also, also_number)
    visit = Visit.objects.create(
        patient=patient,
        plan=plan,
        number=number,
        also_plan=also,
        also_number=also_number,
        appointment=appointment,
        practitioner=by,
        started_at=now,
        record=record,
    )
    keep_reviews(patient)
    if number == 1:
        second_part.close(patient=patient, by=by)
    follow(appointment, AppointmentStatus.IN_ROOM, by=by)
    if appointment is not None:
        served = [one.course_reference for one in (plan, also) if one is not None]
        keep_served(appointment=appointment, references=served, by=by)
    trail.record(
        "visit.started",
        by=by,
        patient=patient,
        obj=visit,
        detail={"number": number, "plan": plan.pk, **({"also_plan": also.pk} if also else {})},
    )
    return visit


def to_choose_from(patient: Patient) -> list[TreatmentPlan]:
    """The plans in force, if there are several and no visit of today is open: a visit serves one of them, or two."""
    plans = TreatmentPlan.objects.select_related("episode").filter(patient=patient, status=TreatmentPlan.Status.SIGNED)
    found = list(plans.order_by("episode"))
    if len(found) < 2:
        return []
    drafts_of = Visit.objects.filter(patient=patient, status=Visit.Status.DRAFT).values_list("started_at", flat=True)
    is_open = any(timezone.localdate(at) == timezone.localdate() for at in drafts_of)
    return [] if is_open else found


def _chosen(plans: list[TreatmentPlan], plan_id: int | None, appointment: Appointment | None) -> TreatmentPlan | None:
    if plan_id is not None:
        return next((one for one in plans if one.pk == plan_id), None)
    return next(iter(booked_for(plans, appointment)), plans[0] if plans else None)


def _also(
    plans: list[TreatmentPlan],
    plan: TreatmentPlan | None,
    plan_id: int | None,
    also_plan_id: int | None,
    appointment: Appointment | None,
) -> TreatmentPlan | None:
    """The second plan: as chosen, or of the second course that was booked."""
    if plan_id is None and also_plan_id is None:
        return next((one for one in booked_for(plans, appointment)[1:] if one != plan), None)
    return next((one for one in plans if one.pk == also_plan_id and one != plan), None)


def booked_for(plans: list[TreatmentPlan], appointment: Appointment | None) -> list[TreatmentPlan]:
    """Of these plans those whose courses the appointment serves, in the order of its courses."""
    courses = [one.reference for one in appointment.courses] if appointment is not None else []
    found = [one for one in plans if one.course_reference in courses]
    return sorted(found, key=lambda one: courses.index(one.course_reference))


def _doubts(
    plan: TreatmentPlan, number: int, open_visits: list[Visit], signed: QuerySet[Visit], today: dt.date
) -> list[str]:
    """What suggests a mistake, in words; empty if nothing does."""
    reasons = [
        f"Visit {one.number} of {timezone.localtime(one.started_at):%-d %b} is not signed yet." for one in open_visits
    ]
    newest = signed.order_by("-started_at").first()
    if newest and timezone.localdate(newest.started_at) == today:
        at = timezone.localtime(newest.started_at)
        reasons.append(f"Visit {newest.number} of today, {at:%H:%M}, is signed already: this would be a second one.")
    return reasons + _beyond(plan, number)


def _beyond(plan: TreatmentPlan, number: int) -> list[str]:
    sessions = int(plan.treatment["dose"]["sessions"])
    return [f"The plan asks for {sessions} visits: this would be visit {number}."] if number > sessions else []


def _todays_appointment(patient: Patient, now: dt.datetime) -> Appointment | None:
    """The booked time this visit belongs to: the nearest today that no other visit has taken."""
    near = Appointment.objects.active().filter(
        ~Exists(Visit.objects.counting().filter(appointment=OuterRef("pk"))),
        patient=patient,
        starts_at__range=(now - HALF_DAY, now + HALF_DAY),
    )
    return min(near, key=lambda booked: abs(booked.starts_at - now), default=None)


def follow(appointment: Appointment | None, status: AppointmentStatus, *, by: User) -> None:
    """Update the day board. If the desk has set another state, that one stays."""
    if appointment is not None:
        with suppress(BookingRefused):
            set_status(appointment=appointment, status=status, by=by)
