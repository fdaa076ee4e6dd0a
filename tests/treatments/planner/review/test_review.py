"""The safety review of plans made by hand: the action, the safety table, the course; nothing cried."""

from __future__ import annotations

import pytest

from intake.assessment import ClinicalPicture
from tests.support.review_plans import (
    BACK,
    COLD,
    CUPS,
    PLANNER,
    UPPER,
    Caught,
    Json,
    adjunct,
    check_caught,
    codes,
    current,
    picture,
    plan,
    point,
    stage,
)
from treatments.planner.review.review import review


def test_a_sound_plan_for_a_healthy_patient_is_quiet():
    sound = plan(
        stage(point("BL25"), point("BL26"), point("BL40"), electro=(current("BL25", "BL26"),)),
        stage(point("ST36", "both"), position="supine", retention_min=10),
        adjuncts=[adjunct(**CUPS)],
        ear=[{"method": "seeds", "side": "right", "points": [{"code": "TF4"}, {"code": "AH9"}], "keep_days": 5}],
        home_care=[{"kind": "movement", "text": "Walk."}],
    )
    assert review(sound, picture(), PLANNER) == ()


CASES: list[Caught] = [
    # the action
    ("emergency", picture("flag.saddle_numbness"), plan(BACK), "forbidden", "emergency", ""),
    ("refer", picture("flag.weight_loss"), plan(BACK), "forbidden", "refer_before_treating", ""),
    ("ask first", picture(unknown=("flag.fever",)), plan(BACK), "forbidden", "need_information", ""),
    ("an empty plan in an emergency", picture("flag.fever"), {}, "forbidden", "emergency", ""),
    # the safety table, each modality
    ("bleeding disorder", picture("condition.bleeding_disorder"), plan(BACK), "forbidden", "bleed_dis", "needle"),
    ("no needles wished", picture("wish.no_needles"), plan(BACK), "forbidden", "refuse_needle", "needle"),
    ("blood thinner, deep", picture("condition.anticoagulant"), plan(BACK), "needs_reason", "anticoag", "needle"),
    (
        "blood thinner, limbs",
        picture("condition.anticoagulant"),
        plan(stage(point("BL40"))),
        "caution",
        "anticoag",
        "needle",
    ),
    (
        "pacemaker and current",
        picture("condition.pacemaker"),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),))),
        "forbidden",
        "pacemaker",
        "ea",
    ),
    (
        "pacemaker not known",
        picture(unknown=("condition.pacemaker",)),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),))),
        "forbidden",
        "pacemaker",
        "ea",
    ),
    (
        "metal in the spine and current",
        picture("condition.metal_implant"),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),))),
        "needs_reason",
        "hardware",
        "ea",
    ),
    (
        "pacemaker and magnets",
        picture("condition.pacemaker"),
        plan(ear=[{"method": "magnets", "side": "left", "points": [{"code": "TF4"}]}]),
        "forbidden",
        "pacemaker",
        "magnets",
    ),
    (
        "scan booked and tacks",
        picture("condition.mri_booked"),
        plan(ear=[{"method": "press_tacks", "side": "left", "points": [{"code": "TF4"}]}]),
        "forbidden",
        "mri",
        "tacks",
    ),
    (
        "ear needles and bleeding",
        picture("condition.bleeding_disorder"),
        plan(ear=[{"method": "needles", "side": "left", "points": [{"code": "TF4"}]}]),
        "forbidden",
        "bleed_dis",
        "needle",
    ),
    (
        "asthma and moxa",
        picture("condition.asthma", base=COLD),
        plan(adjuncts=[adjunct("moxa_indirect")]),
        "needs_reason",
        "asthma_smoke",
        "moxa_heat",
    ),
    (
        "blood thinner and gua sha",
        picture("condition.anticoagulant"),
        plan(adjuncts=[adjunct("gua_sha")]),
        "forbidden",
        "anticoag",
        "guasha",
    ),
    (
        "clot and pressure",
        picture("condition.thrombosis"),
        plan(adjuncts=[adjunct("tuina")]),
        "forbidden",
        "dvt",
        "acupressure",
    ),
    (
        "numb skin and a warm pack at home",
        picture("condition.numb_skin_local", base=COLD),
        plan(home_care=[{"kind": "heat", "text": "Warm pack."}]),
        "forbidden",
        "numb",
        "moxa_heat",
    ),
    # the course
    (
        "short course",
        picture(),
        plan(BACK, dose={"sessions": 4, "review_at": [4]}),
        "caution",
        "short_course",
        "course",
    ),
    ("no review", picture(), plan(BACK, dose={"sessions": 10, "review_at": []}), "caution", "no_review", "course"),
    ("no course", picture(), plan(BACK, dose=None), "caution", "no_course", "course"),
]


