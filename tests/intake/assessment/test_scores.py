"""The scoring check of the pattern notes; thresholds, gates, ties and the practitioner's weight."""

import pytest

PLAIN = "onset.gradual quality.weak_hollow eased_by.rest body.cold worsened_by.tiredness eased_by.heat"

# name, days, findings, S, D, points of branch patterns, of root patterns, class, branch, root
CHECKS = [
    (
        "car accident, 9 months",
        270,
        "onset.accident quality.stabbing_fixed worsened_by.movement worsened_by.pressure time.night_fixed "
        "worsened_by.tiredness body.thin_sleep",
        (13, 4),
        {"blood_stasis": (14, 5), "qi_blood_stagnation": (7, 3), "damp_heat": (1, 1)},
        {"qi_blood_deficiency": (4, 2), "kidney_qi_deficiency": (3, 1), "spleen_qi_deficiency": (1, 1)},
        ("stagnation", "blood_stasis", "qi_blood_deficiency"),
    ),
    (
        "the same without signs of deficiency",
        270,
        "onset.accident quality.stabbing_fixed worsened_by.movement worsened_by.pressure time.night_fixed",
        (13, 0),
        {"blood_stasis": (14, 5), "qi_blood_stagnation": (7, 3), "damp_heat": (1, 1)},
        {},
        ("stagnation", "blood_stasis", None),
    ),
    (
        "marathon runner",
        None,
        "onset.sport quality.tight_moving quality.spasm time.morning_short worsened_by.activity "
        "body.training_load body.tired eased_by.movement",
        (10, 6),
        {"qi_blood_stagnation": (8, 5), "liver_qi_stagnation": (6, 4), "cold_damp": (5, 3)},
        {"qi_blood_deficiency": (8, 4), "kidney_qi_deficiency": (4, 3), "spleen_qi_deficiency": (2, 2)},
        ("mixed", "qi_blood_stagnation", "qi_blood_deficiency"),
    ),
    (
        "stress",
        None,
        "onset.stress quality.tight_moving worsened_by.stress_much worsened_by.premenstrual body.liver_tension "
        "body.busy_mind body.tired body.cold body.thin_sleep",
        (13, 6),
        {"liver_qi_stagnation": (15, 6), "qi_blood_stagnation": (2, 1), "blood_stasis": (1, 1)},
        {
            "qi_blood_deficiency": (4, 2),
            "kidney_yang_deficiency": (3, 1),
            "spleen_qi_deficiency": (1, 1),
            "kidney_qi_deficiency": (1, 1),  # body.tired votes for it too; the notes list only the larger ones
        },
        ("mixed", "liver_qi_stagnation", "qi_blood_deficiency"),
    ),
    (
        "cold and damp",
        None,
        "onset.cold_damp worsened_by.cold_damp worsened_by.rest eased_by.heat time.morning_short quality.heavy",
        (10, 2),
        {
            "cold_damp": (15, 6),
            "liver_qi_stagnation": (3, 2),
            "qi_blood_stagnation": (2, 2),
            "damp_heat": (1, 1),
        },
        {"kidney_yang_deficiency": (3, 2), "spleen_qi_deficiency": (2, 1)},
        ("stagnation", "cold_damp", None),
    ),
    (
        "kidney yang",
        None,
        PLAIN,
        (1, 15),
        {"cold_damp": (2, 1)},
        {
            "kidney_qi_deficiency": (11, 4),
            "kidney_yang_deficiency": (8, 4),
            "qi_blood_deficiency": (5, 3),
            "kidney_yin_deficiency": (3, 2),
            "spleen_qi_deficiency": (2, 2),
        },
        ("deficiency", None, "kidney_yang_deficiency"),
    ),
]


@pytest.mark.parametrize("name, days, words, axes, branches, roots, verdict", CHECKS, ids=[c[0] for c in CHECKS])
def test_scoring_check(judged, name, days, words, axes, branches, roots, verdict):
    a = judged(words, days=days)
    assert (a.stagnation.score, a.deficiency.score) == axes
    points = {p.id: (p.score, len(p.for_)) for p in (*a.patterns, *a.considered)}
    assert points == {**branches, **roots}
    assert (a.picture_class, a.branch, a.root) == verdict
    assert a.share == axes[0] / sum(axes)
    assert a.action == "treat"


def test_leads_stand_first_and_carry_their_codes(judged):
    a = judged(CHECKS[0][2], days=270).as_json()
    assert [(p["id"], p["role"], p["lead"]) for p in a["patterns"]] == [
        ("blood_stasis", "branch", True),
        ("qi_blood_deficiency", "root", True),
        ("qi_blood_stagnation", "branch", False),
    ]
    assert a["patterns"][0]["icd11"] == ["SF01"]
    assert a["stagnation"]["for"][0] == {"finding": "onset.accident", "weight": 3}


def test_a_pattern_without_its_own_sign_is_shown_but_never_leads(judged):
    a = judged(CHECKS[2][2])
    liver = next(p for p in a.considered if p.id == "liver_qi_stagnation")
    assert liver.held_back == "none of its own signs"


