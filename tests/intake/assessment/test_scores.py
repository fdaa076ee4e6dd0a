"""The scoring check of the pattern notes; limits, gates, order of patterns, evidence, the practitioner's word."""

from math import log

import pytest

PLAIN = "onset.gradual quality.weak_hollow eased_by.rest body.cold worsened_by.tiredness eased_by.heat"

# name, days, findings, (class, branch, root)
CHECKS = [
    (
        "car accident, 9 months",
        270,
        "onset.accident quality.stabbing_fixed worsened_by.movement worsened_by.pressure time.night_fixed "
        "worsened_by.tiredness body.thin_sleep",
        ("stagnation", "blood_stasis", "qi_blood_deficiency"),
    ),
    (
        "the same without signs of deficiency",
        270,
        "onset.accident quality.stabbing_fixed worsened_by.movement worsened_by.pressure time.night_fixed",
        ("stagnation", "blood_stasis", None),
    ),
    (
        "marathon runner",
        None,
        "onset.sport quality.tight_moving quality.spasm time.morning_short worsened_by.activity "
        "body.training_load body.tired eased_by.movement",
        ("mixed", "qi_blood_stagnation", "qi_blood_deficiency"),
    ),
    (
        "stress",
        None,
        "onset.stress quality.tight_moving worsened_by.stress_much worsened_by.premenstrual body.liver_tension "
        "body.busy_mind body.tired body.cold body.thin_sleep",
        ("mixed", "liver_qi_stagnation", "qi_blood_deficiency"),
    ),
    (
        "cold and damp",
        None,
        "onset.cold_damp worsened_by.cold_damp worsened_by.rest eased_by.heat time.morning_short quality.heavy",
        ("stagnation", "cold_damp", None),
    ),
    ("kidney yang", None, PLAIN, ("deficiency", None, "kidney_yang_deficiency")),
]


@pytest.mark.parametrize("name, days, words, verdict", CHECKS, ids=[c[0] for c in CHECKS])
def test_scoring_check(judged, name, days, words, verdict):
    a = judged(words, days=days)
    assert (a.picture_class, a.branch, a.root) == verdict
    assert a.action == "treat"
    assert a.share == pytest.approx(a.stagnation.score / (a.stagnation.score + a.deficiency.score), abs=0.01)
    assert a.likely[a.picture_class] == max(a.likely.values())


def test_leads_stand_first_and_carry_their_codes(judged):
    a = judged(CHECKS[0][2], days=270).as_json()
    assert [(p["id"], p["role"], p["lead"]) for p in a["patterns"][:2]] == [
        ("blood_stasis", "branch", True),
        ("qi_blood_deficiency", "root", True),
    ]
    assert not any(p["lead"] for p in a["patterns"][2:])
    assert a["patterns"][0]["icd11"] == ["SF01"]
    accident = {"finding": "onset.accident", "weight": 11.2, "pattern": "blood_stasis"}
    assert a["stagnation"]["for"][0] == accident


def test_in_a_deficiency_the_root_stands_first_and_in_a_mixed_picture_what_weighs_more(judged):
    """A branch that scrapes by never stands before the root that the plan is made for."""
    cold = " onset.cold_damp worsened_by.cold_damp"
    deficient = judged(PLAIN + " body.kidney_signs eased_by.pressure worsened_by.cold_damp", confirmed={
        "class": "deficiency", "branch": "cold_damp"})  # fmt: skip
    assert [p.role for p in deficient.patterns if p.is_lead] == ["root", "branch"]
    mixed = judged(PLAIN + cold + " worsened_by.rest")
    assert mixed.picture_class == "mixed"
    leads = [p for p in mixed.patterns if p.is_lead]
    assert len(leads) == 2 and leads[0].score >= leads[1].score


def test_a_pattern_without_its_own_sign_is_shown_but_never_leads(judged):
    a = judged(CHECKS[2][2])
    liver = next(p for p in a.considered if p.id == "liver_qi_stagnation")
    assert liver.held_back == "none of its own signs"


def test_a_specific_pattern_stands_before_the_general_one_it_contains_with_its_own_sign(judged):
    general = "quality.weak_hollow quality.dull eased_by.rest body.kidney_signs worsened_by.tiredness"
    assert judged(general).root == "kidney_qi_deficiency"
    for own, pattern in (("body.cold", "kidney_yang_deficiency"), ("body.empty_heat", "kidney_yin_deficiency")):
        a = judged(f"{general} {own}")
        assert a.root == pattern
        ranked = [p.id for p in a.patterns if p.role == "root"]
        assert ranked.index(pattern) < ranked.index("kidney_qi_deficiency")


def test_accident_votes_for_fresh_stagnation_up_to_twelve_weeks(judged):
    for days, leader in ((84, "qi_blood_stagnation"), (85, "blood_stasis")):
        a = judged("onset.accident worsened_by.movement worsened_by.pressure", days=days)
        assert a.branch == leader, days


@pytest.mark.parametrize("name, _, words, verdict", CHECKS[2:], ids=[c[0] for c in CHECKS[2:]])
def test_how_long_it_has_lasted_is_no_sign(judged, name, _, words, verdict):
    young, old = judged(words, days=5), judged(words, days=4000)
    assert young.likely == old.likely
    assert "complaint.duration_days" not in {e.finding for e in (*old.stagnation.for_, *old.deficiency.for_)}


