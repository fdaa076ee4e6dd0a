"""From a clinical picture to a proposal, in five steps: candidates, safety, composition, parameters, account.

Pure: same picture and knowledge, same proposal. Safety checks every item before it enters and again at the end.
"""

from __future__ import annotations

from intake.assessment import ClinicalPicture
from treatments.planner.knowledge.budget import budget
from treatments.planner.knowledge.rules import PlannerKnowledge, Style
from treatments.planner.proposing import electro, explanation
from treatments.planner.proposing.adjuncts import keep_off_needles, keep_to_needles, plan_adjuncts
from treatments.planner.proposing.dose import plan_dose
from treatments.planner.proposing.ear import ear_uses, plan_ear
from treatments.planner.proposing.home import plan_home
from treatments.planner.proposing.in_progress import ProposalInProgress, begin
from treatments.planner.proposing.pressed import pressed_instead
from treatments.planner.proposing.stages import plan_stages, step_of
from treatments.planner.treatment.items import Stage
from treatments.planner.treatment.proposal import Proposal, Question, Treatment, Withheld

NO_PLAN = ("emergency", "refer_before_treating", "need_information")


def propose(picture: ClinicalPicture, knowledge: PlannerKnowledge) -> Proposal:
    """The proposal for one patient. Never raises for a picture that the assessment accepted."""
    return worked_out(picture, knowledge)[0]


def worked_out(
    picture: ClinicalPicture, knowledge: PlannerKnowledge, style: Style | None = None
) -> tuple[Proposal, ProposalInProgress]:
    """The proposal, in the usual style or in another, and how it came about."""
    assessment = picture.assessment
    plan = begin(picture, knowledge, style)
    shown = explanation.alerts(assessment, plan.guard) + explanation.draft_note(knowledge)
    treatment: Treatment | None = None
    withheld: tuple[Withheld, ...] = ()
    ask = tuple(Question(item.finding, item.why) for item in assessment.ask)
    if assessment.action not in NO_PLAN:
        treatment = _treatment(plan)
        withheld = explanation.tidy([*plan.withheld, *explanation.barred_modalities(plan.guard)])
        withheld += electro.absence(treatment, withheld, plan.facts, plan.program.goals)
        ask = explanation.questions(assessment, plan.guard, withheld)
    proposal = Proposal(
        case=picture.case.case,
        knowledge_version=knowledge.version,
        action=explanation.action_of(assessment, shown),
        alerts=shown,
        assessed=assessment,
        treatment=treatment,
        withheld=withheld,
        ask=ask,
        course=step_of(plan) if treatment is not None and treatment.stages else None,
    )
    return proposal, plan


def needles_of(plan: ProposalInProgress) -> tuple[Stage, ...]:
    """Only the needles of a visit."""
    if plan.picture.assessment.action in NO_PLAN:
        return ()
    return plan_stages(plan, ear_uses(plan.program.ear_uses, plan.facts, budget(plan.profiles, plan.facts.visit)))


def _treatment(plan: ProposalInProgress) -> Treatment:
    knowledge, guard, program = plan.knowledge, plan.guard, plan.program
    uses = ear_uses(program.ear_uses, plan.facts, budget(plan.profiles, plan.facts.visit))
    stages = plan_stages(plan, uses)
    if not stages:
        plan = plan.without_needles()
    facts = plan.facts
    adjuncts, kept_out = plan_adjuncts(
        program.adjuncts, facts, guard, knowledge, plan.quotes, plan.numbers.places_named
    )
    plan.withheld.extend(kept_out)
    adjuncts = keep_off_needles(adjuncts, stages, plan.picture.case, knowledge)
    adjuncts = keep_to_needles(adjuncts, stages)
    adjuncts += pressed_instead(plan)
    ear, kept_out = plan_ear(program.ear, uses, facts, guard, knowledge, plan.quotes, plan.numbers)
    plan.withheld.extend(kept_out)
    home, kept_out = plan_home(program.home, facts, guard, knowledge, plan.quotes, plan.numbers.pressed_at_home)
    plan.withheld.extend(kept_out)
    return Treatment(
        principle=explanation.principle(facts, plan.picture.assessment, knowledge),
        stages=stages,
        adjuncts=adjuncts,
        ear=ear,
        home_care=home,
        dose=plan_dose(plan),
        cautions=tuple(dict.fromkeys(stop.text for stop in guard.against("needle") if not stop.is_stop)),
    )