def test_accident_votes_for_fresh_stagnation_up_to_twelve_weeks(judged):
    for days, leader in ((84, "qi_blood_stagnation"), (85, "blood_stasis")):
        a = judged("onset.accident worsened_by.movement worsened_by.pressure", days=days)
        assert a.branch == leader, days


def test_duration_weighs_once(judged):
    recent = judged("onset.lifting worsened_by.movement worsened_by.pressure", days=10)
    assert ("complaint.duration_days", 2) in [(e.finding, e.weight) for e in recent.stagnation.for_]
    old = judged("onset.accident worsened_by.movement worsened_by.pressure", days=400)
    assert old.deficiency.score == 0


def test_duration_is_no_sign_of_its_own(judged):
    a = judged("time.night_fixed eased_by.movement quality.stiff worsened_by.breathing", days=400)
    stasis = next(p for p in a.considered if p.id == "blood_stasis")
    assert (stasis.score, stasis.held_back) == (4, "too few different findings")


def test_what_hands_find_counts_one_and_a_half_times(judged):
    told = judged("worsened_by.pressure worsened_by.movement onset.lifting")
    felt = judged("worsened_by.pressure worsened_by.movement onset.lifting palpation.tender_points")
    assert felt.stagnation.score - told.stagnation.score == 4.5


def test_tongue_and_pulse_alone_never_decide(judged):
    a = judged("tongue.purple pulse.choppy pulse.wiry tongue.red_sides")
    assert a.picture_class == "undetermined"
    assert a.action == "need_information"
    assert a.branch is None
    assert {p.held_back for p in a.considered if p.score >= 4} == {"tongue and pulse alone never decide"}
    # with complaints beside them they count
    assert judged("tongue.purple pulse.choppy quality.stabbing_fixed").branch == "blood_stasis"


def test_night_pain_in_one_spot_counts_only_once_the_red_flag_is_answered(judged):
    with_answer = judged("time.night_fixed quality.stabbing_fixed worsened_by.pressure")
    without = judged("time.night_fixed quality.stabbing_fixed worsened_by.pressure ?flag.constant_night_pain")
    assert with_answer.stagnation.score - without.stagnation.score == 2
    assert without.action == "need_information"


def test_less_than_six_points_is_not_enough(judged):
    five = judged("worsened_by.pressure eased_by.movement")
    assert (five.stagnation.score, five.picture_class, five.action) == (5, "undetermined", "need_information")
    six = judged("worsened_by.pressure eased_by.movement quality.stiff")
    assert (six.stagnation.score, six.picture_class) == (6, "stagnation")


def test_both_axes_can_be_high_and_thresholds_belong_to_the_pure_side(judged):
    both = judged(
        "worsened_by.stress_much body.liver_tension quality.tight_moving "
        "worsened_by.tiredness eased_by.rest eased_by.pressure"
    )
    assert both.picture_class == "mixed"
    assert both.stagnation.score == 8 and both.deficiency.score == 9
    at_seventy = judged("worsened_by.stress_much onset.stress quality.tight_moving eased_by.rest")
    assert at_seventy.share == 0.7 and at_seventy.picture_class == "stagnation"


def test_yin_and_yang_can_both_be_shown(judged):
    a = judged("body.cold body.empty_heat quality.weak_hollow quality.dull eased_by.rest body.kidney_signs")
    assert {p.id for p in a.patterns} >= {"kidney_yang_deficiency", "kidney_yin_deficiency"}
    assert a.root == "kidney_yang_deficiency"
    assert any("yin and yang" in c.text for c in a.contradictions)


@pytest.mark.parametrize(
    "cause, leader",
    [("onset.stress", "liver_qi_stagnation"), ("onset.cold_damp", "cold_damp")],
)
def test_the_cause_breaks_a_tie(judged, cause, leader):
    # worsened_by.stress_much (liver 3) against worsened_by.cold_damp (cold 3), each cause adds 3 to its own pattern
    words = "worsened_by.stress_much worsened_by.cold_damp worsened_by.pressure "
    tied = judged(words + "onset.stress onset.cold_damp")
    assert {p.score for p in tied.patterns if p.id in ("liver_qi_stagnation", "cold_damp")} == {6}
    assert judged(words + cause).branch == leader


def test_injury_age_breaks_the_tie_between_fresh_and_old_stasis(judged):
    # lifting: fresh 3 + 2, old 3; made even by old stasis signs
    words = "onset.sport quality.stabbing_fixed body.stasis"
    fresh, old = judged(words, days=60), judged(words, days=200)
    assert fresh.branch == "qi_blood_stagnation"
    assert old.branch == "blood_stasis"


def test_against_shows_the_other_side_and_missing_strong_signs(judged):
    a = judged(PLAIN + " -worsened_by.stress_much -eased_by.pressure")
    against = {(e.finding, e.present) for e in a.stagnation.against}
    assert ("eased_by.rest", True) in against
    assert ("worsened_by.stress_much", False) in against
    assert ("eased_by.pressure", False) in {(e.finding, e.present) for e in a.deficiency.against}
    assert a.stagnation.score == 1  # nothing is subtracted


def test_good_energy_speaks_against_deficiency_without_lowering_it(judged):
    a = judged(PLAIN + " body.normal_energy")
    assert a.deficiency.score == 15
    assert "body.normal_energy" in [e.finding for e in a.deficiency.against]


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
