"""Cups, lamp, moxa, scraping and pressure say where in this patient; warmth that heat keeps out is told."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from clinic.lib.complaints import complaints
from tests.support.rows import each_row
from tests.support.sameness import PLACES, Who, plan_for
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.regions import regions_of

KNOWLEDGE = load_planner_knowledge()
PATTERNS = complaints()["back"].patterns
COLD = ("side.left", "onset.cold_damp", "worsened_by.cold_damp", "worsened_by.rest", "eased_by.heat", "quality.heavy")
WARM = {"moxa_indirect", "heat_lamp", "warm_needle"}


def beside(proposal: dict[str, Any], kind: str) -> dict[str, Any]:
    (item,) = [item for item in proposal["treatment"]["adjuncts"] if item["kind"] == kind]
    return item


@pytest.mark.parametrize("rule", [r for r in KNOWLEDGE.adjuncts if r.points], ids=lambda rule: rule.id)
def test_the_words_for_a_place_are_those_of_its_points(rule) -> None:
    named = {"distal points"} if "{" in rule.where else regions_of(rule.where)
    for ref in rule.points:
        near = {KNOWLEDGE.points[ref.code].region}
        near |= {"wrist": {"forearm"}, "elbow": {"forearm"}, "hand": {"forearm"}, "ankle": {"foot"},
                 "neck": {"upper_back"}, "low_back": {"abdomen"}}.get(min(near), set())  # fmt: skip
        assert near & {*named}, (ref.code, named)


# (site, what the lamp, moxa and cups name)
WHERE = [
    ("knee", "knee, on the left", "below the knee", "outer thigh above the knee, on the left"),
    ("hip_side", "side of the hip, on the left", "side of the hip", "side of the hip and gluteal muscles, on the left"),
    ("shoulder", "shoulder, on the left", "upper back",
     "over the shoulder blade and the back of the shoulder, on the left"),
    ("mid_back", "middle back", "middle back", "middle back, beside the spine from T7 to T12"),
    ("neck", "neck and top of the shoulders", "upper back", "top of the shoulders and upper back, not the neck itself"),
    ("low_back", "low back", "low back", "low back, beside the spine from L1 to the iliac crest"),
    ("leg", "back of the thigh and calf, on the left", "calf", "back of the thigh, away from veins, on the left"),
]  # fmt: skip


@pytest.mark.parametrize(("site", "lamp", "moxa", "cups"), WHERE)
def test_cold_damp_is_warmed_and_cupped_where_it_hurts(proposed, site, lamp, moxa, cups) -> None:
    proposal = proposed((f"site.{site}", *COLD))
    assert proposal["assessment"]["branch"] == "cold_damp"
    assert beside(proposal, "heat_lamp")["where"] == lamp
    assert beside(proposal, "moxa_indirect")["where"] == moxa
    assert beside(proposal, "cupping_dry")["where"] == cups


@each_row("place, pattern", product(PLACES, PATTERNS))
def test_no_low_back_in_words_for_a_pain_elsewhere(place: str, pattern: str) -> None:
    if place not in ("hip", "knee", "neck and upper back", "middle back"):
        return
    plan = plan_for(Who(pattern, place, both_sides=False, cause="", visit=4))["treatment"]
    for item in plan["adjuncts"]:
        own = {reason["rule"] for reason in item["because"]} & {"moxa.kidney_yang", "moxa.kidney_qi"}  # BL23 and GV4
        assert own or "low back" not in item["where"], item


def test_without_needles_pressure_goes_by_place_and_pattern(proposed) -> None:
    found = {}
    for site in ("low_back", "knee", "neck", "hip_side"):
        pressed = beside(proposed((f"site.{site}", *COLD, "wish.no_needles")), "acupressure")
        found[site] = [point["code"] for point in pressed["points"]]
        assert "ST36" in found[site], "for cold-damp"
    assert len({tuple(codes) for codes in found.values()}) == 4
    assert "SP9" in found["knee"] and "SI3" in found["neck"] and "BL40" in found["low_back"]


@pytest.mark.parametrize(
    "heat", [("worsened_by.heat",), ("tongue.yellow_greasy", "pulse.rapid"), ("palpation.warm_skin",)]
)
def test_warmth_that_heat_keeps_out_is_told(proposed, heat) -> None:
    cold = [one for one in COLD if one != "eased_by.heat"]
    proposal = proposed(("site.low_back", *cold, *heat))
    assert not {item["kind"] for item in proposal["treatment"]["adjuncts"]} & WARM
    told = {item["item"]: item for item in proposal["withheld"] if item["modality"] == "moxa_heat"}
    assert proposal["assessment"]["branch"] != "cold_damp" or {"moxa_indirect", "heat_lamp"} <= told.keys()
    for item in told.values():
        assert item["because"] in heat and "signs of heat" in item["text"]


def test_a_doubt_is_named_beside_the_warmth(proposed) -> None:
    proposal = proposed(("site.low_back", *COLD, "pulse.rapid"))
    for kind in ("moxa_indirect", "heat_lamp"):
        assert any("pulse: rapid" in caution for caution in beside(proposal, kind)["cautions"])
    plain = proposed(("site.low_back", *COLD))
    assert not any("heat (" in caution for caution in beside(plain, "moxa_indirect")["cautions"])


def test_every_site_names_where_it_is_cupped_and_warmed() -> None:
    assert all(KNOWLEDGE.sites[site].cups and KNOWLEDGE.sites[site].warm for site in KNOWLEDGE.sites)
