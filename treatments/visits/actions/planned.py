"""What a visit is begun with, and the pain it ends with: of one complaint, or of two."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from clinic.lib.complaints import DEFAULT
from intake.assessment import complaint_id
from intake.case_building import newest_pain
from intake.models import Score
from treatments.models import TreatmentPlan, Visit
from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.visits import joining
from treatments.visits import record as visit_record


def planned_record(
    plan: TreatmentPlan, number: int, also: TreatmentPlan | None, also_number: int | None
) -> VisitRecord:
    """What is due of the plan, or of both, each place as it was needled at the last visit under its plan."""
    record = _due(plan, number)
    if (about := complaint_id(plan.proposal.case)) != DEFAULT:
        record["start"]["about"] = about
    if also is not None and also_number is not None:
        record = joining.joined(record, _due(also, also_number))
        record["start"]["about_also"] = complaint_id(also.proposal.case)
    return record


def _due(plan: TreatmentPlan, number: int) -> VisitRecord:
    visits = Visit.objects.counting().filter(Q(plan=plan) | Q(also_plan=plan), patient=plan.patient_id)
    last = visits.order_by("-started_at", "-pk").first()
    return visit_record.new_record(
        plan.treatment,
        number=number,
        today=timezone.localdate(),
        last=last.record if last else None,
        pain=newest_pain(plan.episode) if plan.treatment.get("protocols") else None,
    )


def score_pain(visit: Visit) -> None:
    """On the curve of each complaint its own pain."""
    start = visit.record["start"]
    pain = [
        (visit.plan.episode_id, visit.number, "nrs_now", start.get("pain_now")),
        (visit.plan.episode_id, visit.number, "nrs_average", start.get("pain_average")),
    ]
    if visit.also_plan is not None:
        of = visit.also_plan.episode_id
        pain += [
            (of, visit.also_number or 0, "nrs_now", start.get("also_pain_now")),
            (of, visit.also_number or 0, "nrs_average", start.get("also_pain_average")),
        ]
    for episode, number, measure, value in pain:
        if value is not None:
            Score.objects.create(
                patient=visit.patient,
                episode_id=episode,
                measure=measure,
                value=value,
                taken_at=visit.started_at,
                occasion=Score.Occasion.VISIT,
                visit_number=number,
                filled_by=Score.FilledBy.STAFF,
            )
