"""The protocols of the visits after the first, for a plan that is signed once for the whole course.

Each is what a proposal for such a visit would needle, with the safety of today; a visit takes the one that is due.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from intake.assessment import ClinicalPicture
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing import course
from treatments.planner.proposing.propose import later_stages, propose
from treatments.planner.treatment.shapes import ProposalJson, ProtocolJson, TreatmentJson
from treatments.planner.vocabulary.signs import load_signs

USUAL = "as before, with what the first visit spared"


def propose_course(picture: ClinicalPicture, knowledge: PlannerKnowledge) -> ProposalJson:
    """The proposal for one patient as JSON, with the protocols of later visits."""
    answer = propose(picture, knowledge).as_json()
    treatment = answer["treatment"]
    if treatment is not None and (later := later_protocols(picture, treatment, knowledge)):
        treatment["protocols"] = later
    return answer


def later_protocols(
    picture: ClinicalPicture, treatment: TreatmentJson, knowledge: PlannerKnowledge
) -> list[ProtocolJson]:
    """More special ones last; none that needles what the plan itself or the one before it needles."""
    if picture.case.visit > 1 or not treatment["stages"]:
        return []
    known = load_signs().course
    low = known.eased_to(picture.case.complaint.pain_now) if read_facts(picture).sites else None
    second, usual = known.second_from, known.second_from + 1
    found: list[ProtocolJson] = []
    usual_stages = treatment["stages"]
    pains = (None,) if low is None else (None, low)
    for pain, (visit, from_visit, every) in product(pains, ((usual, 2, 1), (second, second, 2))):
        made = _at(picture, visit, pain, knowledge)
        if made is None or (every == 1 and made["stages"] == usual_stages):
            continue
        protocol: ProtocolJson = {**made, "from_visit": from_visit, "every": every}
        if pain is not None:
            protocol["pain_at_most"] = pain
        if every == 1:
            usual_stages = made["stages"]
        found.append(protocol)
    return found


def _at(picture: ClinicalPicture, visit: int, pain: int | None, knowledge: PlannerKnowledge) -> ProtocolJson | None:
    at_start = picture.case.complaint.pain_now
    complaint = replace(picture.case.complaint, pain_now=at_start if pain is None else pain, pain_at_start=at_start)
    case = replace(picture.case, visit=visit, complaint=complaint)
    stages, protocols = later_stages(ClinicalPicture(case, picture.assessment, picture.is_by_hand), knowledge)
    if not stages:
        return None
    return {
        "name": course.name_of(protocols) or USUAL,
        "from_visit": visit,
        "every": 1,
        "stages": [stage.as_json() for stage in stages],
        "because": [reason.as_json() for reason in course.reasons_of(protocols)],
    }
