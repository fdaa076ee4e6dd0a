"""Ear zones for the place and for what leads; at home two points at most, for place and pattern, on the right side."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from clinic.lib.complaints import complaints
from tests.support.rows import each_row
from tests.support.sameness import PLACES, Who, plan_for
from treatments.planner.knowledge.load import load_planner_knowledge

KNOWLEDGE = load_planner_knowledge()
PATTERNS = complaints()["back"].patterns
OWN_ZONES = {
    "liver_qi_stagnation": {"AH6a", "CO12", "CO15"},
    "damp_heat": {"TG2p"},
    "cold_damp": {"CO10", "CO13"},
    "blood_stasis": {"AT4", "CO12"},
    "qi_blood_stagnation": {"AT4"},
    "spleen_qi_deficiency": {"CO13"},
    "qi_blood_deficiency": {"CO13"},
    "kidney_yang_deficiency": {"CO10", "TG2p"},
    "kidney_yin_deficiency": {"CO10", "CO15"},
    "kidney_qi_deficiency": {"CO10"},
}
SITE_OF = {"leg pain behind": "low_back", "leg pain at the side": "buttock", "hip": "hip_side", "knee": "knee",
           "low back": "low_back", "sacroiliac joint": "sacroiliac", "middle back": "mid_back",
           "neck and upper back": "upper_back"}  # fmt: skip


def zones(proposal: dict[str, Any]) -> set[str]:
    return {point["code"] for item in proposal["treatment"]["ear"] for point in item["points"]}


def pressed(proposal: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in proposal["treatment"]["home_care"] if item["kind"] == "acupressure"]


@each_row("place, pattern", product(PLACES, PATTERNS))
def test_the_zones_hold_the_place_and_what_leads(place: str, pattern: str) -> None:
    found = zones(plan_for(Who(pattern, place, both_sides=False, cause="", visit=1)))
    leg = {"AH6"} if place.startswith("leg") else set()
    assert found & ({*KNOWLEDGE.sites[SITE_OF[place]].ear} | leg), found
    assert found & OWN_ZONES[pattern], found
    assert "TF4" in found and 3 <= len(found) <= 4


def test_patterns_and_places_differ_in_the_ear() -> None:
    told = {(place, pattern): frozenset(zones(plan_for(Who(pattern, place, False, "", 1))))
            for place in PLACES for pattern in PATTERNS}  # fmt: skip
    assert len(set(told.values())) >= 30


# (findings, what is pressed at home)
AT_HOME = [
    (("site.low_back", "side.left", "onset.lifting", "quality.stabbing_fixed"), 5,
     [("EX-UE7", "right"), ("GB34", "both")]),
    (("site.knee", "side.right", "worsened_by.cold_damp", "eased_by.heat", "quality.heavy", "onset.cold_damp"), 400,
     [("SP9", "right"), ("ST36", "both")]),
    (("site.shoulder", "side.left", "onset.accident", "quality.stabbing_fixed", "worsened_by.pressure",
      "time.night_fixed"), 400, [("LI11", "left"), ("SP10", "both")]),
    (("site.low_back", "side.midline", "body.cold", "quality.weak_hollow", "eased_by.rest", "eased_by.heat",
      "worsened_by.tiredness"), 400, [("KI3", "both"), ("BL40", "both")]),
    (("site.hip_side", "side.right", "onset.sport", "radiation.side_of_leg", "quality.stabbing_fixed"), 40,
     [("GB34", "right")]),
]  # fmt: skip


@pytest.mark.parametrize(("present", "days", "points"), AT_HOME)
def test_home_acupressure_follows_place_and_pattern(proposed, present, days, points) -> None:
    (item,) = pressed(proposed(present, days=days))
    assert {(point["code"], point["side"]) for point in item["points"]} == set(points)
    one_sided = [side for _, side in points if side != "both"]
    assert all(f"your {side}" in item["text"] for side in one_sided)


@pytest.mark.parametrize(
    "rule", [rule for rule in KNOWLEDGE.home if rule.modality == "acupressure"], ids=lambda r: r.id
)
def test_what_is_pressed_names_its_side(rule) -> None:
    assert 1 <= len(rule.points) <= 2
    assert ("{your}" in rule.sheet) == (rule.points[0].side != "both")
