"""What is known about a patient before the day's safety questions: a casual answer does not contradict it."""

from __future__ import annotations

from intake.assessment import ClinicalPicture, load_intake_knowledge
from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.visits.actions import red_flags
from treatments.visits.safety_questions import safety_questions

PREGNANT = ("condition.pregnant", red_flags.PREGNANCY)


def known_of(picture: ClinicalPicture) -> list[str]:
    """Conditions known to be present, in words, such as "pregnant" or "pacemaker"."""
    knowledge = load_intake_knowledge()
    found = [finding for finding in picture.case.findings if finding.startswith("condition.")]
    return [knowledge.label(finding) for finding in found if picture.is_present(finding)]


def known_answers(picture: ClinicalPicture) -> dict[str, str]:
    """Question of the day (a flag, or "pregnant") -> what is already known about it: never answered casually."""
    label = load_intake_knowledge().label
    known = {flag: label(flag) for flag in safety_questions(picture.case.complaint.id) if picture.is_present(flag)}
    told = [label(finding) for finding in PREGNANT if picture.is_present(finding)]
    if weeks := picture.case.patient.pregnancy_weeks:
        told.insert(0, f"Pregnant, week {weeks}")
    return {**known, "pregnant": told[0]} if told else known


def contradictions(record: VisitRecord, known: dict[str, str]) -> list[str]:
    """Questions answered no today although the record says yes."""
    start = record["start"]
    answers = {**start.get("flags", {}), "pregnant": start.get("pregnant", "")}
    return [words for key, words in known.items() if answers.get(key) == "no"]
