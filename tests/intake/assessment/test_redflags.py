"""Every row of the red-flag table, the combinations, ordinary explanations, and what a practitioner cleared."""

import tomllib

import pytest

from clinic.lib.complaints import complaints
from tests.support.rows import each_row

ENOUGH = "worsened_by.pressure worsened_by.movement onset.sitting_posture "  # tells the class, no red flag
STRICTNESS = ("treat", "caution", "need_information", "refer_before_treating", "emergency")

EMERGENCY = [
    "saddle_numbness",
    "bladder_retention",
    "bladder_leak",
    "bowel_loss",
    "sexual_numbness",
    "both_legs",
    "leg_weakness_progressive",
    "cord_signs",
    "fever",
    "sudden_tearing_or_pulsing",
    "chest_symptoms",
    "calf_swollen",
    "pregnancy_bleeding_or_pain",
    "late_pregnancy_warning",
    "self_harm",
]
REFER = [
    "major_trauma_unchecked",
    "minor_trauma_fragile",
    "height_loss",
    "stress_fracture_signs",
    "cancer_history",
    "weight_loss",
    "constant_night_pain",
    "infection_risk",
    "injected_drugs",
    "zoster_rash",
    "urine_blood_or_colic",
    "belly_linked",
    "unsafe_at_home",
    "sudden_severe",
    "fainting_pale_sweating",
]
CAUTION = [
    "leg_weakness_old",
    "first_pain_over_55",
    "inflammatory_back",
    "eye_skin_gut",
    "missed_periods",
    "cancer_history_cleared",
]
SILENT = ["investigated_clear", "smoker"]


def test_the_table_is_whole(knowledge):
    told = {f"flag.{key}" for key in (*EMERGENCY, *REFER, *CAUTION, *SILENT)}
    of_packs = {
        f"flag.{key}"
        for pack in complaints().values()
        if (file := pack.folder / "findings.toml").exists()
        for key in tomllib.loads(file.read_text("utf-8")).get("flag", {}).get("findings", {})
    }
    assert of_packs and told == {f for f in knowledge.labels if f.startswith("flag.")} - of_packs


@pytest.mark.parametrize("key", EMERGENCY)
def test_emergency(judged, key):
    a = judged(f"{ENOUGH} flag.{key}")
    assert a.action == "emergency"
    alert = a.alerts[0]
    assert alert.level == "emergency" and f"flag.{key}" in alert.because
    assert alert.patient_text and alert.lift and alert.source


@pytest.mark.parametrize("key", REFER)
def test_refer(judged, key):
    a = judged(f"{ENOUGH} flag.{key}")
    assert a.action == "refer_before_treating"
    assert a.alerts[0].level == "refer" and a.alerts[0].patient_text


@pytest.mark.parametrize("key", CAUTION)
def test_caution(judged, key):
    a = judged(f"{ENOUGH} flag.{key}")
    assert a.action == "caution"
    assert a.alerts[0].level == "caution"


@pytest.mark.parametrize("key", SILENT)
def test_no_alarm(judged, key):
    a = judged(f"{ENOUGH} flag.{key}")
    assert (a.action, a.alerts) == ("treat", ())


def test_nothing_wrong_raises_nothing(judged):
    assert judged(ENOUGH, age=40).alerts == ()