@pytest.mark.parametrize(
    ("patient", "made", "level", "code", "subject"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_caught(patient, made, level, code, subject):
    check_caught(patient, made, level, code, subject)


# what looks alike and is allowed: nothing forbidden, no reason asked
QUIET: list[tuple[str, ClinicalPicture, Json]] = [
    ("the other leg", picture("condition.lymphoedema_left_leg"), plan(stage(point("BL40")))),
    (
        "sliding cups over needles",
        picture(),
        plan(UPPER, adjuncts=[adjunct(**{**CUPS, "detail": "sliding", "where": "upper back"})]),
    ),
    ("cups elsewhere", picture(), plan(UPPER, adjuncts=[adjunct(**CUPS)])),
    (
        "cups before the needles",
        picture(),
        plan(UPPER, adjuncts=[adjunct(**{**CUPS, "where": "upper back", "order": "before_needles"})]),
    ),
    (
        "gua sha on visits without cups",
        picture(),
        plan(adjuncts=[adjunct(**CUPS), adjunct("gua_sha", detail="on visits without cups")]),
    ),
    (
        "cups and gua sha apart",
        picture(),
        plan(adjuncts=[adjunct(**CUPS), adjunct("gua_sha", where="top of the shoulders")]),
    ),
    (
        "cups on the other buttock",
        picture("condition.lymphoedema_right_leg"),
        plan(adjuncts=[adjunct(**{**CUPS, "where": "left buttock"})]),
    ),
    (
        "cups that spare the leg at risk",
        picture("condition.lymphoedema_right_leg"),
        plan(adjuncts=[adjunct(**{**CUPS, "where": "gluteal muscles; not on the right buttock, hip and leg"})]),
    ),
    ("moxa in cold", picture(base=COLD), plan(adjuncts=[adjunct("moxa_indirect", minutes=12)])),
    ("antiplatelet, cups", picture("condition.antiplatelet"), plan(BACK, adjuncts=[adjunct(**CUPS)])),
    ("asthma, lamp not gated", picture("condition.hypertension_controlled"), plan(BACK)),
    ("cups three days later", picture(days=2, visit=1), plan(adjuncts=[adjunct(**{**CUPS, "from_visit": 2})])),
    ("other spelling", picture(), plan(stage(point("BL25", code="UB 25"), point("BL40", code="Weizhong")))),
    (
        "week 20, pelvic pain",
        picture("condition.pregnant", sex="female", weeks=20),
        plan(stage(point("GB34", depth_mm=[5, 15]), position="side_lying", side_up="right", retention_min=15)),
    ),
    (
        "movement while seated",
        picture(),
        plan(stage(point("EX-UE7", with_movement=True), position="seated", retention_min=10)),
    ),
]


@pytest.mark.parametrize(("patient", "made"), [c[1:] for c in QUIET], ids=[c[0] for c in QUIET])
def test_not_cried(patient, made):
    alerts = review(made, patient, PLANNER)
    assert codes(alerts, "forbidden", "needs_reason") == set()


def test_a_condition_is_said_once_for_all_it_limits():
    everything = plan(BACK, adjuncts=[adjunct(**CUPS)], ear=[{"method": "needles", "side": "left", "points": []}])
    alerts = review(everything, picture("condition.antiplatelet"), PLANNER)
    assert [alert.code for alert in alerts] == ["antiplatelet"]
    assert len(alerts[0].places) >= 5
    graver = review(everything, picture("condition.anticoagulant"), PLANNER)
    assert not codes(graver, "caution")


def test_unknown_weeks_of_pregnancy_are_said_once():
    alerts = review(plan(stage(point("GB34"), position="side_lying", side_up="right")),
                    picture("condition.pregnant", sex="female"), PLANNER)  # fmt: skip
    assert {alert.code for alert in alerts if alert.code.startswith("preg_")} == {"preg_t1"}


def test_gravest_first_and_in_the_order_of_the_plan():
    made = plan(
        stage(point("BL999"), point("BL25", None), point("BL25", depth_mm=[20, 50])),
        adjuncts=[adjunct("laser"), adjunct("gua_sha")],
    )
    alerts = review(made, picture("condition.anticoagulant"), PLANNER)
    order = ["forbidden", "needs_reason", "caution"]
    ranks = [order.index(alert.level) for alert in alerts]
    assert ranks == sorted(ranks)
    assert [a.code for a in alerts][:3] == ["unknown_point", "side_missing", "anticoag"]


def test_a_reason_settles_what_may_be_settled_and_survives_a_new_order():
    patient = picture("condition.lymphoedema_right_leg")
    made = plan(stage(point("BL40"), point("BL25", depth_mm=[20, 50])))
    alerts = review(made, patient, PLANNER)
    reasons = [{"code": alert.code, "item": alert.item, "value": alert.value} for alert in alerts]
    made["stages"][0]["points"].reverse()
    after = {alert.code: alert for alert in review(made, patient, PLANNER)}
    assert after["depth_past_cap"].is_stop and after["depth_past_cap"].passed_by(reasons)
    assert after["lymph_right_leg"].is_stop and not after["lymph_right_leg"].passed_by(reasons)
    made["stages"][0]["points"][0]["depth_mm"] = [20, 51]
    deeper = {alert.code: alert for alert in review(made, patient, PLANNER)}
    assert not deeper["depth_past_cap"].passed_by(reasons)
