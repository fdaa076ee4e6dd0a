"""A patient who was examined: findings that lead to a plan, entered and signed by the real actions."""

from __future__ import annotations

from typing import Any

from intake.actions import assessment as actions
from intake.models import Assessment, Episode
from treatments.models import TreatmentPlan
from treatments.plans.actions import drafts

PRESENT = [
    "site.low_back", "site.buttock", "side.right", "quality.stabbing_fixed", "worsened_by.movement",
    "worsened_by.sitting", "eased_by.movement", "time.night_fixed", "onset.accident", "radiation.back_of_leg",
    "tongue.purple", "pulse.choppy", "palpation.tender_points",
]  # fmt: skip
ABSENT = [
    "flag.saddle_numbness", "flag.bladder_retention", "flag.bladder_leak", "flag.bowel_loss",
    "flag.leg_weakness_progressive", "flag.fever", "flag.weight_loss", "flag.constant_night_pain",
    "flag.cancer_history", "flag.major_trauma_unchecked", "flag.both_legs", "flag.infection_risk", "body.cold",
    "body.empty_heat", "condition.maybe_pregnant", "condition.pacemaker", "condition.anticoagulant",
    "condition.epilepsy_uncontrolled", "condition.bleeding_disorder",
]  # fmt: skip
FINDINGS = {**dict.fromkeys(PRESENT, True), **dict.fromkeys(ABSENT, False)}


def examined(patient: Any, by: Any, *, episode: Episode | None = None, **findings: bool | None) -> Assessment:
    """An open draft. ``findings``: more ones, with ``__`` for the dot; None leaves one out."""
    found = FINDINGS | {name.replace("__", "."): value for name, value in findings.items()}
    draft = actions.open_draft(patient=patient, by=by, episode=episode)
    return actions.save(
        assessment_id=draft.pk,
        revision=draft.revision,
        found=actions.Examination({k: v for k, v in found.items() if v is not None}, ["L4", "L5"], [], ""),
        confirmed={},
        by=by,
    )


def assessed(patient: Any, by: Any, *, episode: Episode | None = None, **findings: bool | None) -> Assessment:
    """The same, signed."""
    draft = examined(patient, by, episode=episode, **findings)
    return actions.sign(assessment_id=draft.pk, revision=draft.revision, by=by)


def draft_plan(patient: Any, by: Any, *, episode: Episode | None = None, **findings: bool | None) -> TreatmentPlan:
    """The plan that the planner proposes for it."""
    plan = drafts.propose(assessment=assessed(patient, by, episode=episode, **findings), by=by).plan
    assert plan is not None
    return plan
