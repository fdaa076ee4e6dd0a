"""What each condition keeps out, cell by cell of the table; limbs, lungs, unknowns, words in texts."""

from __future__ import annotations

import pytest

from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.vocabulary.body import THORAX, TRUNK
from treatments.planner.vocabulary.modalities import MODALITIES
from treatments.planner.vocabulary.severity import STOPS

KIND_OF = {
    "cupping": {"cupping_dry"},
    "guasha": {"gua_sha"},
    "moxa_heat": {"moxa_indirect", "warm_needle", "heat_lamp"},
    "acupressure": {"acupressure", "tuina"},
}
METHOD_OF = {"tacks": "press_tacks", "seeds": "seeds", "magnets": "magnets"}
KNOWLEDGE = load_planner_knowledge()
COLD_DAMP = (
    "site.low_back", "side.left", "onset.cold_damp", "worsened_by.cold_damp", "worsened_by.rest", "eased_by.heat",
    "quality.heavy", "tongue.white_greasy", "quality.spasm",
)  # fmt: skip
WHOLE = [
    (row.id, finding, modality, row.level(modality))
    for row in KNOWLEDGE.contraindications
    if row.scope == "whole" and not row.when.facts()
    for finding in row.findings
    if finding.startswith(("condition.", "wish."))
    for modality in (*KIND_OF, *METHOD_OF, "needle", "deep_trunk", "ea")
    if row.level(modality) in STOPS and modality not in row.only_at and not row.spares
]


# Base cases that between them use every modality: an injury, cold-damp, strong pain that lasts (tacks), age (magnets).
BASES = (
    ("accident", {}),
    ("cold_damp", {}),
    ("accident", {"pain": 9}),
    ("accident", {"age": 68}),
)


def base_proposals(proposed, accident, *findings, **more):
    for name, told in BASES:
        present = (*accident, "quality.spasm") if name == "accident" else COLD_DAMP
        yield proposed((*present, *findings), visit=3, **{**told, **more})


def points_of(proposal):
    return [point for stage in proposal["treatment"]["stages"] for point in stage["points"]]


def does(proposal, modality):
    """Whether the plan does this at all."""
    treatment = proposal["treatment"]
    if modality == "needle":
        return bool(treatment["stages"])
    if modality == "deep_trunk":
        return any(KNOWLEDGE.points[p["code"]].region in TRUNK and not is_shallow(p) for p in points_of(proposal))
    if modality == "ea":
        return any(stage["electro"] for stage in treatment["stages"])
    if modality in KIND_OF:
        return any(adjunct["kind"] in KIND_OF[modality] for adjunct in treatment["adjuncts"])
    return any(item["method"] == METHOD_OF[modality] for item in treatment["ear"])


def is_shallow(point):
    """Whether a row lets it be shallow instead of gone, and it is as shallow as that, where the row says."""
    region, deepest = KNOWLEDGE.points[point["code"]].region, point["depth_mm"][1]
    rows = (row for row in KNOWLEDGE.contraindications if row.shallow and region in row.shallow.regions)
    told = {reason["rule"] for reason in point["because"]}
    return any(f"shallow.{row.id}" in told and deepest <= row.shallow.mm for row in rows)


def test_the_base_cases_use_every_modality(proposed, accident):
    used = {
        modality
        for proposal in base_proposals(proposed, accident)
        for modality in MODALITIES
        if does(proposal, modality)
    }
    assert used == {*MODALITIES}


@pytest.mark.parametrize(("row", "finding", "modality", "level"), WHOLE)
def test_what_a_condition_forbids_or_reserves_is_not_proposed(proposed, accident, row, finding, modality, level):
    for proposal in base_proposals(proposed, accident, finding):
        if proposal["treatment"] is None:
            continue
        assert not does(proposal, modality)
        told = [item for item in proposal["withheld"] if item["because"] == finding and item["modality"] == modality]
        assert told, "what is kept out is told"
        enough = {"forbidden"} if level == "forbidden" else {"forbidden", "needs_override"}
        assert {item["level"] for item in told} & enough
        assert all(item["text"] and item["source"] for item in told)