# what is present beside ENOUGH, patient's age, days, expected action, expected alert code
COMBINATIONS = [
    ("flag.major_trauma_unchecked exam.sensation_reduced", 40, 7, "emergency", "fx_major"),
    ("flag.major_trauma_unchecked quality.electric", 40, None, "emergency", "fx_major"),
    ("flag.major_trauma_unchecked", 40, 7, "refer_before_treating", "fx_major"),
    ("flag.major_trauma_unchecked", 40, 60, "refer_before_treating", "fx_major"),
    ("flag.major_trauma_unchecked exam.reflex_reduced", 40, 60, "refer_before_treating", "fx_major"),
    ("flag.first_pain_over_55 flag.weight_loss", 60, 60, "refer_before_treating", "ca_cluster"),
    ("flag.infection_risk flag.constant_night_pain", 40, 60, "emergency", "inf_risk"),
    ("flag.infection_risk exam.hip_held_bent", 40, 60, "emergency", "inf_risk"),
    ("flag.injected_drugs palpation.bone_tender", 40, 60, "emergency", "inf_risk"),
    ("exam.hip_held_bent flag.fever", 40, 60, "emergency", "inf_psoas"),
    ("exam.hip_held_bent condition.anticoagulant", 40, 60, "refer_before_treating", "inf_psoas"),
    ("exam.hip_held_bent", 40, 60, "caution", "inf_psoas"),
    ("condition.immunosuppressed", 40, 60, "caution", "inf_risk"),
    ("condition.immunosuppressed -flag.infection_risk", 40, 60, "treat", None),
    ("flag.urine_blood_or_colic condition.pregnant", 30, 60, "emergency", "org_renal"),
    ("condition.maybe_pregnant flag.fainting_pale_sweating", 30, 60, "emergency", "org_gyn"),
    ("flag.sudden_severe", 66, 1, "emergency", "vas_aaa"),
    ("flag.sudden_severe flag.smoker", 54, 1, "emergency", "vas_aaa"),
    ("flag.sudden_severe flag.fainting_pale_sweating", 30, 1, "emergency", "vas_aaa"),
    ("flag.sudden_severe onset.lifting", 33, 1, "caution", "vas_sudden"),
    ("flag.sudden_severe", 33, 1, "refer_before_treating", "vas_sudden"),
    ("time.night_fixed", 15, 60, "refer_before_treating", "child_night"),
    ("", 14, 60, "caution", "child"),
    ("", 9, 60, "refer_before_treating", "child"),
    ("", 17, 60, "treat", None),
    ("onset.lifting condition.osteoporosis", 64, 5, "refer_before_treating", "fx_minor"),
    ("onset.lifting", 74, 5, "refer_before_treating", "fx_minor"),
    ("onset.lifting -flag.minor_trauma_fragile", 74, 5, "caution", "fx_minor"),
    ("onset.lifting -flag.minor_trauma_fragile flag.investigated_clear", 74, 5, "treat", None),
    ("onset.lifting", 74, 500, "treat", None),
    ("onset.lifting", 50, 5, "treat", None),
    ("palpation.bone_tender onset.sport", 30, 60, "refer_before_treating", "fx_bone"),
    ("palpation.bone_tender condition.osteoporosis", 60, 400, "refer_before_treating", "fx_bone"),
    ("palpation.bone_tender", 40, 400, "caution", "fx_bone"),
    ("exam.hop_painful body.training_load", 30, 60, "refer_before_treating", "fx_stress"),
    ("exam.hop_painful", 40, 60, "caution", "fx_stress"),
    ("flag.missed_periods onset.sport", 25, 60, "refer_before_treating", "fx_stress"),
    ("flag.missed_periods onset.sport", None, 60, "refer_before_treating", "fx_stress"),
    ("flag.missed_periods", 53, 60, "treat", "fx_periods"),
    ("condition.earlier_stress_fracture onset.sport", 25, 60, "refer_before_treating", "fx_stress"),
    ("condition.earlier_stress_fracture onset.sport -flag.stress_fracture_signs", 25, 60, "caution", "fx_stress"),
    ("condition.earlier_stress_fracture", 25, 60, "treat", None),
    ("radiation.below_knee quality.electric", 40, 60, "caution", "neuro_radic"),
    ("site.neck radiation.shoulder_arm quality.electric", 40, 60, "caution", "neuro_arm"),
    ("site.neck radiation.shoulder_arm -quality.electric", 40, 60, "treat", "neuro_arm"),
    ("site.neck quality.electric", 40, 60, "treat", None),
    ("palpation.warm_skin", 40, 60, "caution", "inf_skin"),
    ("exam.power_reduced", 40, 60, "refer_before_treating", "neuro_power"),
    ("condition.cancer_active", 60, 60, "refer_before_treating", "ca_history"),
    ("time.morning_long", 30, 400, "caution", "spa_asas"),
    ("time.morning_long", 62, 400, "treat", None),
    ("onset.gradual eased_by.movement worsened_by.rest", 32, 400, "caution", "spa_asas"),
    ("onset.gradual eased_by.movement worsened_by.rest", 32, 60, "treat", None),
    ("onset.gradual eased_by.movement worsened_by.rest", 58, 400, "treat", None),
    ("pulse.irregular", 60, 60, "treat", "heart_rhythm"),
]


