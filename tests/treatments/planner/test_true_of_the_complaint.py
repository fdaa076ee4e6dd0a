"""Nobody with a sore shoulder, a sore knee or a bad night reads or is asked about "your back" or "back pain"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from clinic.lib.complaints import DEFAULT, complaints
from intake.assessment import load_intake_knowledge
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About
from tests.support.worked_cases import load_cases, proposal_of
from treatments.clinic_knowledge import planner_knowledge
from treatments.outcomes.asked_measures import asked_of

pytestmark = pytest.mark.pure
OTHERS = [complaint for complaint in complaints() if complaint != DEFAULT]
OF_THE_BACK = re.compile(
    r"\b(back ?pain|backaches?|your back|the back (itself|feels?|moves?|is|hurts?))\b", re.IGNORECASE
)
# Signs that only somebody with a back is asked about; what they raise says so.
BACK_ONLY = {"flag.inflammatory_back", "flag.first_pain_over_55", "count.asas", "count.nice", "count.nice_3"}


def told(complaint: str) -> Iterator[tuple[str, str]]:
    """(where, words) of everything the knowledge may show or ask of somebody with this complaint."""
    known = load_intake_knowledge(complaint=complaint)
    asked = {one.finding for one in known.asked_beside} | {*known.complaint.required}
    for flag in known.flags.flag:
        if flag.finding in BACK_ONLY:
            continue
        yield f"flag {flag.code}", flag.reason
        if flag.finding in asked:
            yield f"why {flag.code}", flag.why
            yield f"question {flag.code}", known.label(flag.finding)
        yield f"message {flag.message}", known.flags.messages[flag.message]
    for rule in known.rules:
        if not (rule.any and rule.any <= BACK_ONLY) and not rule.all & BACK_ONLY:
            yield f"rule {rule.row.code}", rule.row.reason
    for topic, question in known.weights.topics.items():
        yield f"topic {topic}", question
    for finding, question in known.visit_questions.items():
        yield f"visit {finding}", question
    for row in known.contradictions:
        yield "contradiction", row.text
    for row in planner_knowledge(complaint).contraindications:
        yield f"contraindication {row.id}", row.text
    for home in planner_knowledge(complaint).home:
        yield home.id, f"{home.text} {home.sheet}"
    for measure in asked_of(complaint):
        if measure.review is not None:
            yield measure.id, " ".join([measure.review.label, *measure.items])


def form(complaint: str) -> Iterator[tuple[str, str]]:
    """Every question of the form for this complaint, whatever the age and sex, and the findings its answers become."""
    known = load_intake_knowledge()
    for age, sex in ((15, "female"), (40, "female"), (70, "male")):
        for screen in read(
            load_questionnaire(), {"complaint": complaint, "general": ["cancer"]}, About(age, sex)
        ).screens:
            yield screen.id, f"{screen.title} {screen.intro}"
            for question in screen.questions:
                if question.id == "complaint":
                    continue  # where it is chosen
                yield question.id, " ".join([question.label, question.help, *(o.label for o in question.options)])
                yield question.id, "; ".join(known.label(finding) for finding in question.findings)


def proposals(complaint: str) -> Iterator[tuple[str, str]]:
    for worked in load_cases():
        if worked.data["complaint"].get("id") == complaint:
            answer = proposal_of(worked.data)
            yield (
                worked.name,
                json.dumps(answer["alerts"]) + json.dumps(answer["ask"]) + json.dumps(answer["treatment"]),
            )


def test_there_are_complaints_that_are_no_back() -> None:
    assert {"neck", "shoulder", "knee", "sleep_stress"} <= {*OTHERS}
    assert OF_THE_BACK.search("After cancer a new back pain is") and not OF_THE_BACK.search("the back of the knee")


@pytest.mark.parametrize("complaint", OTHERS)
@pytest.mark.parametrize("source", [told, form, proposals], ids=lambda source: source.__name__)
def test_nothing_speaks_of_a_back_that_does_not_hurt(complaint: str, source: object) -> None:
    rows = list(source(complaint))  # type: ignore[operator]
    assert len(rows) > 10
    assert [(where, words) for where, words in rows if OF_THE_BACK.search(words)] == []


def test_the_back_is_still_called_by_its_name() -> None:
    """The check sees what it must not see elsewhere."""
    assert any(OF_THE_BACK.search(words) for _, words in form("place"))
    assert any(OF_THE_BACK.search(label) for label in load_intake_knowledge().labels.values())