GATED = [
    row
    for row in KNOWLEDGE.contraindications
    if row.gate
    and row.scope == "whole"
    and set(row.gate.when.facts()) <= {"pregnancy:can_be"}
    and not row.gate.ruled_out_by  # these have a test of their own
]


@pytest.mark.parametrize("row", GATED, ids=lambda row: row.id)
def test_what_is_not_known_keeps_out_what_it_would_forbid_and_is_asked(proposed, accident, row):
    proposals = list(base_proposals(proposed, accident, unknown=(row.gate.ask,)))
    for proposal in proposals[:-1] if row.gate.when.facts() else proposals:  # the last is too old to be pregnant
        for modality in row.gate.modalities:
            assert not does(proposal, modality)
        assert proposal["treatment"]["stages"], "an unknown never takes the needles away"
        if any(item["because"] == row.gate.ask for item in proposal["withheld"]):
            assert row.gate.ask in {question["finding"] for question in proposal["ask"]}


def test_cancer_under_treatment_is_ruled_out_by_no_cancer_ever(proposed, accident):
    proposal = proposed(accident, visit=3, unknown=("condition.cancer_active",))
    assert does(proposal, "ea"), "the red-flag question was answered: no cancer ever"
    assert "condition.cancer_active" not in {question["finding"] for question in proposal["ask"]}


def test_no_current_while_a_pacemaker_is_not_known_of(proposed, accident):
    proposal = proposed(accident, unknown=("condition.pacemaker",))
    assert not does(proposal, "ea")
    assert {"item": "electro", "level": "forbidden", "because": "condition.pacemaker"}.items() <= next(
        item for item in proposal["withheld"] if item["because"] == "condition.pacemaker"
    ).items()
    assert [q["finding"] for q in proposal["ask"]].count("condition.pacemaker") == 1
    assert does(proposed(accident), "ea")


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_leg_with_lymphoedema_gets_nothing_and_no_side_is_called_both(proposed, accident, side):
    present = (*(f for f in accident if f != "side.right"), f"side.{side}", f"condition.lymphoedema_{side}_leg")
    proposal = proposed(present)
    other = "right" if side == "left" else "left"
    for point in points_of(proposal):
        assert point["side"] != "both"
        if KNOWLEDGE.points[point["code"]].limb == "leg":
            assert point["side"] == other
    assert {("BL40", other)} <= {(point["code"], point["side"]) for point in points_of(proposal)}
    refs = [
        ref
        for item in (*proposal["treatment"]["adjuncts"], *proposal["treatment"]["home_care"])
        for ref in item["points"]
    ]
    assert all(ref["side"] != "both" for ref in refs)
    assert not any(KNOWLEDGE.points[r["code"]].limb == "leg" and r["side"] == side for r in refs)


def test_a_fistula_arm_of_unknown_side_keeps_both_arms_out(proposed):
    present = ("site.neck", "side.left", "quality.stabbing_fixed", "worsened_by.pressure", "worsened_by.movement")
    proposal = proposed((*present, "onset.accident", "condition.dialysis_fistula"))
    assert not any(KNOWLEDGE.points[point["code"]].limb == "arm" for point in points_of(proposal))


@pytest.mark.parametrize("finding", ["condition.lung_disease", "condition.very_thin"])
def test_no_needle_over_the_lung_but_cups_hands_and_distal_points(proposed, finding):
    present = (
        "site.upper_back",
        "side.right",
        "quality.stabbing_fixed",
        "worsened_by.pressure",
        "worsened_by.movement",
    )
    proposal = proposed((*present, finding))
    assert not any(KNOWLEDGE.points[point["code"]].region in THORAX for point in points_of(proposal))
    assert not any(point["code"] == "ASHI" for point in points_of(proposal))
    assert points_of(proposal)
    assert does(proposal, "cupping") and does(proposal, "acupressure")


def test_over_75_the_needle_lies_flat_over_the_lung(proposed, accident):
    bl17 = [point for point in points_of(proposed(accident, age=80, sex="male")) if point["code"] == "BL17"]
    assert bl17 and all(point["angle"] == "transverse" and point["depth_mm"][1] <= 8 for point in bl17)


