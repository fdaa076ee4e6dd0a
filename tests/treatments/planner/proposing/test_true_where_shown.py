"""What a plan says is true of this patient at this place: reasons, cautions, places, ear zones, pairs, course."""

from __future__ import annotations

import re

import pytest

from clinic.lib.complaints import complaints
from tests.support.rows import each_row
from tests.support.worked_cases import load_cases, proposal_of
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.vocabulary.needle_sets import load_needle_sets

KNOWLEDGE = load_planner_knowledge()
CODE = re.compile(r"\b(?:BL|GB|GV|CV|SI|LI|KI|SP|ST|LR|LU|HT|PC|TE)\d+\b|\bEX-[A-Z]+\d+\b")
KIDNEY_YANG = (
    "site.low_back", "side.left", "onset.gradual", "quality.weak_hollow", "eased_by.rest", "body.cold", "eased_by.heat",
    "worsened_by.tiredness",
)  # fmt: skip
SPLEEN = (
    "site.mid_back", "side.left", "body.weak_digestion", "quality.heavy", "worsened_by.activity", "body.damp",
    "tongue.pale_toothmarked", "eased_by.heat",
)  # fmt: skip
STASIS = ("side.right", "onset.accident", "quality.stabbing_fixed", "worsened_by.pressure", "time.night_fixed")
LIES = re.compile(r"turn(?:ed|ing)? over|without turning|nobody turns|lying on")
SPORT = ("side.right", "onset.sport", "quality.stabbing_fixed", "worsened_by.movement", "worsened_by.pressure")


def points_of(proposal):
    return [point for stage in proposal["treatment"]["stages"] for point in stage["points"]]


def leads(proposal):
    return {
        "-".join(lead) for stage in proposal["treatment"]["stages"] for one in stage["electro"] for lead in one["leads"]
    }


EVERY_RULE = {rule.id: rule for one in complaints() for rule in load_planner_knowledge(complaint=one).rules}


@each_row("rule", EVERY_RULE.values())
def test_a_reason_speaks_of_its_own_point_only(rule):
    """It is printed beside each point of the rule, whether the others are in the plan or not."""
    for choice in rule.points:
        assert set(CODE.findall(f"{rule.text} {choice.text}")) <= {choice.code}


@pytest.mark.parametrize("complaint", complaints())
def test_a_reason_of_a_point_says_nothing_of_how_the_body_lies(complaint):
    """How it lies is settled by all the points together. In pregnancy it is always the side."""
    for rule in load_planner_knowledge(complaint=complaint).rules:
        texts = " ".join((rule.text, *(choice.text for choice in rule.points)))
        claims = LIES.findall(texts)
        assert not claims or rule.when.any == ("person:pregnant",), (rule.id, claims)


def test_a_course_that_is_spread_out_does_not_claim_the_usual_one(proposed):
    """The reason of phase and goal names numbers of its own: it is told as what would be usual."""
    spared = proposed((*KIDNEY_YANG, "condition.frail"), days=900)["treatment"]["dose"]
    first, second = (reason["text"] for reason in spared["because"])
    assert first.startswith("What would be usual. Chronic pain: twice a week")
    assert second.startswith("Deficiency or frailty")
    usual = proposed(("site.low_back", *STASIS), days=900)["treatment"]["dose"]
    assert [reason["text"].startswith("Chronic pain") for reason in usual["because"]] == [True]


def test_warmth_at_home_is_not_said_to_ease_a_cold_that_nobody_feels(proposed):
    home = {one["kind"]: one for one in proposed(("site.low_back", *STASIS))["treatment"]["home_care"]}
    text = " ".join(reason["text"] for reason in home["heat"]["because"])
    assert "cold" not in text and "The patient said" not in text
    cold = proposed(("site.low_back", "worsened_by.cold_damp", *STASIS))["treatment"]["home_care"]
    heat = next(one for one in cold if one["kind"] == "heat")
    assert any("cold or damp weather" in reason["text"] for reason in heat["because"])


def test_warmth_quotes_the_cold_and_not_the_weakness(proposed):
    adjuncts = {one["kind"]: one for one in proposed(KIDNEY_YANG)["treatment"]["adjuncts"]}
    for kind in ("moxa_indirect", "heat_lamp"):
        text = adjuncts[kind]["because"][0]["text"]
        assert "warmth makes it better" in text and "weak or hollow" not in text


def test_no_single_root_leads_is_never_said_where_one_leads(proposed):
    proposal = proposed(KIDNEY_YANG)
    assert proposal["assessment"]["root"] == "kidney_yang_deficiency"
    reasons = {reason["rule"] for point in points_of(proposal) for reason in point["because"]}
    assert "root.support" not in reasons and any(reason.startswith("root.kidney") for reason in reasons)


def test_a_lumbar_needle_carries_no_word_about_the_thorax(proposed):
    low = [p for p in points_of(proposed(("site.low_back", *STASIS))) if p["code"] == "EX-B2"]
    high = [p for p in points_of(proposed(("site.upper_back", *STASIS))) if p["code"] == "EX-B2"]
    assert low and not any("thorax" in caution for p in low for caution in p["cautions"])
    assert high and all(any("thorax" in caution for caution in p["cautions"]) for p in high)


def test_a_man_reads_nothing_of_pregnancy(proposed, accident):
    man, woman = proposed(accident, sex="male"), proposed(accident, unknown=("condition.pregnant",))
    assert "BL60" in {p["code"] for p in points_of(man)}
    assert not any("pregnan" in caution.lower() for p in points_of(man) for caution in p["cautions"])
    assert "BL60" not in {p["code"] for p in points_of(woman)}, "kept out while it is not known"


