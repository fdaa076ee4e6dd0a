"""review(): the same safety for any plan, including one made by hand.

The safety tables, point rules and pregnancy rules are those of the proposal (safety.py); here they judge a plan
someone wrote, along with what only a finished plan can get wrong: numbers, positions, pairs, combinations.
"""

from __future__ import annotations

from collections.abc import Mapping

from intake.assessment import ClinicalPicture
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.review.adjuncts import check_beside
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.review.context import Context
from treatments.planner.review.electro import check_electro
from treatments.planner.review.needles import check_needles
from treatments.planner.treatment.parse import PlanError, read_plan
from treatments.planner.treatment.proposal import Treatment

_STOPS = {
    "emergency": ("emergency", "Emergency: no treatment now. {why}"),
    "refer_before_treating": ("refer", "A doctor sees the patient before any treatment. {why}"),
}

__all__ = ["PlanError", "ReviewAlert", "review"]


def review(
    plan: Treatment | Mapping[str, object],
    picture: ClinicalPicture,
    knowledge: PlannerKnowledge,
) -> tuple[ReviewAlert, ...]:
    """What is wrong with a plan for this patient, gravest first.

    ``plan``: a Treatment or JSON of the contract's treatment object; raises PlanError (with JSON paths) for anything
    else.
    """
    context = Context(read_plan(plan), picture, knowledge)
    _check_action(context)
    check_needles(context)
    check_electro(context)
    check_beside(context)
    _check_course(context)
    for protocol in context.read.protocols:
        context.turn_to(protocol)
        check_needles(context)
        check_electro(context)
    return context.alerts()


def _check_action(ctx: Context) -> None:
    """No plan while the assessment says emergency, refer or ask first."""
    assessment, action = ctx.picture.assessment, ctx.picture.action
    if action in _STOPS:
        level, words = _STOPS[action]
        grave = [alert for alert in assessment.alerts if alert.level == level]
        text = words.format(why=" ".join(f"{alert.text.rstrip('.')}." for alert in grave)).strip()
        because = dict.fromkeys(finding for alert in grave for finding in alert.because)
        source = grave[0].source if grave else "DESIGN"
        ctx.add("forbidden", action, text, "plan", "", because, source)
    elif action == "need_information":
        asks = [ask for ask in assessment.ask if ask.blocks] or list(assessment.ask)
        if ctx.picture.is_by_hand:
            asks = list(assessment.must_know)
        text = f"Not enough is known for a plan; {len(asks)} questions come first."
        because = dict.fromkeys(ask.finding for ask in asks)
        ctx.add("forbidden", "need_information", text, "plan", "", because)


def _check_course(ctx: Context) -> None:
    dose = ctx.plan.dose
    if dose is None:
        ctx.add("caution", "no_course", "Say how often and how long the patient comes.", "dose", "course")
        return
    if (
        ctx.has("stage:chronic")
        and dose.sessions is not None
        and dose.sessions < (least := ctx.knowledge.limits["chronic_visits"]).value
    ):
        text = f"{dose.sessions} visits is too few for chronic pain; the minimum is {least.value}."
        ctx.add("caution", "short_course", text, "dose", "course", ("stage:chronic",), least.source)
    if dose.per_week is not None and dose.per_week > (most := ctx.limit("visits_per_week")):
        text = f"{dose.per_week:g} visits a week are many; {most} are the most."
        ctx.add("caution", "many_per_week", text, "dose.per_week", "course")
    if not dose.review_at:
        ctx.add("caution", "no_review", "Say at which visits the result is looked at.", "dose.review_at", "course")
    elif dose.sessions is not None and max(dose.review_at) > dose.sessions:
        text = f"Visit {max(dose.review_at)} is set for review, but the course has only {dose.sessions} visits."
        ctx.add("caution", "review_past_course", text, "dose.review_at", "course")
