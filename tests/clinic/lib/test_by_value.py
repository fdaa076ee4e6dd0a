# ruff: noqa: E501  a case is one line
"""What is kept by value is what would be made now: each change of what goes in, however small, is another value."""

from __future__ import annotations

import copy
import datetime as dt
import random
from typing import Any

import pytest

from clinic.lib.by_value import ByValue
from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from intake.case_building import judged
from tests.factories.treatments import TREATMENT
from tests.support.draws import drawn, json_value
from treatments import planning
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.review.review import review

CASE: dict[str, Any] = {
    "case": "patient 1", "visit": 1, "patient": {"age": 40, "sex": "female", "pregnancy_weeks": None},
    "complaint": {"duration_days": 200, "pain_now": 4, "pain_average": 5, "pain_worst": 8},
    "findings": {"site.low_back": True, "condition.pregnant": False}, "texts": {"reason": "It aches in the cold."},
    "scores": {"phq2": 1, "gad2": None, "nice_spa": 0}, "cleared": [],
}  # fmt: skip
ALIKE = (1, 1.0, True, 0, 0.0, -0.0, False, "", "1", None, [], {}, [1], [1.0], [True], {"a": 1}, {"a": 1.0})


def values_from(chance: random.Random) -> list[Any]:
    """Up to six, any JSON among values that Python takes for equal or writes almost alike."""
    return [json_value(chance) if chance.random() < 0.5 else chance.choice(ALIKE) for _ in range(chance.randint(1, 6))]


@drawn(values_from)
def test_another_value_is_never_taken_for_it(values: list[Any]) -> None:
    kept: ByValue[str] = ByValue(4)
    for value in [*values, *values, *map(copy.deepcopy, values)]:
        found = kept.get(value, (), lambda value=value: repr(value))  # type: ignore[misc]
        assert found == repr(value)  # also 1, 1.0 and True, and 0.0 and -0.0


def test_what_is_beside_counts_and_only_the_newest_stay() -> None:
    kept: ByValue[object] = ByValue(2)
    one, two = [object()], [object()]
    first = kept.get("a", (one,), object)
    assert kept.get("a", (one,), object) is first
    assert kept.get("a", (two,), object) is not first
    assert kept.get("b", (one,), object) is not first
    assert kept.get("a", (one,), object) is not first, "it had to go"


def test_rows_with_moments_are_compared_as_they_are() -> None:
    kept, at = ByValue[object](8), dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
    row = (1, at, "signed", None)
    first = kept.of_rows((row,), (), object)
    assert kept.of_rows(((1, at + dt.timedelta(0), "signed", None),), (), object) is first
    others: list[Any] = [
        (row, row), ((2, *row[1:]),), ((1, at + dt.timedelta(microseconds=1), "signed", None),),
        ((*row[:2], "draft", None),), ((*row[:3], ""),), (), row,
    ]  # fmt: skip
    assert all(kept.of_rows(other, (), object) is not first for other in others)
    assert kept.of_rows((row,), ([],), object) is not first, "what is beside counts"


def test_what_cannot_be_compared_is_made_or_an_error() -> None:
    kept, not_plain = ByValue[object](2), {"at": dt.date(2026, 1, 1)}
    assert kept.get(not_plain, (), object) is not kept.get(not_plain, (), object)
    with pytest.raises(ValueError, match="unmarshallable"):
        ByValue[int](2, is_strict=True).get(not_plain, (), int)


def changed() -> list[dict[str, Any]]:
    """The case, and each way in which one thing in it can be otherwise."""
    found = [CASE]
    for path, value in {
        ("visit",): 2, ("patient", "age"): 81, ("patient", "sex"): "male", ("patient", "pregnancy_weeks"): 20,
        ("complaint", "duration_days"): 5, ("findings", "condition.pregnant"): True, ("findings", "condition.anticoagulant"): True,
        ("texts", "reason"): "Sudden weakness of both legs, I cannot hold my water.", ("scores", "phq2"): 6,
        ("cleared",): ["flag.fever"], ("levels",): ["L4"], ("confirmed",): {"class": "deficiency", "branch": None, "root": None},
    }.items():  # fmt: skip
        one = inner = copy.deepcopy(CASE)
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        found.append(one)
    return found


def test_judgement_and_review_are_those_of_now() -> None:
    intake, planner = load_intake_knowledge(), load_planner_knowledge()
    plan = copy.deepcopy(TREATMENT)
    shorter = copy.deepcopy(plan)
    shorter["stages"][0]["points"].pop()
    for _ in range(2):  # made, and found again
        for data in changed():
            case = parse_case(data, intake)
            assert judged(data) == (case, assess(case, intake))
            for by_hand in (False, True):
                picture = ClinicalPicture(case, assess(case, intake), by_hand)
                assert planning.picture_from(data, is_by_hand=by_hand) == picture
                for treatment in (plan, shorter):
                    found = planning.safety_of(treatment, planning.picture_from(data, is_by_hand=by_hand))
                    assert found == review(treatment, picture, planner)


def test_what_was_given_may_be_changed_afterwards() -> None:
    data = copy.deepcopy(CASE)
    before = judged(data)
    data["findings"]["condition.pregnant"] = True
    assert judged(data) != before
    assert judged(copy.deepcopy(CASE)) == before