@pytest.mark.parametrize("words, age, days, action, code", COMBINATIONS)
def test_combination(judged, words, age, days, action, code):
    a = judged(ENOUGH + words, age=age, days=days)
    assert a.action == action, [(alert.code, alert.level) for alert in a.alerts]
    assert code is None or code in [alert.code for alert in a.alerts]


# a sign with an ordinary explanation beside it is weighed and shown, not shouted
EXPLAINED = [
    ("exam.power_reduced flag.leg_weakness_old", 50, "caution"),
    ("flag.cancer_history flag.cancer_history_cleared", 50, "caution"),
    ("flag.cancer_history flag.investigated_clear", 50, "caution"),
    ("flag.constant_night_pain time.night_fixed", 50, "caution"),
    ("flag.height_loss flag.investigated_clear", 60, "caution"),
    ("flag.major_trauma_unchecked flag.investigated_clear", 40, "caution"),
    ("flag.first_pain_over_55", 40, "treat"),
    (
        "quality.electric radiation.below_knee -exam.power_reduced -exam.reflex_reduced -exam.sensation_reduced",
        40,
        "treat",
    ),
]


@pytest.mark.parametrize("words, age, action", EXPLAINED)
def test_explained(judged, words, age, action):
    a = judged(ENOUGH + words, age=age, days=30)
    assert a.action == action
    assert any(";" in alert.text for alert in a.alerts), "the explanation is told"


# ... unless the explanation is too weak
NOT_EXPLAINED = [
    ("flag.leg_weakness_progressive flag.leg_weakness_old", "emergency"),
    ("flag.both_legs flag.investigated_clear", "emergency"),
    ("flag.bladder_leak flag.investigated_clear", "emergency"),
    ("flag.fever flag.investigated_clear", "emergency"),
    ("flag.cancer_history flag.cancer_history_cleared flag.weight_loss", "refer_before_treating"),
    ("flag.constant_night_pain time.night_fixed flag.weight_loss", "refer_before_treating"),
    ("flag.weight_loss flag.constant_night_pain flag.investigated_clear", "refer_before_treating"),
    ("flag.infection_risk flag.investigated_clear", "refer_before_treating"),
]


@pytest.mark.parametrize("words, action", NOT_EXPLAINED)
def test_not_explained(judged, words, action):
    assert judged(ENOUGH + words, age=50).action == action


def test_no_explanation_lowers_a_cauda_equina_sign(knowledge):
    grave = {flag.code for flag in knowledge.flags.flag if flag.level == "emergency"}
    assert grave.isdisjoint(knowledge.lowerings)


def test_cleared_by_a_practitioner(judged):
    a = judged(ENOUGH + "flag.saddle_numbness", cleared=["flag.saddle_numbness"])
    assert a.action == "treat"
    assert [(alert.level, alert.because) for alert in a.alerts] == [("note", ("flag.saddle_numbness",))]
    cancer = judged(ENOUGH + "flag.cancer_history", cleared=["flag.cancer_history"])
    assert cancer.action == "caution"


def test_cleared_stands_for_an_answer(judged):
    assert judged(ENOUGH + "?flag.fever", cleared=["flag.fever"]).action == "treat"


def test_gravest_first_and_each_code_once(judged):
    a = judged("flag.first_pain_over_55 flag.weight_loss flag.fever flag.infection_risk", age=60)
    ranks = [("emergency", "refer", "caution", "note").index(alert.level) for alert in a.alerts]
    assert ranks == sorted(ranks)
    codes = [alert.code for alert in a.alerts]
    assert len(codes) == len(set(codes))


def test_a_caution_that_repeats_a_graver_alert_is_not_shown(judged):
    a = judged(ENOUGH + "flag.missed_periods onset.sport", age=25)
    assert [alert.code for alert in a.alerts] == ["fx_stress"]
    beside = judged(ENOUGH + "flag.missed_periods flag.height_loss", age=25)
    assert [alert.code for alert in beside.alerts] == ["fx_height", "fx_periods"]


