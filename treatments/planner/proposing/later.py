"""The protocols of the visits after the first, for a plan that is signed once for the whole course.

Each is what a proposal for such a visit would needle, with the safety of today; a visit takes the one that is due.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from intake.assessment import ClinicalPicture
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing import course
from treatments.planner.proposing.in_progress import ProposalInProgress
from treatments.planner.proposing.propose import needles_of, worked_out
from treatments.planner.treatment.shapes import ProposalJson, ProtocolJson, TreatmentJson
from treatments.planner.vocabulary.signs import load_signs

USUAL = "as before, with what the first visit spared"


def propose_course(picture: ClinicalPicture, knowledge: PlannerKnowledge) -> ProposalJson:
    """The proposal for one patient as JSON, with the protocols of later visits."""
    proposal, plan = worked_out(picture, knowledge)
    answer = proposal.as_json()
    treatment = answer["treatment"]
    if treatment is not None and (later := later_protocols(plan, treatment)):
        treatment["protocols"] = later
    return answer


def later_protocols(plan: ProposalInProgress, treatment: TreatmentJson) -> list[ProtocolJson]:
    """More special ones last; none that needles what the plan itself or the one before it needles."""
    case = plan.picture.case
    if case.visit > 1 or not treatment["stages"]:
        return []
    known = load_signs().course
    low = known.eased_to(case.complaint.pain_now) if plan.facts.sites else None
    second, usual = known.second_from, known.second_from + 1
    found: list[ProtocolJson] = []
    usual_stages = treatment["stages"]
    pains = (None,) if low is None else (None, low)
    for pain, (visit, from_visit, every) in product(pains, ((usual, 2, 1), (second, second, 2))):
        at_start = case.complaint.pain_now
        complaint = replace(case.complaint, pain_now=at_start if pain is None else pain, pain_at_start=at_start)
        plan = plan.at_visit(visit, complaint)
        made = _protocol_of(plan)
        if made is None or (every == 1 and made["stages"] == usual_stages):
            continue
        protocol: ProtocolJson = {**made, "from_visit": from_visit, "every": every}
        if pain is not None:
            protocol["pain_at_most"] = pain
        if every == 1:
            usual_stages = made["stages"]
        found.append(protocol)
    return found


def _protocol_of(plan: ProposalInProgress) -> ProtocolJson | None:
    stages = needles_of(plan)
    if not stages:
        return None
    return {
        "name": course.name_of(plan.protocols) or USUAL,
        "from_visit": plan.facts.visit,
        "every": 1,
        "stages": [stage.as_json() for stage in stages],
        "because": [reason.as_json() for reason in course.reasons_of(plan.protocols)],
    }
