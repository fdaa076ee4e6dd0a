"""Rows that bar a modality in one area alone, or spare a kind of treatment: asthma, diabetes, osteoporosis."""

from __future__ import annotations

import pytest

from tests.treatments.planner.safety.test_safety import COLD_DAMP, does, points_of
from treatments.planner.knowledge.load import load_planner_knowledge

KNOWLEDGE = load_planner_knowledge()


def adjuncts(proposal, *kinds):
    return [item for item in proposal["treatment"]["adjuncts"] if item["kind"] in kinds]


def test_asthma_keeps_the_smoke_out_not_the_lamp(proposed):
    plain, asthma = proposed(COLD_DAMP, visit=3), proposed((*COLD_DAMP, "condition.asthma"), visit=3)
    assert adjuncts(plain, "moxa_indirect") and adjuncts(plain, "heat_lamp")
    assert not adjuncts(asthma, "moxa_indirect", "warm_needle")
    (lamp,) = adjuncts(asthma, "heat_lamp")
    assert not any("smoke" in caution for caution in lamp["cautions"])
    assert "heat" in {item["kind"] for item in asthma["treatment"]["home_care"]}


def test_numb_feet_do_not_take_the_lamp_from_the_back(proposed):
    proposal = proposed((*COLD_DAMP, "condition.diabetes_poor"), visit=3)
    (lamp,) = adjuncts(proposal, "heat_lamp")
    assert any("numb" in caution for caution in lamp["cautions"])
    below = [row for row in proposal["withheld"] if "below the knee" in row["item"]]
    assert {row["because"] for row in below} == {"condition.diabetes_poor"}


def test_no_warmth_below_the_knee_in_diabetes(proposed):
    knee = tuple("site.knee" if sign == "site.low_back" else sign for sign in COLD_DAMP)
    assert adjuncts(proposed(knee), "moxa_indirect")
    assert not adjuncts(proposed((*knee, "condition.diabetes_poor")), "moxa_indirect")


@pytest.mark.parametrize("condition", ["condition.osteoporosis", "condition.long_term_steroids"])
def test_weak_bones_bar_firm_pressure_on_the_trunk_and_leave_the_limbs(proposed, condition):
    """Needles refused: pressing the limb points is all that is left, and no bone of the spine lies there."""
    proposal = proposed((*COLD_DAMP, condition, "wish.no_needles"))
    (pressed,) = adjuncts(proposal, "acupressure")
    assert {ref["code"] for ref in pressed["points"]} >= {"BL57", "ST36"}
    upper = tuple("site.upper_back" if sign == "site.low_back" else sign for sign in COLD_DAMP)
    assert adjuncts(proposed((*upper, "condition.lung_disease")), "acupressure")
    chest = proposed((*upper, "condition.lung_disease", condition))
    assert not adjuncts(chest, "acupressure", "tuina"), "SI11 and BL13 lie on the trunk"


def test_a_metal_allergy_keeps_its_needles_with_a_word_about_coated_ones(proposed, accident):
    proposal = proposed((*accident, "condition.metal_allergy"), visit=3)
    points = points_of(proposal)
    assert {p["code"] for p in points} == {p["code"] for p in points_of(proposed(accident, visit=3))}
    assert any("coated" in caution for p in points for caution in p["cautions"])
    assert not does(proposal, "ea") and not does(proposal, "tacks") and not does(proposal, "magnets")


def test_warm_swollen_skin_is_cautioned_at_the_place(proposed, accident):
    proposal = proposed((*accident, "palpation.warm_skin"), visit=3)
    local = [p for p in points_of(proposal) if p["code"] in ("BL25", "ASHI")]
    assert local and all(any("infection" in caution for caution in p["cautions"]) for p in local)
    assert not does(proposal, "ea") and not does(proposal, "cupping") and not does(proposal, "guasha")
    assert proposal["action"] == "caution"