def test_a_referral_that_repeats_an_emergency_is_not_shown(judged):
    a = judged(ENOUGH + "flag.injected_drugs flag.fever", age=40)
    assert ("emergency", "inf_risk") in [(alert.level, alert.code) for alert in a.alerts]
    assert "inf_drugs" not in [alert.code for alert in a.alerts]
    assert "inf_drugs" in [alert.code for alert in judged(ENOUGH + "flag.injected_drugs").alerts]


def test_leg_and_arm_are_each_examined(judged):
    a = judged(ENOUGH + "radiation.below_knee radiation.shoulder_arm quality.electric")
    reasons = {alert.code: alert.text for alert in a.alerts}
    assert "leg pain" in reasons["neuro_radic"] and "arm" in reasons["neuro_arm"]


def test_an_examined_leg_does_not_clear_the_arm(judged):
    full = " -exam.power_reduced -exam.reflex_reduced -exam.sensation_reduced"
    a = judged(ENOUGH + "radiation.shoulder_arm quality.electric" + full)
    assert [alert.level for alert in a.alerts if alert.code == "neuro_arm"] == ["caution"]


def test_warm_swollen_skin_asks_about_infection(judged):
    asked = {ask.finding for ask in judged(ENOUGH + "palpation.warm_skin ?flag.infection_risk").ask}
    assert "flag.infection_risk" in asked
    assert "flag.infection_risk" not in {ask.finding for ask in judged(ENOUGH + "?flag.infection_risk").ask}


def test_two_cautions_of_different_kinds_need_reasoning(judged):
    one = judged(ENOUGH + "flag.leg_weakness_old exam.straight_leg_raise")
    two = judged(ENOUGH + "flag.leg_weakness_old flag.eye_skin_gut")
    assert not one.needs_reasoning
    assert two.needs_reasoning and two.action == "caution"


@pytest.mark.parametrize(
    "scores, code, action",
    [
        ({"phq2": 3}, "psy_screen", "caution"),
        ({"gad2": 3}, "psy_screen", "caution"),
        ({"phq2": 2, "gad2": 2}, None, "treat"),
        ({"nice_spa": 4}, "spa_asas", "caution"),
        ({"nice_spa": 3}, "spa_nice_3", "treat"),
    ],
)
def test_scores(judged, scores, code, action):
    a = judged(ENOUGH, scores=scores)
    assert a.action == action
    assert [alert.code for alert in a.alerts] == ([code] if code else [])


def test_private_alerts_are_marked(judged):
    a = judged(ENOUGH + "flag.unsafe_at_home")
    assert a.alerts[0].is_private


def test_words_stop_like_a_yes_until_cleared(judged):
    text = {"reason": "Since yesterday I am numb between my legs and I cannot pee."}
    a = judged(ENOUGH, texts=text)
    assert a.action == "emergency"
    assert any("own words" in alert.text for alert in a.alerts)
    assert any("Ticked no" in c.text for c in a.contradictions)
    signs = sorted({mark.finding for mark in a.marks})
    assert judged(ENOUGH, texts=text, cleared=signs).action == "treat"


def test_words_that_only_raise_a_question_do_not_stop(judged):
    a = judged(ENOUGH + "-condition.anticoagulant", texts={"reason": "I take warfarin every evening."})
    assert a.action == "caution"  # the plan goes on, gentler, and says why
    assert "condition.anticoagulant" in [ask.finding for ask in a.ask]


BESIDE = ("", "onset.sport", "onset.accident exam.power_reduced", "condition.pregnant")
EXPLAINING = ("leg_weakness_old", "cancer_history_cleared", "investigated_clear")  # these may lower another sign


@each_row(
    "key, beside, age",
    [
        (key, beside, age)
        for key in (*EMERGENCY, *REFER, *CAUTION, *SILENT)
        for beside in BESIDE
        if key not in EXPLAINING or not beside
        for age in (None, 30, 66)
    ],
)
def test_unknown_lies_between_absent_and_present(judged, key, beside, age):
    ranks = [
        STRICTNESS.index(judged(f"{ENOUGH} {beside} {sign}flag.{key}", age=age, days=20).action)
        for sign in ("-", "?", "")
    ]
    assert ranks == sorted(ranks)
