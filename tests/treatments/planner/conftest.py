"""Cases for the planner's tests: every red flag, condition and wish answered no, unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.references import known_findings
from treatments.planner.proposing.propose import propose

ANSWERED_NO = {
    finding: False for finding in sorted(known_findings()) if finding.split(".")[0] in ("flag", "condition", "wish")
}
ACCIDENT = (
    "site.low_back", "site.buttock", "side.right", "onset.accident", "quality.stabbing_fixed", "worsened_by.movement",
    "worsened_by.sitting", "worsened_by.pressure", "time.night_fixed", "eased_by.movement",
)  # fmt: skip
Proposing = Callable[..., dict[str, Any]]


def case_of(
    present: Iterable[str] = ACCIDENT,
    *,
    unknown: Iterable[str] = (),
    absent: Iterable[str] = (),
    age: int | None = 38,
    sex: str | None = "female",
    weeks: int | None = None,
    days: int | None = 270,
    pain: int | None = 6,
    visit: int = 1,
    **more: Any,
) -> dict[str, Any]:
    findings = {**ANSWERED_NO, **dict.fromkeys(absent, False), **dict.fromkeys(present, True)}
    for finding in unknown:
        findings.pop(finding, None)
    return {
        "case": "test",
        "patient": {"age": age, "sex": sex, "pregnancy_weeks": weeks},
        "complaint": {"duration_days": days, "pain_now": pain},
        "findings": findings,
        "visit": visit,
        **more,
    }


def proposal_of(data: Mapping[str, Any]) -> dict[str, Any]:
    intake = load_intake_knowledge()
    case = parse_case(data, intake)
    return propose(ClinicalPicture(case, assess(case, intake)), load_planner_knowledge()).as_json()


@pytest.fixture
def proposed() -> Proposing:
    """proposed(findings that are present, unknown=..., age=..., ...) -> the proposal as JSON."""

    def run(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return proposal_of(case_of(*args, **kwargs))

    return run


@pytest.fixture
def accident() -> tuple[str, ...]:
    return ACCIDENT


@pytest.fixture
def make_case() -> Callable[..., dict[str, Any]]:
    return case_of


@pytest.fixture
def answer() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return proposal_of
