"""The short safety questions of every visit: red flags of the complaint, in the words of the intake's knowledge."""

from __future__ import annotations

from collections.abc import Mapping

from clinic.lib.complaints import DEFAULT, complaints
from intake.assessment import load_intake_knowledge
from treatments.planner.treatment.visit_shapes import StartJson


def safety_questions(about: str = DEFAULT) -> Mapping[str, str]:
    """Finding -> question, in the order they are asked (`asked_at_every_visit` of the complaint)."""
    return load_intake_knowledge(complaint=about if about in complaints() else DEFAULT).visit_questions


def questions_of(start: StartJson) -> Mapping[str, str]:
    """Those of one visit: of the complaints its plans were for when it began."""
    return questions_about(start.get("about", DEFAULT), start.get("about_also", ""))


def questions_about(about: str, also: str) -> Mapping[str, str]:
    """Of one complaint, or of two: each is asked once."""
    return {**safety_questions(about), **safety_questions(also)} if also else safety_questions(about)


def question_of(finding: str) -> str:
    """The question about one finding, whatever the complaint."""
    label = load_intake_knowledge().label(finding)
    return f"{label[0].upper()}{label[1:]}?"