def test_thin_child_and_frail_lower_the_depth(proposed, accident):
    def deepest(code, *more, **kwargs):
        found = [p["depth_mm"][1] for p in points_of(proposed((*accident, *more), **kwargs)) if p["code"] == code]
        return found[0]

    usual = deepest("BL25")
    assert deepest("BL25", "condition.very_thin") == int(usual * 0.75)
    assert deepest("BL25", "condition.frail") == int(usual * 0.75)


def test_words_in_a_text_hold_back_what_they_would_forbid_also_beside_a_ticked_no(proposed, accident):
    proposal = proposed(accident, visit=3, texts={"medicines": "I take warfarin every day"})
    assert not does(proposal, "guasha")
    assert does(proposed(accident, visit=3), "guasha")
    assert "condition.anticoagulant" in {question["finding"] for question in proposal["ask"]}


def test_no_needles_wish_brings_a_plan_without_needles(proposed, accident):
    proposal = proposed((*accident, "wish.no_needles"))
    assert not does(proposal, "needle")
    assert does(proposal, "acupressure") and does(proposal, "seeds")


def test_a_caution_is_shown_on_the_item_and_turns_the_action(proposed, accident):
    proposal = proposed((*accident, "condition.anticoagulant"))
    assert proposal["action"] == "caution"
    assert all(any("Blood thinner" in text for text in point["cautions"]) for point in points_of(proposal))
    assert proposed(accident)["action"] == "treat"


def test_ear_needles_are_spent_from_the_budget_of_the_visit(proposed, accident):
    """Two of the needles go to the ear: the body gets two fewer, and the seeds go home in the other ear."""
    severe = proposed(accident, days=10, pain=9)
    milder = proposed(accident, days=10, pain=7)
    assert [item["method"] for item in severe["treatment"]["ear"]] == ["needles", "seeds"]
    assert [item["method"] for item in milder["treatment"]["ear"]] == ["seeds"]
    needles, seeds = severe["treatment"]["ear"]
    assert len(needles["points"]) == 2 and needles["keep_days"] == 0
    assert {needles["side"], seeds["side"]} == {"left", "right"}
    assert severe["treatment"]["needles"] + 2 <= milder["treatment"]["needles"] <= 12


def test_who_cannot_lie_face_down_gets_nothing_new_but_the_ear_needles(proposed, accident):
    lying = proposed(accident, visit=3)
    turned = proposed((*accident, "condition.cannot_lie_prone"), visit=3)
    assert [item["method"] for item in turned["treatment"]["ear"]] == ["needles", "seeds"]
    assert {point["code"] for point in points_of(turned)} <= {point["code"] for point in points_of(lying)}


@pytest.mark.parametrize("more", [{"age": 12}, {"weeks": 20}, {"weeks": 8}, {"age": 80}])
def test_children_pregnant_and_very_old_patients_get_seeds_or_nothing_in_the_ear(proposed, accident, more):
    present = (*accident, "condition.pregnant") if "weeks" in more else accident
    for visit in (1, 4):
        proposal = proposed(present, visit=visit, pain=9, days=20, **more)
        methods = {item["method"] for item in proposal["treatment"]["ear"]} if proposal["treatment"] else set()
        assert not methods & {"press_tacks", "needles", "magnets"}


def test_warmth_and_cups_stay_off_a_limb_at_risk_and_its_root(proposed):
    """Pain on that limb alone: none of it. Pain elsewhere as well: the words say where not."""
    knee = ("site.knee", "side.left", "onset.cold_damp", "worsened_by.cold_damp", "eased_by.heat", "quality.heavy")
    only = proposed((*knee, "condition.lymphoedema_left_leg"), visit=3)["treatment"]
    assert not {item["kind"] for item in only["adjuncts"]} & {"cupping_dry", "heat_lamp", "gua_sha"}
    assert "heat" not in {item["kind"] for item in only["home_care"]}
    both = proposed((*knee, "site.low_back", "condition.lymphoedema_left_leg"), visit=3)["treatment"]
    spared = [item for item in both["adjuncts"] if item["kind"] in ("cupping_dry", "heat_lamp")]
    assert spared and all("not on the left buttock, hip and leg" in item["where"] for item in spared)
    (heat,) = [item for item in both["home_care"] if item["kind"] == "heat"]
    assert "Not on the left buttock, hip and leg." in heat["text"]
