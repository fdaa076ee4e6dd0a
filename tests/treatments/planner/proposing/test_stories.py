"""The three stories of the brief, in the words of their expected plans: what must be there, what must not."""

from __future__ import annotations

RUNNER = (
    "site.low_back", "site.sacroiliac", "side.left", "onset.sport", "quality.tight_moving", "quality.spasm",
    "time.morning_short", "worsened_by.activity", "body.training_load", "body.tired", "eased_by.movement",
)  # fmt: skip
STRESS = (
    "site.low_back", "site.mid_back", "onset.stress", "quality.tight_moving", "worsened_by.stress_much",
    "worsened_by.premenstrual", "body.liver_tension", "body.busy_mind", "body.tired", "body.cold", "body.thin_sleep",
)  # fmt: skip


def needled(proposal):
    return {
        (point["code"], level, point["side"])
        for stage in proposal["treatment"]["stages"]
        for point in stage["points"]
        for level in (point["levels"] or [""])
    }


def kinds(proposal):
    return {adjunct["kind"] for adjunct in proposal["treatment"]["adjuncts"]}


def test_accident_first_visit(proposed, accident):
    proposal = proposed((*accident, "worsened_by.tiredness", "body.thin_sleep"))
    treatment = proposal["treatment"]
    assert proposal["action"] == "treat"
    assert (proposal["assessment"]["class"], proposal["assessment"]["branch"]) == ("stagnation", "blood_stasis")
    assert treatment["needles"] == 12
    expected = {("BL25", "", "right"), ("EX-B2", "L5", "right"), ("GB30", "", "right"),
                ("BL40", "", "right"), ("BL60", "", "right"), ("BL17", "", "both"), ("SP6", "", "left")}  # fmt: skip
    assert expected <= needled(proposal)
    (stage,) = treatment["stages"]
    assert (stage["position"], stage["retention_min"]) == ("prone", 25)
    assert sum(point["code"] == "ASHI" for point in stage["points"]) == 2
    gb30 = next(point for point in stage["points"] if point["code"] == "GB30")
    assert gb30["needle"]["diameter_mm"] == 0.3 and 60 <= gb30["needle"]["length_mm"] <= 75
    assert [point["code"] for point in treatment["ear"][0]["points"]] == ["TF4", "AH9", "AT4", "AH6"]
    assert {electro["from_visit"] for electro in stage["electro"]} == {2}
    assert (treatment["dose"]["sessions"], treatment["dose"]["review_at"]) == (10, [5, 10])
    assert "moxa_indirect" not in kinds(proposal)


def test_accident_second_visit_adds_bl26_and_both_pairs(proposed, accident):
    proposal = proposed((*accident, "worsened_by.tiredness"), visit=2)
    assert ("BL26", "", "right") in needled(proposal)
    (stage,) = proposal["treatment"]["stages"]
    (electro,) = stage["electro"]
    assert sorted(map(sorted, electro["leads"])) == [["BL25", "BL26"], ["BL40", "GB30"]]
    assert (electro["frequency_hz"], electro["minutes"], electro["side"]) == ("2/100", 20, "right")


def test_runner(proposed):
    proposal = proposed(RUNNER, age=33, sex="male", days=60, pain=4)
    treatment = proposal["treatment"]
    assert proposal["assessment"]["class"] == "mixed"
    assert treatment["needles"] == 10
    assert [stage["position"] for stage in treatment["stages"]] == ["prone", "supine"]
    expected = {("BL25", "", "left"), ("BL26", "", "left"), ("GB30", "", "left"), ("BL57", "", "left"),
                ("GB34", "", "left"), ("ST36", "", "left"), ("SP6", "", "right")}  # fmt: skip
    assert expected <= needled(proposal)
    (electro,) = treatment["stages"][0]["electro"]
    assert (electro["leads"], electro["frequency_hz"]) == ([["BL25", "BL26"]], "2/15")
    assert "gua_sha" not in kinds(proposal)
    assert [phase["per_week"] for phase in treatment["dose"]["phases"]] == [2, 1]
    techniques = {point["technique"] for stage in treatment["stages"] for point in stage["points"]}
    assert "reducing" not in techniques, "an exhausted athlete is not reduced"


def test_runner_with_weight_loss_gets_no_plan(proposed):
    proposal = proposed((*RUNNER, "flag.weight_loss"), age=33, sex="male", days=60)
    assert proposal["action"] == "refer_before_treating"
    assert proposal["treatment"] is None


def test_stress(proposed):
    proposal = proposed(STRESS, age=41, days=1000, pain=5, scores={"phq2": 3, "gad2": 4})
    treatment = proposal["treatment"]
    assert proposal["assessment"]["branch"] == "liver_qi_stagnation"
    assert treatment["needles"] == 10
    expected = {("BL18", "", "both"), ("LR3", "", "left"), ("ST36", "", "right")}
    assert expected <= needled(proposal)
    assert {code for code, _, _ in needled(proposal)} >= {"PC6", "SP6", "BL25", "ASHI"}
    assert "LI4" not in {code for code, _, _ in needled(proposal)}
    assert all(stage["electro"] == [] for stage in treatment["stages"]), "no current at the first visit"
    assert [point["code"] for point in treatment["ear"][0]["points"]] == ["TF4", "AH9", "CO13", "AH6a"]
    assert {"breathing", "acupressure", "diary"} <= {care["kind"] for care in treatment["home_care"]}
    assert kinds(proposal).isdisjoint({"moxa_indirect", "warm_needle", "heat_lamp"})
    techniques = {point["technique"] for stage in treatment["stages"] for point in stage["points"]}
    assert techniques == {"even", "reinforcing"}


def test_stress_later_li4_only_when_pregnancy_is_excluded(proposed):
    later = proposed(STRESS, age=41, days=1000, visit=6)
    unknown = proposed(STRESS, age=41, days=1000, visit=6, unknown=("condition.pregnant", "condition.maybe_pregnant"))
    rules = {r["rule"] for s in later["treatment"]["stages"] for p in s["points"] for r in p["because"]}
    assert "LI4" not in {code for code, _, _ in needled(unknown)}
    assert any(item["finding"] == "condition.pregnant" for item in unknown["ask"])
    assert "branch.liver_qi_stagnation" in rules
