"""The pure code as the web app calls it: a patient's case in, a proposal or a safety review out, as plain JSON.

Nothing here writes. It is this app's only door to ``intake.case_building`` and ``treatments.planner``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from clinic.lib.by_value import ByValue
from clinic.lib.loose import Json
from intake.assessment import ClinicalPicture, complaint_id, load_intake_knowledge
from intake.assessment import knowledge_of as knowledge_of_case
from intake.case_building import case_data, judged
from intake.models import Assessment
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import RuleOff, TreatmentPlan
from treatments.own_points import codes_in, knowledge_of, knowledge_with
from treatments.planner.closer import examine, swap
from treatments.planner.closer.examine import Examination
from treatments.planner.closer.swap import Swap, Swapped
from treatments.planner.closer.why_not import WhyNot
from treatments.planner.closer.why_not import why_not as why_not_proposed
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.switching import without
from treatments.planner.merge.merge import compare, merge
from treatments.planner.proposing.later import propose_course
from treatments.planner.proposing.propose import worked_out
from treatments.planner.proposing.what_if import WhatIf, what_if
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.review.review import review
from treatments.planner.treatment.shapes import MergeJson, ProposalJson, TreatmentJson

PICTURES: ByValue[ClinicalPicture] = ByValue(64)
REVIEWS: ByValue[tuple[ReviewAlert, ...]] = ByValue(128)  # of each edit: as it was and as it is
NO_PLAN = ("emergency", "refer_before_treating", "need_information")


def picture_of(plan: TreatmentPlan, *, today: dt.date, visit: int = 1) -> ClinicalPicture:
    """Case and assessment of a plan as of today: newly known safety facts count at once, also for an older plan. The
    ``result`` of a signed assessment is what was signed; it is shown, but never planned from."""
    assessment = plan.proposal.assessment
    case = case_data(assessment.patient, assessment, visit=visit, today=today)
    return picture_from(case, is_by_hand=plan.is_by_hand)


def picture_from(case: Json, *, is_by_hand: bool = False) -> ClinicalPicture:
    """From the contract's input object. Raises CaseError for inputs that today's knowledge does not accept."""
    found = judged(case)
    return PICTURES.get(is_by_hand, (found,), lambda: ClinicalPicture(*found, is_by_hand))


def picture_by_hand(assessment: Assessment, *, today: dt.date) -> ClinicalPicture:
    """As of today, for a plan that a practitioner makes where there is no proposal."""
    return picture_from(inputs_of(assessment, today=today), is_by_hand=True)


def inputs_of(assessment: Assessment, *, today: dt.date) -> Json:
    """The contract's input object: fed to the command line, it gives the same proposal."""
    return case_data(assessment.patient, assessment, today=today)


def propose(picture: ClinicalPicture) -> ProposalJson:
    """The contract's output object."""
    return propose_course(picture, _planner_of(picture))


def propose_again(case: Json) -> ProposalJson:
    """The answer to stored inputs. Raises CaseError for inputs that today's knowledge does not accept."""
    return propose(picture_from(case))


def _planner_of(picture: ClinicalPicture, codes: Iterable[str] = ()) -> PlannerKnowledge:
    """What is proposed with: without the rules that the clinic turned off on its page. ``codes``: to be known, too."""
    return without(knowledge_with(codes, picture.case.complaint.id), rules_off())


def rules_off() -> frozenset[str]:
    """The ids of the rules that are turned off now."""
    return frozenset(RuleOff.objects.filter(on_at__isnull=True).values_list("rule", flat=True))


def painful_sides(picture: ClinicalPicture) -> tuple[str, ...]:
    """The sides to treat at the site of the pain."""
    return read_facts(picture).painful


def versions(case: Json) -> tuple[str, str]:
    """The versions of the knowledge in use for a case: of the planner, and of the assessment."""
    about = complaint_id(case)
    return without(planner_knowledge(about), rules_off()).version, load_intake_knowledge(complaint=about).version


def what_if_result(picture: ClinicalPicture, changes: Mapping[str, bool | None]) -> WhatIf:
    """What would be proposed differently if these findings were present, absent or not known.

    Raises CaseError for an unknown finding.
    """
    return what_if(picture, changes, knowledge_of_case(picture.case), _planner_of(picture))


def why_not(code: str, picture: ClinicalPicture) -> WhyNot:
    """Why a point of the book is not proposed, what beat it, and which answers would bring it in."""
    return why_not_proposed(code, picture, knowledge_of_case(picture.case), _planner_of(picture, [code]))


def worth_examining(picture: ClinicalPicture) -> tuple[Examination, ...]:
    """The places to press and the tests that would change the proposal most."""
    return examine.worth_examining(picture, knowledge_of_case(picture.case), _planner_of(picture))


def substitutes(treatment: TreatmentJson, stage: int, place: int, swapped: Swapped, picture: ClinicalPicture) -> Swap:
    """What could stand in for one point of a plan."""
    return swap.substitutes(treatment, stage, place, swapped, picture, _planner_of(picture, codes_in(treatment)))


def in_style(picture: ClinicalPicture, style: str) -> TreatmentJson | None:
    """What would be proposed in another style; None if nothing may be planned."""
    knowledge = _planner_of(picture)
    treatment = worked_out(picture, knowledge, knowledge.styles[style])[0].treatment
    return treatment.as_json() if treatment else None


def safety_of(treatment: TreatmentJson, picture: ClinicalPicture) -> tuple[ReviewAlert, ...]:
    """Every contraindication the treatment meets, most severe first. No rule that is turned off has a say in it."""
    knowledge = knowledge_of(treatment, picture.case.complaint.id)
    return REVIEWS.get(treatment, (picture, knowledge), lambda: review(treatment, picture, knowledge))


def merged(last: TreatmentJson, edited: TreatmentJson, new: TreatmentJson) -> tuple[TreatmentJson, MergeJson]:
    """Three-way merge: the new treatment, and what was kept, taken and in conflict."""
    result = merge(last, edited, new)
    return result.treatment, {
        "kept": [note.text for note in result.kept],
        "taken": [note.text for note in result.taken],
        "conflicts": [note.text for note in result.conflicts],
    }


def compared(before: TreatmentJson, after: TreatmentJson) -> list[str]:
    """How the second treatment differs from the first, one sentence each."""
    return [note.text for note in compare(before, after)]
