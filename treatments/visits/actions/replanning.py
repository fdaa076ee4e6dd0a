"""A visit begun under one plan continues under the one now in force."""

from __future__ import annotations

from django.db import transaction

from clinic.people.models import User
from treatments.models import TreatmentPlan, Visit
from treatments.visits import record
from treatments.visits.actions import charting, planned


def newer_plan(visit: Visit) -> TreatmentPlan | None:
    """The plan in force, of either complaint, if it is not one that the visit was begun under."""
    return next((one for one in _in_force(visit) if one.pk not in (visit.plan_id, visit.also_plan_id)), None)


def _in_force(visit: Visit) -> list[TreatmentPlan]:
    """Of the complaints of the visit, the first one first."""
    about = [visit.plan.episode_id, *([visit.also_plan.episode_id] if visit.also_plan else [])]
    plans = TreatmentPlan.objects.filter(episode__in=about, status=TreatmentPlan.Status.SIGNED)
    return sorted(plans.select_related("episode__patient", "proposal"), key=lambda one: about.index(one.episode_id))


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
    is_also = visit.also_plan is not None and plan.episode_id == visit.also_plan.episode_id
    first, also = (visit.plan, plan) if is_also else (plan, visit.also_plan)
    if Visit.objects.filter(plan=plan, number=visit.number).exclude(status=Visit.Status.SET_ASIDE).exists():
        raise ValueError(f"Visit {visit.number} of the new plan already exists.")
    fresh = planned.planned_record(first, visit.number, also, visit.also_number)
    fresh["start"] = visit.record["start"] | fresh["start"]
    fresh |= {"close": visit.record["close"], "reasons": visit.record["reasons"]}
    if "unsaid" in visit.record:
        fresh["unsaid"] = visit.record["unsaid"]
    visit.record = fresh
    visit.plan, visit.also_plan = first, also
    visit.save(update_fields=["plan", "also_plan"])
    return charting.keep(visit, by=by, verb="visit.plan_taken", detail={"plan": plan.pk})
