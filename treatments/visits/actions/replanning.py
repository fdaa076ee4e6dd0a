"""A visit begun under one plan continues under the one now in force."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.people.models import User
from intake.case_building import newest_pain
from treatments.models import TreatmentPlan, Visit
from treatments.visits import record
from treatments.visits.actions import charting


def newer_plan(visit: Visit) -> TreatmentPlan | None:
    """The plan in force, if it is not the one the visit was begun under."""
    return (
        TreatmentPlan.objects.filter(patient_id=visit.patient_id, status=TreatmentPlan.Status.SIGNED)
        .exclude(pk=visit.plan_id)
        .first()
    )


@transaction.atomic
def take_plan(*, visit_id: int, revision: int | None, by: User) -> Visit:
    """Replace the old plan by the one in force, before anything was done. What was asked and written stays.

    Raises ValueError if something was done already or there is no newer plan, Stale, NotADraft.
    """
    visit = charting.draft_at(visit_id, revision)
    plan = newer_plan(visit)
    if plan is None:
        raise ValueError("No newer plan is signed.")
    if any(item["done"] == "done" for item in record.items_of(visit.record)):
        raise ValueError("Something is marked as done already: finish this visit under its plan.")
    if Visit.objects.filter(plan=plan, number=visit.number).exclude(status=Visit.Status.SET_ASIDE).exists():
        raise ValueError(f"Visit {visit.number} of the new plan already exists.")
    fresh = record.new_record(
        plan.treatment, number=visit.number, today=timezone.localdate(), pain=newest_pain(visit.patient)
    )
    fresh |= {"start": visit.record["start"], "close": visit.record["close"], "reasons": visit.record["reasons"]}
    if "unsaid" in visit.record:
        fresh["unsaid"] = visit.record["unsaid"]
    visit.record = fresh
    visit.plan = plan
    visit.save(update_fields=["plan"])
    return charting.keep(visit, by=by, verb="visit.plan_taken", detail={"plan": plan.pk})
