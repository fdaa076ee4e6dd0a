"""A plan made by a practitioner where the planner has no rules: the same editor, review, signature and course."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import records
from clinic.people.models import User
from intake.models import Assessment
from treatments import planning
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import Proposal, TreatmentPlan
from treatments.models.plan import SINGLE
from treatments.planner.knowledge.empty_plan import empty_treatment
from treatments.planner.treatment.by_hand import ONE_VISIT
from treatments.plans.actions import drafts, signing


class NoPlanByHand(ValueError):
    """A plan by hand is not open to this answer of the planner; the message says why."""


def may_be_by_hand(proposal: Proposal) -> bool:
    """Whether a practitioner may plan where this answer has no treatment: no red flag is open, and what must be known
    for safety is known."""
    if proposal.treatment is not None or proposal.assessment.status != Assessment.Status.SIGNED:
        return False
    picture = planning.picture_by_hand(proposal.assessment, today=timezone.localdate())
    return picture.action not in planning.NO_PLAN


@transaction.atomic
def make_by_hand(*, proposal: Proposal, by: User, is_single: bool = False) -> TreatmentPlan:
    """The draft of a plan without a proposal: from the plan there is, else from nothing. Idempotent.

    ``is_single``: for one visit of someone who is here, without a course. Raises NoPlanByHand.
    """
    if not may_be_by_hand(proposal):
        raise NoPlanByHand("A red flag or an open question stops every plan, also one made by hand.")
    base = drafts.base_plan(proposal.assessment.episode)
    if is_single and base is not None and not (base.status == "signed" and signing.is_finished(base)):
        raise NoPlanByHand("There is a plan already: start a visit of it, or go on with its draft.")
    if base is not None and base.is_draft and base.proposal_id == proposal.pk:
        return base
    if is_single:
        treatment = empty_treatment(planner_knowledge()) | {"dose": ONE_VISIT}
        plan = drafts.new_draft(proposal, treatment, by=by, supersedes=None)
        plan.course_reference = f"{SINGLE}{plan.pk}"
        plan.save(update_fields=["course_reference"])
        return _opened(plan, "A single visit, without a course", by=by)
    text = f"Made by hand, from version {base.version}" if base else "Made by hand: there are no rules for it"
    if base is None or not base.is_draft:
        treatment = base.treatment if base else empty_treatment(planner_knowledge())
        plan = drafts.new_draft(proposal, treatment, by=by, supersedes=base)
    else:
        plan = records.held(drafts.plans(), base.pk)
        plan.proposal = proposal
        plan.is_by_hand = True
    return _opened(plan, text, by=by)


def _opened(plan: TreatmentPlan, text: str, *, by: User) -> TreatmentPlan:
    drafts.log(plan, by=by, verb="by_hand", text=text)
    drafts.review_again(plan, planning.picture_of(plan, today=timezone.localdate()))
    drafts.save(plan)
    trail.record("plan.by_hand", by=by, patient=plan.patient, obj=plan, detail={"proposal": plan.proposal_id})
    return plan
