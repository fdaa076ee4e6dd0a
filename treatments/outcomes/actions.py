"""Review scores entered by staff, also from paper, and what the progress rules make of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.complaints import DEFAULT
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, User
from intake.models import Score
from intake.questionnaire.instruments import load_instruments
from treatments.models import AdverseEvent, Proposal, TreatmentPlan, Visit
from treatments.models.kept import keep_reviews
from treatments.planner.outcomes.measures import checked, measure_of
from treatments.planner.outcomes.reevaluation import FIRST_REVIEW, Decision, progress

ONE_REVIEW = dt.timedelta(days=7)  # DESIGN: the recall period of the scores; all entered within it is one review


@transaction.atomic
def record_scores(
    *, patient: Patient, values: Mapping[str, float], visit_number: int | None, filled_by: str, by: User
) -> list[Score]:
    """Save the scores of one review. Raises ScoreError for a value its scale does not have, ValueError for none."""
    if not values:
        raise ValueError("No score was given.")
    for measure, value in values.items():
        checked(measure_of(measure), value)
    now = timezone.now()
    rows = [
        Score.objects.create(
            patient=patient,
            measure=measure,
            value=value,
            taken_at=now,
            occasion=Score.Occasion.REVIEW,
            visit_number=visit_number,
            filled_by=filled_by,
        )
        for measure, value in sorted(values.items())
    ]
    keep_reviews(patient)
    detail = {"measures": sorted(values), "visit": visit_number}
    trail.record("scores.recorded", by=by, patient=patient, detail=detail)
    return rows


def plan_in_force(patient: Patient) -> TreatmentPlan | None:
    return next(iter(_plans_in_force(patient.pk)), None)


@KeptQuery
def _plans_in_force(patient: int) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(patient=patient, status=TreatmentPlan.Status.SIGNED).select_related("proposal")
    return rows.defer("edits", "overrides", "review", "proposal__case")


def complaint_of(plan: TreatmentPlan | None) -> str | None:
    """What a plan is for; None without a plan."""
    if plan is None:
        return None
    rows = Proposal.objects.filter(pk=plan.proposal_id).values_list("case__complaint__id", flat=True)
    return rows.get() or DEFAULT


def latest_visit_number(patient: Patient) -> int | None:
    """The visit, in the course of the plan in force, at which a review is entered; None before the first."""
    plan = plan_in_force(patient)
    return Visit.objects.of_course(plan).last_number() or None if plan else None


def scores_of_course(patient: Patient) -> list[Score]:
    """Scores since the newest intake, in the order taken: its values are the baseline of the course that follows."""
    rows = _scores(patient.pk)
    starts = [row.taken_at for row in rows if row.occasion == Score.Occasion.INTAKE]
    if not starts:
        return rows
    newest_day = max(starts).date()
    first = min(start for start in starts if start.date() == newest_day)
    return [row for row in rows if row.taken_at >= first]


@KeptQuery
def _scores(patient: int) -> QuerySet[Score]:
    return Score.objects.counting().filter(patient=patient)


@KeptQuery
def _versions(patient: int, course: str) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(patient=patient, course_reference=course)
    return rows.filter(status__in=TreatmentPlan.WAS_IN_FORCE).order_by("version").only("treatment")


def _is_old_word(score: Score, scores: list[Score]) -> bool:
    """Whether a global answer is older than the last review: it says nothing about scores taken since."""
    reviews = [row.taken_at for row in scores if row.occasion == Score.Occasion.REVIEW]
    is_word = measure_of(score.measure).word is not None
    return is_word and bool(reviews) and score.taken_at < max(reviews) - ONE_REVIEW


def decision_for(plan: TreatmentPlan, scores: list[Score], *, red_flag: bool) -> Decision:
    """The advice of the progress rules for this plan's course."""
    versions = _versions(plan.patient_id, plan.course_reference)
    series: dict[str, list[float | None]] = {}
    deciding = {measure.id for measure in load_instruments().values() if measure.decides}
    for score in scores:
        if score.measure in deciding and not _is_old_word(score, scores):
            series.setdefault(score.measure, []).append(float(score.value))
    stage = plan.proposal.result.get("assessment", {}).get("stage", "unknown")
    planned = [version.treatment["dose"]["sessions"] for version in versions]
    return progress(
        series,
        stage=stage if stage in FIRST_REVIEW else "unknown",
        sessions_done=Visit.objects.of_course(plan).done().count(),
        sessions_planned=plan.treatment["dose"]["sessions"],
        worse_over_48h=AdverseEvent.objects.filter(
            patient=plan.patient_id, code="pain_flare", visit__plan=plan, follows=None
        ).count(),
        plan_changed=len(versions) > 1,
        extended=bool(planned) and planned[-1] > planned[0],
        red_flag=red_flag,
    )
