"""Many different cases for the commands, made by counting, not by chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from treatments.planner.knowledge.references import known_findings

SITES = ("low_back", "sacroiliac", "buttock", "mid_back", "upper_back", "neck", "hip_side")
PICTURES = (
    ("onset.accident", "quality.stabbing_fixed", "worsened_by.pressure", "worsened_by.movement"),
    ("onset.stress", "worsened_by.stress_much", "body.liver_tension", "quality.tight_moving"),
    ("onset.cold_damp", "worsened_by.cold_damp", "worsened_by.rest", "eased_by.heat", "quality.heavy"),
    ("quality.weak_hollow", "eased_by.rest", "body.cold", "worsened_by.tiredness"),
    ("radiation.back_of_leg", "radiation.below_knee", "quality.electric", "worsened_by.pressure", "onset.lifting"),
)


@pytest.fixture
def make_full_cases() -> Callable[[int], list[dict[str, Any]]]:
    no = {f: False for f in sorted(known_findings()) if f.split(".")[0] in ("flag", "condition", "wish")}
    conditions = [finding for finding in no if finding.startswith("condition.")]

    def make(count: int) -> list[dict[str, Any]]:
        cases = []
        for number in range(count):
            findings = {**no, f"site.{SITES[number % len(SITES)]}": True, f"side.{('left', 'right')[number % 2]}": True}
            findings.update(dict.fromkeys(PICTURES[number % len(PICTURES)], True))
            if number % 3 == 0:
                findings[conditions[number % len(conditions)]] = True
            cases.append(
                {
                    "case": f"case {number}",
                    "patient": {"age": 20 + number % 60, "sex": ("female", "male")[number % 2]},
                    "complaint": {"duration_days": 100 + number, "pain_now": number % 11},
                    "findings": findings,
                    "visit": 1 + number % 4,
                }
            )
        return cases

    return make
