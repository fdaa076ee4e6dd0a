"""A patient whose red flags are all answered no, to which each test adds what it is about."""

from collections.abc import Callable
from typing import Any

import pytest

from intake.assessment import Assessment, IntakeKnowledge, assess, load_intake_knowledge, parse_case

Assess = Callable[..., Assessment]


@pytest.fixture(scope="session")
def knowledge() -> IntakeKnowledge:
    return load_intake_knowledge()


@pytest.fixture(scope="session")
def no_flags(knowledge: IntakeKnowledge) -> dict[str, bool]:
    """Every red flag that must be known, told absent."""
    ids = [*knowledge.complaint.required, *(f for group in knowledge.complaint.required_any for f in group)]
    return dict.fromkeys(ids, False)


@pytest.fixture(scope="session")
def judged(knowledge: IntakeKnowledge, no_flags: dict[str, bool]) -> Assess:
    """judged("onset.sport body.tired", age=33, days=40, **more keys of the case) with low back pain and no red flag.

    A word with a leading minus is told absent, one with a question mark is left out.
    """

    def run(words: str = "", *, age: int | None = None, days: int | None = None, **more: Any) -> Assessment:
        findings: dict[str, bool | None] = {"site.low_back": True, **no_flags}
        for word in words.split():
            findings[word.strip("-?")] = {"-": False, "?": None}.get(word[0], True)
        data = {"findings": findings, "complaint": {"duration_days": days}, "patient": {"age": age}}
        for key, value in more.items():
            data[key] = {**data.get(key, {}), **value} if isinstance(value, dict) else value
        return assess(parse_case(data, knowledge), knowledge)

    return run
