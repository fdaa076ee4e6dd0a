"""Review scores entered by staff, also from paper, and what the progress rules make of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.complaints import DEFAULT
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient, User
from intake.models import Episode, Score
from intake.questionnaire.instruments import load_instruments
from treatments.models import AdverseEvent, Proposal, TreatmentPlan, Visit
from treatments.models.kept import keep_reviews
from treatments.planner.outcomes.measures import checked, measure_of
from treatments.planner.outcomes.reevaluation import STAGES, Decision, progress

ONE_REVIEW = dt.timedelta(days=7)  # DESIGN: the recall period of the scores; all entered within it is one review


@transaction.atomic
def record_scores(
    *,
    patient: Patient,
    episode: Episode | None,
    values: Mapping[str, float],
    visit_number: int | None,
    filled_by: str,
    by: User,
) -> list[Score]:
    """Save the scores of one review of a complaint; mood and worry are the person's. Raises ScoreError for a value its
    scale does not have, ValueError for none.
    """
    if not values:
        raise ValueError("No score was given.")
    for measure, value in values.items():
        checked(measure_of(measure), value)
    now = timezone.now()
    rows = [
        Score.objects.create(
            patient=patient,
            episode=episode if measure_of(measure).decides != "screen" else None,
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


def plan_in_force(episode: Episode) -> TreatmentPlan | None:
    return next(iter(_plans_in_force(episode.pk)), None)


@KeptQuery
def _plans_in_force(episode: int) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(episode=episode, status=TreatmentPlan.Status.SIGNED).select_related("proposal")
    return rows.defer("edits", "overrides", "review", "proposal__case")


def complaint_of(plan: TreatmentPlan | None) -> str | None:
    """What a plan is for; None without a plan."""
    if plan is None:
        return None
    rows = Proposal.objects.filter(pk=plan.proposal_id).values_list("case__complaint__id", flat=True)
    return rows.get() or DEFAULT


def latest_visit_number(episode: Episode) -> int | None:
    """The visit, in the course of the plan in force, at which a review is entered; None before the first."""
    plan = plan_in_force(episode)
    return Visit.objects.of_course(plan).last_number() or None if plan else None


def shown_of(episodes: Sequence[Episode], episode_id: int | None) -> Episode | None:
    """The one asked for, else the first that is open, else the last."""
    asked = next((one for one in episodes if one.pk == episode_id), None)
    return asked or next((one for one in episodes if one.is_open), episodes[-1] if episodes else None)


def scores_of_person(patient: Patient) -> list[Score]:
    """All of a patient without a complaint."""
    return _scores(patient.pk, 0)


def scores_of_course(episode: Episode) -> list[Score]:
    """Scores of a complaint and of the person as a whole since the newest intake that has any, in the order taken: its
    values are the baseline of the course that follows."""
    rows = _scores(episode.patient_id, episode.pk)
    at_intake = [row for row in rows if row.occasion == Score.Occasion.INTAKE]
    # a later intake about another complaint is no new start of this one
    starts = [row.taken_at for row in at_intake if row.episode_id is not None] or [row.taken_at for row in at_intake]
    if not starts:
        return rows
    newest_day = max(starts).date()
    first = min(start for start in starts if start.date() == newest_day)
    return [row for row in rows if row.taken_at >= first]


@KeptQuery
def _scores(patient: int, episode: int) -> QuerySet[Score]:
    return Score.objects.counting().of_episode(episode).filter(patient=patient)


@KeptQuery
def _versions(patient: int, course: str) -> QuerySet[TreatmentPlan]:
    rows = TreatmentPlan.objects.filter(patient=patient, course_reference=course)
    return rows.filter(status__in=TreatmentPlan.WAS_IN_FORCE).order_by("version").only("treatment")


def _is_old_word(score: Score, scores: list[Score]) -> bool:
    """Whether a global answer is older than the last review: it says nothing about scores taken since."""
    reviews = [row.taken_at for row in scores if row.occasion == Score.Occasion.REVIEW]
    is_word = measure_of(score.measure).word is not None
    return is_word and bool(reviews) and score.taken_at < max(reviews) - ONE_REVIEW


def done_numbers(plan: TreatmentPlan) -> set[int]:
    """The visits of a plan's course that are signed."""
    return Visit.objects.of_course(plan).done().numbers()


def decision_for(
    plan: TreatmentPlan, scores: list[Score], *, red_flag: bool, done: Collection[int] | None = None
) -> Decision:
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
        stage=stage if stage in STAGES else "unknown",
        sessions_done=len(done_numbers(plan) if done is None else done),
        sessions_planned=plan.treatment["dose"]["sessions"],
        worse_over_48h=AdverseEvent.objects.filter(
            Q(visit__plan=plan) | Q(visit__also_plan=plan), patient=plan.patient_id, code="pain_flare", follows=None
        ).count(),
        plan_changed=len(versions) > 1,
        extended=bool(planned) and planned[-1] > planned[0],
        red_flag=red_flag,
    )
