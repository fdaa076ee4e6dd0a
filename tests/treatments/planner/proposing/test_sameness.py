"""Plans for patients who are not alike are not alike either: the floors of `make sameness` on a part of its grid."""

from __future__ import annotations

from functools import cache

import pytest

from clinic.lib.complaints import complaints
from tests.support.sameness import PLACES, Figures, Who, figures, has_current, is_told, needles, plan_for

SOME_PLACES = ("low back", "hip", "neck and upper back")


@cache
def some_figures() -> Figures:
    return figures(places=SOME_PLACES, patterns_of_causes=("blood_stasis", "kidney_yang_deficiency"))


@pytest.mark.thorough
def test_no_two_patterns_get_the_same_needles_at_one_place() -> None:
    assert some_figures().patterns_alike <= 0.01


@pytest.mark.thorough
def test_the_cause_changes_a_needle() -> None:
    assert some_figures().causes_alike <= 0.20


def test_visit_four_is_not_visit_one() -> None:
    assert some_figures().visits_alike == 0


def test_a_visit_is_not_the_one_before_it() -> None:
    assert some_figures().course_alike <= 0.1


@pytest.mark.parametrize("pattern", complaints()["back"].patterns)
def test_what_a_pattern_owns_reaches_the_plan(pattern: str) -> None:
    assert some_figures().own_points[pattern] >= 0.6
    assert some_figures().signature >= 0.9


def test_current_is_planned_or_its_absence_told() -> None:
    assert some_figures().current == 1


def test_stress_never_takes_the_needles_of_a_sciatica() -> None:
    for place in ("leg pain behind", "leg pain at the side"):
        codes = {code for code, _, _ in needles(plan_for(Who("liver_qi_stagnation", place, False, "stress", 1)))}
        assert {"GB30", "BL40", "ASHI"} <= codes


def test_current_left_out_says_why() -> None:
    weak = plan_for(Who("kidney_yang_deficiency", "low back", False, "", 1))
    chest = plan_for(Who("blood_stasis", "middle back", False, "", 1))
    for plan in (weak, chest):
        assert not has_current(plan) and is_told(plan)
    text = {item["text"] for plan in (weak, chest) for item in plan["withheld"] if item["item"] == "electro"}
    assert len(text) == 2 and any("Deficiency" in one for one in text)
    assert not is_told(plan_for(Who("blood_stasis", "low back", False, "", 1)))


def test_every_place_of_the_grid_gets_a_needle_there() -> None:
    for place in PLACES:
        plan = plan_for(Who("blood_stasis", place, False, "", 1))
        points = [point for stage in plan["treatment"]["stages"] for point in stage["points"]]
        assert any(point["role"] == "local" for point in points), place