@pytest.mark.parametrize(
    ("site", "zone"), [("knee", "AH4"), ("shoulder", "SF4,5"), ("hip_side", "AH5"), ("groin", "AH5")]
)
def test_the_ear_zone_is_that_of_the_joint(proposed, site, zone):
    proposal = proposed((f"site.{site}", *STASIS))
    zones = {point["code"] for item in proposal["treatment"]["ear"] for point in item["points"]}
    assert zone in zones
    name = {"AH4": "Knee", "SF4,5": "Shoulder", "AH5": "Hip"}[zone]
    assert KNOWLEDGE.ear_points[zone].name == name


def test_no_current_through_the_calf_for_pain_of_the_back_alone(proposed):
    """A blood thinner takes the needles of the trunk away; what is left on the leg carries no current for the back."""
    calf = {"BL40-BL57", "BL36-BL57", "GB34-ST36", "ST36-SP9"}
    back = ("site.low_back", *STASIS)
    for condition in ((), ("condition.anticoagulant",), ("condition.recent_operation",)):
        assert leads(proposed((*back, *condition), visit=3)).isdisjoint(calf)
    leg = (*back, "site.leg", "radiation.back_of_leg", "radiation.below_knee", "quality.electric")
    assert leads(proposed(leg, visit=3))


@pytest.mark.parametrize(("age", "more"), [(80, ()), (60, ("condition.frail",)), (34, ("condition.postpartum",))])
def test_a_fresh_strain_of_the_old_or_weak_is_treated_twice_a_week(proposed, age, more):
    strain = ("site.low_back", "side.left", "onset.sitting_posture", "worsened_by.movement", "worsened_by.pressure")
    fresh, old = (proposed((*strain, *more), age=age, days=days) for days in (5, 400))
    assert fresh["treatment"]["dose"]["phases"] == [{"per_week": 2, "weeks": 3}]
    assert old["treatment"]["dose"]["phases"] == [{"per_week": 1, "weeks": 8}]


def test_a_sore_shoulder_of_sport_gets_cups_there_and_no_runners_legs(proposed):
    proposal = proposed(("site.shoulder", *SPORT), visit=3)
    cups = [item for item in proposal["treatment"]["adjuncts"] if item["kind"] == "cupping_dry"]
    assert cups and "shoulder" in cups[0]["where"] and "low back" not in cups[0]["where"]
    assert "distal.training" not in {r["rule"] for p in points_of(proposal) for r in p["because"]}
    words = " ".join(item["text"] for item in proposal["treatment"]["home_care"])
    assert "calves" not in words and "distance" not in words


def test_the_lamp_shines_where_it_hurts(proposed):
    proposal = proposed(SPLEEN)
    assert proposal["assessment"]["root"] == "spleen_qi_deficiency"
    (lamp,) = [item for item in proposal["treatment"]["adjuncts"] if item["kind"] == "heat_lamp"]
    assert "middle back" in lamp["where"] and "low back" not in lamp["where"]


def test_a_set_is_counted_as_the_needles_it_is(proposed):
    """EX-UE7 is two needles on one hand: they are spent, told and counted in and out."""
    sprain = ("site.low_back", "side.left", "onset.lifting", "quality.stabbing_fixed", "worsened_by.movement")
    for pain in (5, 9):
        proposal = proposed(sprain, days=5, pain=pain)
        hand = next(p for p in points_of(proposal) if p["code"] == "EX-UE7")
        assert (hand["side"], hand["needles"]) == ("right", 2)
        assert proposal["treatment"]["needles"] == sum(p["needles"] for p in points_of(proposal)) <= 12


def test_every_code_that_names_several_places_is_a_known_set():
    words = (
        "two per hand", "four on each", "two points on each", "four points", "on both sides of", "one on each side of",
        "all ten", "index to little fingers",
    )  # fmt: skip
    told = {code for code, point in KNOWLEDGE.points.items() if any(word in point.location for word in words)}
    sets = {row.code for row in load_needle_sets()}
    assert sets == told and sets <= set(KNOWLEDGE.points)


@pytest.mark.thorough
def test_a_warm_needle_is_one_of_the_needles():
    """Both knees before rain: BL23 is not needled, so no moxa burns on it."""
    warm = {}
    for worked in load_cases():
        proposal = proposal_of(worked.data)
        if not proposal["treatment"]:
            continue
        planned = {point["code"] for point in points_of(proposal)}
        found = [item for item in proposal["treatment"]["adjuncts"] if item["kind"] == "warm_needle"]
        warm[worked.name] = {ref["code"] for item in found for ref in item["points"]}
        assert warm[worked.name] <= planned, worked.name
        assert all(item["points"] for item in found), worked.name
    assert warm["pattern-cold-damp-visit-4"] == {"BL23"} and not warm["site-knee-cold-damp-moxa"]


@pytest.mark.parametrize("worked", load_cases(), ids=lambda worked: worked.name)
def test_what_strengthens_the_root_is_not_reduced_for_the_place(worked):
    """BL23 beside the painful loins of a weak kidney, ST36 below the painful knee."""
    proposal = proposal_of(worked.data)
    if proposal["treatment"] is None:
        return
    for point in points_of(proposal):
        rules = (EVERY_RULE.get(reason["rule"]) for reason in point["because"])
        served = {rule.serves for rule in rules if rule is not None}
        if "root" in served and "branch" not in served:
            assert point["technique"] != "reducing", point["code"]
