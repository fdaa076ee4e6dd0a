"""Pregnancy by weeks, possible, unknown; and people who cannot be pregnant."""

from __future__ import annotations

import pytest

AVOIDED = {"LI4", "SP6", "BL60", "BL67", "GB21", "BL31", "BL32", "BL33", "BL34", "CV4", "CV6", "ST25", "EX-B8", "GV2"}
LUMBAR = {"BL22", "BL23", "BL24", "BL25", "BL26", "GV3", "GV4", "EX-B2", "BL52", "GB30", "BL54", "EX-B7", "ASHI"}


def codes(proposal):
    return {point["code"] for stage in proposal["treatment"]["stages"] for point in stage["points"]}


def beside(proposal):
    treatment = proposal["treatment"]
    electro = [item for stage in treatment["stages"] for item in stage["electro"]]
    kinds = {adjunct["kind"] for adjunct in treatment["adjuncts"]} - {"acupressure", "tuina"}
    return electro, kinds, {item["method"] for item in treatment["ear"]}


@pytest.mark.parametrize("weeks", [0, 1, 12, 13, 36, 37, 41])
def test_by_week(proposed, accident, weeks):
    for more in ((), ("condition.pregnant",)):
        proposal = proposed((*accident, *more), age=30, weeks=weeks)
        electro, kinds, methods = beside(proposal)
        assert electro == [] and kinds == set() and methods == set()
        assert not codes(proposal) & (AVOIDED | LUMBAR)
        assert "prone" not in {stage["position"] for stage in proposal["treatment"]["stages"]}
        assert bool(codes(proposal)) == (weeks >= 13), "weeks 1 to 12: every needle needs a reason first"
        assert proposal["treatment"]["needles"] <= 6


def test_unknown_weeks_take_the_strictest_rules(proposed, accident):
    proposal = proposed((*accident, "condition.pregnant"), age=30)
    assert codes(proposal) == set()
    assert ("LI4", "forbidden") in {(item["item"], item["level"]) for item in proposal["withheld"]} or any(
        item["item"] == "needles" for item in proposal["withheld"]
    )


def test_possible_counts_as_the_first_weeks(proposed, accident):
    proposal = proposed((*accident, "condition.maybe_pregnant"), age=30)
    assert codes(proposal) == set() and beside(proposal)[:2] == ([], set())


def test_not_known_keeps_out_listed_points_current_cups_and_moxa(proposed, accident):
    unknown = ("condition.pregnant", "condition.maybe_pregnant")
    proposal = proposed(accident, age=30, unknown=unknown, visit=3)
    electro, kinds, _ = beside(proposal)
    assert electro == [] and kinds == set()
    assert not codes(proposal) & AVOIDED
    assert "BL25" in codes(proposal)
    assert "condition.pregnant" in {question["finding"] for question in proposal["ask"]}


@pytest.mark.parametrize("patient", [{"sex": "male", "age": 30}, {"sex": "female", "age": 60}])
def test_who_cannot_be_pregnant_is_not_asked(proposed, accident, patient):
    unknown = ("condition.pregnant", "condition.maybe_pregnant")
    proposal = proposed(accident, unknown=unknown, **patient)
    assert "condition.pregnant" not in {question["finding"] for question in proposal["ask"]}
    assert "BL60" in codes(proposal)
