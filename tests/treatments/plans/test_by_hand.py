"""What a practitioner puts into a plan: one reason for all of it, and the needle that the planner would take."""

from __future__ import annotations

import pytest

from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.needle_sizes import needle_of
from treatments.planner.treatment.by_hand import by_hand, is_by_hand
from treatments.planner.treatment.written import read_levels, read_pairs, split_levels
from treatments.plans import point_search

KNOWLEDGE = load_planner_knowledge()


@pytest.mark.parametrize("code", ["BL25", "GB30", "ST36", "LI4", "GV20", "BL13"])
def test_the_needle_of_a_point_added_by_hand_is_the_planners(code: str) -> None:
    made = point_search.planned(KNOWLEDGE.points[code], side="both")
    size = needle_of(KNOWLEDGE.points[code].region, made["depth_mm"][1], KNOWLEDGE, is_fine=False)
    assert made["needle"] == size.as_json()
    assert made["needle"]["length_mm"] >= made["depth_mm"][1] + KNOWLEDGE.stock.spare_mm


def test_all_that_is_added_by_hand_says_so_in_the_same_way() -> None:
    point = point_search.planned(KNOWLEDGE.points["BL25"], side="left")
    ashi = point_search.planned_ashi(where="over the left buttock", side="left")
    assert point["because"] == ashi["because"] == by_hand()
    assert is_by_hand(point["because"]) and not is_by_hand([{"rule": "local.low_back"}])


def test_levels_are_read_alike_wherever_they_are_written() -> None:
    assert read_levels("l4, L5") == ["L4", "L5"]
    assert split_levels("EX-B2 L4, l5") == ("EX-B2", ["L4", "L5"])
    assert split_levels("EX-B2 L9") == ("EX-B2 L9", [])
    with pytest.raises(ValueError, match="Not a level of the spine: L9"):
        read_levels("L4 L9")


def test_pairs_keep_the_hyphen_of_a_code() -> None:
    assert read_pairs("ex-b2 - bl54") == [["EX-B2", "BL54"]]