def test_what_hands_find_counts_more_than_what_is_told(judged, knowledge):
    sign = next(s for s in knowledge.signs if s.finding == "palpation.hard_nodules")
    stasis = knowledge.branches.index(1)
    assert sign.by_hand and knowledge.weights.clinician_factor == 1.5
    one, other = sign.present[0], sign.present[6 * (stasis + 1)]
    assert (other - one) == pytest.approx(1.5 * log(sign.times(1)))


def test_tongue_and_pulse_alone_never_decide(judged):
    a = judged("tongue.purple pulse.choppy pulse.wiry tongue.red_sides")
    assert a.picture_class == "undetermined"
    assert a.action == "need_information"
    assert a.branch is None
    assert "tongue and pulse alone never decide" in {p.held_back for p in a.considered}
    # with complaints beside them they count
    assert judged("tongue.purple pulse.choppy quality.stabbing_fixed").branch == "blood_stasis"


def test_night_pain_in_one_spot_counts_only_once_the_red_flag_is_answered(judged):
    with_answer = judged("time.night_fixed quality.stabbing_fixed worsened_by.pressure")
    without = judged("time.night_fixed quality.stabbing_fixed worsened_by.pressure ?flag.constant_night_pain")
    assert "time.night_fixed" in {e.finding for e in with_answer.stagnation.for_}
    assert "time.night_fixed" not in {e.finding for e in without.stagnation.for_}
    assert without.action == "need_information"


def test_one_statement_is_not_enough_however_often_it_is_made(judged):
    tired = "eased_by.rest worsened_by.tiredness worsened_by.activity time.evening worsened_by.standing body.tired"
    once = judged(tired)
    assert (once.picture_class, once.action) == ("undetermined", "need_information")
    assert judged(f"{tired} quality.weak_hollow").picture_class == "deficiency"


def test_both_can_be_likely(judged):
    both = judged(
        "worsened_by.stress_much body.liver_tension quality.tight_moving "
        "worsened_by.tiredness eased_by.rest eased_by.pressure"
    )
    assert both.picture_class == "mixed"
    assert both.stagnation.score > 50 and both.deficiency.score > 50


def test_yin_and_yang_can_both_be_shown(judged):
    a = judged("body.cold body.empty_heat quality.weak_hollow quality.dull eased_by.rest body.kidney_signs")
    assert {p.id for p in a.patterns} >= {"kidney_yang_deficiency", "kidney_yin_deficiency"}
    assert a.root in ("kidney_yang_deficiency", "kidney_yin_deficiency")
    assert any("yin and yang" in c.text for c in a.contradictions)


@pytest.mark.parametrize(
    "cause, leader",
    [("onset.stress", "liver_qi_stagnation"), ("onset.cold_damp", "cold_damp")],
)
def test_the_cause_tips_the_balance(judged, cause, leader):
    words = "worsened_by.stress_much worsened_by.cold_damp worsened_by.pressure "
    assert judged(words + cause).branch == leader


def test_against_shows_the_other_side_and_missing_strong_signs(judged):
    a = judged(PLAIN + " -worsened_by.stress_much -quality.weak_hollow")
    against = {(e.finding, e.present) for e in a.stagnation.against}
    assert ("eased_by.rest", True) in against
    assert ("worsened_by.stress_much", False) in against
    assert ("quality.weak_hollow", False) in {(e.finding, e.present) for e in a.deficiency.against}


def test_good_energy_makes_a_deficiency_less_likely_and_says_so(judged):
    words = "quality.dull eased_by.rest body.kidney_signs"
    a, without = judged(words + " body.normal_energy"), judged(words)
    assert a.deficiency.score < without.deficiency.score
    (energy,) = [e for e in a.deficiency.against if e.finding == "body.normal_energy"]
    assert energy.weight == 0.5 and energy.present


def test_missing_lists_open_questions_only(judged):
    a = judged(CHECKS[0][2] + " -tongue.purple", days=270)
    assert "onset.lifting" not in a.stagnation.missing  # how it began is answered
    assert "pulse.choppy" in a.stagnation.missing
    lead = a.patterns[0]
    assert "pulse.choppy" in lead.missing and "tongue.purple" not in lead.missing
    assert ("tongue.purple", False) in [(e.finding, e.present) for e in lead.against]


def test_the_practitioner_overrules(judged):
    a = judged(CHECKS[0][2], days=270, confirmed={"class": "mixed", "root": "kidney_qi_deficiency"})
    assert (a.picture_class, a.branch, a.root) == ("mixed", "blood_stasis", "kidney_qi_deficiency")
    assert a.is_overruled and a.computed["class"] == "stagnation"
    assert [p.id for p in a.patterns][:2] == ["blood_stasis", "kidney_qi_deficiency"]
    none = judged(CHECKS[0][2], days=270, confirmed={"root": "none"})
    assert none.root is None and none.is_overruled
    assert judged("", confirmed={"class": "stagnation", "branch": "blood_stasis"}).action == "treat"


def test_confirming_the_computed_is_not_overruling(judged):
    assert not judged(CHECKS[1][2], days=270, confirmed={"class": "stagnation"}).is_overruled
