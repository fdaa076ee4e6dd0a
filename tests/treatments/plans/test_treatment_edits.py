"""Edits of a treatment as values: nothing is changed in place, counts follow, loose leads go."""

from __future__ import annotations

import copy

import pytest

from tests.factories.treatments import POINT, TREATMENT
from treatments.planner.treatment.shapes import PhaseJson
from treatments.plans import treatment_edits
from treatments.plans.treatment_edits import EditRefused

BL23 = {**POINT, "code": "BL23", "name": "Shenshu 肾俞", "side": "both"}


def codes(treatment: dict, stage: int = 0) -> list[str]:
    return [point["code"] for point in treatment["stages"][stage]["points"]]


@pytest.fixture(autouse=True)
def _the_original_is_never_touched():
    before = copy.deepcopy(TREATMENT)
    yield
    assert before == TREATMENT


def test_adding_counts_the_needles_again() -> None:
    new = treatment_edits.added(TREATMENT, "stages.0.points", BL23)
    assert codes(new) == ["BL25", "BL26", "BL40", "BL23"]
    assert new["stages"][0]["needles"] == 6 and new["needles"] == 7


def test_the_same_point_is_not_added_twice_but_another_level_or_side_is() -> None:
    with pytest.raises(EditRefused, match="already in this stage"):
        treatment_edits.added(TREATMENT, "stages.0.points", {**POINT, "code": "BL25", "side": "left"})
    jiaji = {**POINT, "code": "EX-B2", "side": "right"}
    new = treatment_edits.added(TREATMENT, "stages.0.points", {**jiaji, "levels": ["L4"]})
    new = treatment_edits.added(new, "stages.0.points", {**jiaji, "levels": ["L5"]})
    assert codes(new).count("EX-B2") == 2
    assert (
        codes(treatment_edits.added(TREATMENT, "stages.0.points", {**POINT, "code": "BL26", "side": "left"})).count(
            "BL26"
        )
        == 2
    )


def test_a_removed_point_takes_its_current_with_it() -> None:
    new = treatment_edits.removed(TREATMENT, "stages.0.points.1")
    assert codes(new) == ["BL25", "BL40"] and new["stages"][0]["electro"] == []


def test_the_last_stage_stays() -> None:
    new = treatment_edits.removed(TREATMENT, "stages.1")
    assert len(new["stages"]) == 1
    with pytest.raises(EditRefused, match="at least one stage"):
        treatment_edits.removed(new, "stages.0")


def test_moving_stops_at_the_ends() -> None:
    assert codes(treatment_edits.moved(TREATMENT, "stages.0.points.0", 1)) == ["BL26", "BL25", "BL40"]
    assert codes(treatment_edits.moved(TREATMENT, "stages.0.points.0", -1)) == ["BL25", "BL26", "BL40"]
    assert codes(treatment_edits.moved(TREATMENT, "stages.0.points.2", 1)) == ["BL25", "BL26", "BL40"]


def test_the_dose_adds_up_and_reviews_stay_inside_it() -> None:
    phases: list[PhaseJson] = [{"per_week": 2, "weeks": 3}, {"per_week": 1, "weeks": 2}]
    dose = treatment_edits.changed(TREATMENT, "dose", {"phases": phases, "review_at": [4, 8, 12, 4]})["dose"]
    assert (dose["sessions"], dose["weeks"], dose["per_week"], dose["review_at"]) == (8, 5, 2, [4, 8])


@pytest.mark.parametrize(
    "address",
    ["", "stages", "stages.7", "stages.0.points.9", "stages.-1", "principle", "dose.phases", "x.y", "stages.²"],
)
def test_an_address_that_is_not_there_is_refused_in_words(address: str) -> None:
    with pytest.raises(EditRefused, match="no longer exists"):
        treatment_edits.changed(TREATMENT, address, {"side": "left"})
    with pytest.raises(EditRefused, match="no longer exists"):
        treatment_edits.removed(TREATMENT, address)
