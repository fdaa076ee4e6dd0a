"""The safety review of plans made by hand: every rule caught, none cried without cause, no input that breaks it."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from treatments.planner import load_planner_knowledge, propose
from treatments.planner.review import PlanError, ReviewAlert, review

Json = dict[str, Any]
INTAKE, PLANNER = load_intake_knowledge(), load_planner_knowledge()
NO_FLAGS = (
    "flag.saddle_numbness", "flag.bladder_retention", "flag.bladder_leak", "flag.bowel_loss",
    "flag.leg_weakness_progressive", "flag.fever", "flag.weight_loss", "flag.constant_night_pain",
    "flag.cancer_history", "flag.major_trauma_unchecked",
)  # fmt: skip
STASIS = {"site.low_back": True, "side.right": True, "quality.stabbing_fixed": True, "onset.accident": True,
          "worsened_by.pressure": True, "time.night_fixed": True, "tongue.purple": True}  # fmt: skip
COLD = {"site.low_back": True, "side.right": True, "quality.heavy": True, "onset.cold_damp": True,
        "worsened_by.cold_damp": True, "eased_by.heat": True, "tongue.white_greasy": True}  # fmt: skip
DAMP_HEAT = {"site.low_back": True, "side.right": True, "quality.burning": True, "worsened_by.humid_heat": True,
             "body.heat": True, "tongue.yellow_greasy": True, "pulse.slippery_rapid": True}  # fmt: skip

YIN = {"site.low_back": True, "side.right": True, "quality.dull": True, "eased_by.rest": True,
       "body.empty_heat": True, "body.kidney_signs": True, "tongue.red_no_coat": True,
       "pulse.thin_rapid": True}  # fmt: skip


def picture(*present: str, base: Json | None = None, unknown: tuple[str, ...] = (), age: int | None = 45,
            sex: str | None = "male", weeks: int | None = None, days: int | None = 300, visit: int = 3,
            **more: Any) -> ClinicalPicture:  # fmt: skip
    """A patient about whom everything that could bar something is known to be absent, except what is told."""
    findings = {finding: False for finding in INTAKE.order if finding.startswith(("condition.", "wish."))}
    findings |= dict.fromkeys(NO_FLAGS, False) | (STASIS if base is None else base) | dict.fromkeys(present, True)
    for finding in unknown:
        del findings[finding]
    case = parse_case(
        {
            "patient": {"age": age, "sex": sex, "pregnancy_weeks": weeks},
            "complaint": {"duration_days": days, "pain_now": 5},
            "findings": findings,
            "visit": visit,
            **more,
        },
        INTAKE,
    )
    return ClinicalPicture(case, assess(case, INTAKE))


def point(name: str, side: str | None = "right", **more: Any) -> Json:
    known = PLANNER.points.get(name)
    depth = list(known.depth_mm) if known else [5, 8]
    row = {"code": name, "side": side, "levels": [], "technique": "even", "depth_mm": depth,
           "angle": known.angle if known else "oblique", "needle": {"diameter_mm": 0.25, "length_mm": 75}}  # fmt: skip
    return {**row, **more}


def current(a: str, b: str, **more: Any) -> Json:
    return {"leads": [[a, b]], "side": "right", "frequency_hz": "2/100", "wave": "dense_disperse",
            "felt_strength": "moderate", "minutes": 20, "from_visit": 2, **more}  # fmt: skip


def stage(*points: Json, position: str = "prone", electro: tuple[Json, ...] = (), **more: Any) -> Json:
    return {"position": position, "side_up": None, "retention_min": 20, "points": list(points),
            "electro": list(electro), **more}  # fmt: skip


def plan(*stages: Json, **more: Any) -> Json:
    dose = {"per_week": 2, "weeks": 5, "sessions": 10, "phases": [{"per_week": 2, "weeks": 5}], "review_at": [5, 10]}
    return {"principle": "Move blood.", "stages": list(stages), "adjuncts": [], "ear": [], "home_care": [],
            "dose": dose, **more}  # fmt: skip


def adjunct(kind: str, **more: Any) -> Json:
    return {"kind": kind, "detail": "", "where": "low back", "minutes": 5, "points": [], "from_visit": 1, **more}


CUPS = {"kind": "cupping_dry", "detail": "retained", "minutes": 8}
BACK = stage(point("BL25"), point("BL26"), point("BL40"), point("KI3", "both"))
UPPER = stage(point("BL13", "both"), point("SI11"))


def codes(alerts: tuple[ReviewAlert, ...], *levels: str) -> set[tuple[str, str]]:
    return {(alert.code, alert.subject) for alert in alerts if not levels or alert.level in levels}


def test_a_sound_plan_for_a_healthy_patient_is_quiet():
    sound = plan(
        stage(point("BL25"), point("BL26"), point("BL40"), electro=(current("BL25", "BL26"),)),
        stage(point("ST36", "both"), position="supine", retention_min=10),
        adjuncts=[adjunct(**CUPS)],
        ear=[{"method": "seeds", "side": "right", "points": [{"code": "TF4"}, {"code": "AH9"}], "keep_days": 5}],
        home_care=[{"kind": "movement", "text": "Walk."}],
    )
    assert review(sound, picture(), PLANNER) == ()


# name, picture, plan, level, code, subject
CASES: list[tuple[str, ClinicalPicture, Json, str, str, str]] = [
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
    # places
    (
        "swollen leg",
        picture("condition.lymphoedema_right_leg"),
        plan(stage(point("BL40"))),
        "forbidden",
        "lymph_right_leg",
        "BL40",
    ),
    (
        "swollen leg, both sides",
        picture("condition.lymphoedema_left_leg"),
        plan(stage(point("BL40", "both"))),
        "forbidden",
        "lymph_left_leg",
        "BL40",
    ),
    (
        "fistula arm",
        picture("condition.dialysis_fistula"),
        plan(stage(point("LI4"), position="supine")),
        "forbidden",
        "avfistula",
        "LI4",
    ),
    ("lung disease over the chest", picture("condition.lung_disease"), plan(UPPER), "forbidden", "lung", "SI11"),
    (
        "broken skin, tender point there",
        picture("condition.skin_broken_local"),
        plan(stage(point("ASHI", where="right low back"))),
        "forbidden",
        "skin_local",
        "ASHI (right low back)",
    ),
    (
        "swollen leg pressed",
        picture("condition.lymphoedema_right_leg"),
        plan(adjuncts=[adjunct("acupressure", where="legs", points=[{"code": "ST36", "side": "both"}])]),
        "forbidden",
        "lymph_right_leg",
        "ST36",
    ),
    # pregnancy
    (
        "week 8, avoid list",
        picture("condition.pregnant", sex="female", weeks=8),
        plan(stage(point("SP6"), position="supine")),
        "forbidden",
        "pregnancy_points",
        "SP6",
    ),
    (
        "week 20, low back",
        picture("condition.pregnant", sex="female", weeks=20),
        plan(stage(point("BL25"), position="side_lying", side_up="right")),
        "needs_reason",
        "pregnancy_points",
        "BL25",
    ),
    (
        "week 39, avoid list",
        picture("condition.pregnant", sex="female", weeks=39),
        plan(stage(point("LI4"), position="supine")),
        "needs_reason",
        "pregnancy_points",
        "LI4",
    ),
    (
        "week not told",
        picture("condition.pregnant", sex="female"),
        plan(stage(point("LI4"), position="supine")),
        "forbidden",
        "pregnancy_points",
        "LI4",
    ),
    (
        "pregnancy not known",
        picture(sex="female", age=30, unknown=("condition.pregnant", "condition.maybe_pregnant")),
        plan(stage(point("LI4"), position="supine")),
        "forbidden",
        "pregnancy_points",
        "LI4",
    ),
    (
        "week 20, prone",
        picture("condition.pregnant", sex="female", weeks=20),
        plan(BACK),
        "needs_reason",
        "pregnant_prone",
        "prone",
    ),
    (
        "week 38, prone",
        picture("condition.pregnant", sex="female", weeks=38),
        plan(BACK),
        "forbidden",
        "pregnant_prone",
        "prone",
    ),
    (
        "week 20, pressed at home",
        picture("condition.pregnant", sex="female", weeks=20),
        plan(home_care=[{"kind": "acupressure", "text": "Press.", "points": [{"code": "LI4", "side": "both"}]}]),
        "forbidden",
        "pregnancy_points",
        "LI4",
    ),
    # points
    ("unknown point", picture(), plan(stage(point("BL223"))), "forbidden", "unknown_point", "BL223"),
    (
        "never needled",
        picture(),
        plan(stage(point("CV8", "midline"), position="supine")),
        "forbidden",
        "never_needled",
        "CV8",
    ),
    ("skilled hands only", picture(), plan(stage(point("GV15", "midline"))), "forbidden", "never_needled", "GV15"),
    ("side missing", picture(), plan(stage(point("BL25", None))), "forbidden", "side_missing", "BL25"),
    ("side nonsense", picture(), plan(stage(point("BL25", "up"))), "forbidden", "side_wrong", "BL25"),
    ("midline point with a side", picture(), plan(stage(point("GV3", "left"))), "forbidden", "side_wrong", "GV3"),
    ("level missing", picture(), plan(stage(point("EX-B2"))), "forbidden", "level_missing", "EX-B2"),
    (
        "tender point without place",
        picture(),
        plan(stage(point("ASHI", where=""))),
        "forbidden",
        "where_missing",
        "ASHI",
    ),
    ("twice", picture(), plan(stage(point("BL25", "both"), point("BL25"))), "caution", "duplicate", "BL25"),
    # position
    ("unreachable", picture(), plan(stage(point("CV4", "midline"))), "needs_reason", "unreachable", "CV4"),
    (
        "three stages",
        picture(),
        plan(BACK, stage(point("ST36"), position="supine"), stage(point("LI4"), position="seated")),
        "needs_reason",
        "too_many_stages",
        "stages",
    ),
    ("position missing", picture(), plan(stage(point("BL25"), position=None)), "forbidden", "position", "untold stage"),
    (
        "cannot lie prone",
        picture("condition.cannot_lie_prone"),
        plan(BACK),
        "needs_reason",
        "cannot_lie_prone",
        "prone",
    ),
    (
        "seated fainter",
        picture("condition.fainter"),
        plan(stage(point("SI3"), position="seated", retention_min=10)),
        "needs_reason",
        "seated_faint",
        "seated",
    ),
    (
        "the side below",
        picture(),
        plan(stage(point("GB30", "left"), position="side_lying", side_up="right")),
        "caution",
        "side_below",
        "GB30",
    ),
    # depth and angle
    (
        "past the cap",
        picture(),
        plan(stage(point("BL25", depth_mm=[20, 50]))),
        "needs_reason",
        "depth_past_cap",
        "BL25",
    ),
    (
        "past the cap over the lung",
        picture(),
        plan(stage(point("GB21", depth_mm=[5, 15]))),
        "forbidden",
        "depth_past_cap",
        "GB21",
    ),
    (
        "too deep for the thin",
        picture("condition.very_thin"),
        plan(stage(point("BL25", depth_mm=[15, 34]))),
        "needs_reason",
        "depth_past_patient_cap",
        "BL25",
    ),
    (
        "too deep for a child",
        picture(age=14),
        plan(stage(point("BL40", depth_mm=[5, 20]), retention_min=8)),
        "needs_reason",
        "depth_past_patient_cap",
        "BL40",
    ),
    (
        "chest levels of EX-B2",
        picture(),
        plan(stage(point("EX-B2", levels=["T6"], depth_mm=[10, 25]))),
        "forbidden",
        "depth_past_cap",
        "EX-B2 T6",
    ),
    (
        "depth not told over the lung",
        picture(),
        plan(stage(point("BL13", depth_mm=None))),
        "caution",
        "depth_missing",
        "BL13",
    ),
    (
        "perpendicular over the lung",
        picture(),
        plan(stage(point("BL13", angle="perpendicular"))),
        "forbidden",
        "perpendicular_thorax",
        "BL13",
    ),
    (
        "tender point over the lung",
        picture(),
        plan(stage(point("ASHI", where="beside the right shoulder blade", angle="perpendicular"))),
        "forbidden",
        "perpendicular_thorax",
        "ASHI (beside the right shoulder blade)",
    ),
    (
        "needle too short",
        picture(),
        plan(stage(point("BL25", needle={"diameter_mm": 0.25, "length_mm": 15}))),
        "caution",
        "needle_too_short",
        "BL25",
    ),
    # numbers and minutes
    (
        "too many for the frail",
        picture("condition.frail"),
        plan(
            stage(
                *(point(code) for code in ("BL23", "BL24", "BL25", "BL26", "BL40", "BL57", "BL60", "KI3", "BL58")),
                retention_min=15,
            )
        ),
        "needs_reason",
        "too_many_needles",
        "needles",
    ),
    (
        "too long for the frail",
        picture("condition.frail"),
        plan(stage(point("BL40"), retention_min=30)),
        "needs_reason",
        "retention_long",
        "prone stage",
    ),
    (
        "an hour",
        picture(),
        plan(stage(point("BL40"), retention_min=60)),
        "needs_reason",
        "retention_long",
        "prone stage",
    ),
    # current
    (
        "not needled",
        picture(),
        plan(stage(point("BL25"), electro=(current("BL25", "BL26"),))),
        "forbidden",
        "ea_not_needled",
        "BL25–BL26",
    ),
    (
        "other side",
        picture(),
        plan(stage(point("BL25"), point("BL26", "left"), electro=(current("BL25", "BL26"),))),
        "forbidden",
        "ea_different_sides",
        "BL25–BL26",
    ),
    (
        "side of the current",
        picture(),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26", side=None),))),
        "forbidden",
        "ea_side_missing",
        "BL25–BL26",
    ),
    (
        "across the spine above L2",
        picture(),
        plan(stage(point("BL21", "both"), electro=(current("BL21", "BL21", side="both"),))),
        "forbidden",
        "ea_across_spine",
        "BL21–BL21",
    ),
    (
        "across below L2",
        picture(),
        plan(stage(point("BL25", "both"), electro=(current("BL25", "BL25", side="both"),))),
        "needs_reason",
        "ea_across",
        "BL25–BL25",
    ),
    (
        "across the neck",
        picture(),
        plan(stage(point("GB20", "both"), electro=(current("GB20", "GB20", side="both"),))),
        "forbidden",
        "ea_neck",
        "GB20–GB20",
    ),
    (
        "head to body",
        picture(),
        plan(stage(point("GV20", "midline"), point("BL25"), electro=(current("GV20", "BL25"),))),
        "forbidden",
        "ea_head_to_body",
        "GV20–BL25",
    ),
    (
        "arm to leg",
        picture(),
        plan(stage(point("LI4"), point("ST36"), position="supine", electro=(current("LI4", "ST36"),))),
        "forbidden",
        "ea_chest",
        "LI4–ST36",
    ),
    (
        "front to back",
        picture(),
        plan(
            stage(
                point("ST25"), point("GB30"), position="side_lying", side_up="right", electro=(current("ST25", "GB30"),)
            )
        ),
        "forbidden",
        "ea_front_back",
        "ST25–GB30",
    ),
    (
        "a point that carries none",
        picture(),
        plan(stage(point("BL62"), point("BL57"), electro=(current("BL57", "BL62"),))),
        "forbidden",
        "ea_point",
        "BL62",
    ),
    (
        "over the ribs",
        picture(),
        plan(
            stage(
                point("EX-B2", levels=["T5", "T8"], depth_mm=[8, 12]),
                electro=(current("EX-B2", "EX-B2", lead_levels=[["T5", "T8"]]),),
            )
        ),
        "needs_reason",
        "ea_thorax",
        "EX-B2 T5–EX-B2 T8",
    ),
    (
        "unusual pair",
        picture(),
        plan(stage(point("BL23"), point("BL57"), electro=(current("BL23", "BL57"),))),
        "needs_reason",
        "ea_pair_unlisted",
        "BL23–BL57",
    ),
    (
        "forty minutes",
        picture(),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26", minutes=40),))),
        "forbidden",
        "ea_too_long",
        "current BL25–BL26",
    ),
    (
        "longer than the needles",
        picture(),
        plan(stage(point("BL25"), point("BL26"), retention_min=15, electro=(current("BL25", "BL26"),))),
        "caution",
        "ea_longer_than_retention",
        "current BL25–BL26",
    ),
    (
        "first visit",
        picture(visit=1),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26", from_visit=1),))),
        "needs_reason",
        "ea_early",
        "ea",
    ),
    (
        "first visit, anxious",
        picture("body.anxious", visit=1),
        plan(
            stage(
                point("BL25"),
                point("BL26"),
                retention_min=10,
                electro=(current("BL25", "BL26", from_visit=1, minutes=10),),
            )
        ),
        "needs_reason",
        "electro.not.anxious_first",
        "ea",
    ),
    (
        "frail",
        picture("condition.frail"),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),))),
        "needs_reason",
        "electro.not.weak",
        "ea",
    ),
    (
        "strong current, frail",
        picture("condition.frail"),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26", felt_strength="strong"),))),
        "needs_reason",
        "ea_strong",
        "current BL25–BL26",
    ),
    # beside the needles
    (
        "cups over needles",
        picture(),
        plan(UPPER, adjuncts=[adjunct(**{**CUPS, "where": "upper back"})]),
        "forbidden",
        "cups_over_needled_thorax",
        "cupping dry",
    ),
    (
        "moxa over needles",
        picture(base=COLD),
        plan(UPPER, adjuncts=[adjunct("moxa_indirect", where="upper back")]),
        "needs_reason",
        "moxa_over_needled_thorax",
        "moxa indirect",
    ),
    (
        "cups and gua sha",
        picture(),
        plan(adjuncts=[adjunct(**CUPS), adjunct("gua_sha")]),
        "needs_reason",
        "cups_and_gua_sha",
        "gua sha",
    ),
    (
        "moxa in damp-heat",
        picture(base=DAMP_HEAT),
        plan(adjuncts=[adjunct("moxa_indirect")]),
        "forbidden",
        "heat_in_heat",
        "moxa indirect",
    ),
    (
        "lamp in damp-heat",
        picture(base=DAMP_HEAT),
        plan(adjuncts=[adjunct("heat_lamp")]),
        "forbidden",
        "heat_in_heat",
        "heat lamp",
    ),
    (
        "warm pack in damp-heat",
        picture(base=DAMP_HEAT),
        plan(home_care=[{"kind": "heat", "text": "Warm pack."}]),
        "needs_reason",
        "heat_in_heat",
        "home heat",
    ),
    (
        "cups on a fresh injury",
        picture(days=1),
        plan(adjuncts=[adjunct(**CUPS)]),
        "forbidden",
        "fresh_injury",
        "cupping dry",
    ),
    (
        "lamp on a fresh injury",
        picture(days=1),
        plan(adjuncts=[adjunct("heat_lamp")]),
        "needs_reason",
        "fresh_injury",
        "heat lamp",
    ),
    (
        "cups too long",
        picture(),
        plan(adjuncts=[adjunct(**{**CUPS, "minutes": 20})]),
        "needs_reason",
        "too_long",
        "cupping dry",
    ),
    ("wet cups", picture(), plan(adjuncts=[adjunct("cupping_wet")]), "forbidden", "bleeding_technique", "cupping wet"),
    ("something new", picture(), plan(adjuncts=[adjunct("laser")]), "needs_reason", "unknown_adjunct", "laser"),
    (
        "unknown ear zone",
        picture(),
        plan(ear=[{"method": "seeds", "side": "left", "points": [{"code": "TF44"}]}]),
        "forbidden",
        "unknown_ear_point",
        "TF44",
    ),
    (
        "unknown ear method",
        picture(),
        plan(ear=[{"method": "glue", "points": []}]),
        "forbidden",
        "ear_method",
        "ear glue",
    ),
    (
        "tacks too long",
        picture(),
        plan(ear=[{"method": "press_tacks", "side": "left", "points": [], "keep_days": 6}]),
        "needs_reason",
        "ear_too_long",
        "ear press tacks",
    ),
    (
        "moxa in yin deficiency",
        picture(base=YIN),
        plan(adjuncts=[adjunct("moxa_indirect")]),
        "forbidden",
        "heat_in_heat",
        "moxa indirect",
    ),
    (
        "current in deficiency",
        picture(base=YIN),
        plan(stage(point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),))),
        "needs_reason",
        "electro.deficiency",
        "ea",
    ),
    (
        "chosen by hand only",
        picture(),
        plan(stage(point("HT1"), position="supine")),
        "needs_reason",
        "chosen_by_hand",
        "HT1",
    ),
    (
        "blood thinner only in the texts",
        picture(texts={"medicines": "I take warfarin every day"}),
        plan(adjuncts=[adjunct("gua_sha")]),
        "forbidden",
        "anticoag",
        "guasha",
    ),
    (
        "ear zone in pregnancy",
        picture("condition.pregnant", sex="female", weeks=20),
        plan(ear=[{"method": "seeds", "side": "left", "points": [{"code": "TF2"}]}]),
        "forbidden",
        "ear_pregnancy",
        "TF2",
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
    alerts = review(made, patient, PLANNER)
    found = [alert for alert in alerts if (alert.code, alert.subject) == (code, subject)]
    assert [alert.level for alert in found] == [level], [(a.level, a.code, a.subject, a.text) for a in alerts]
    assert found[0].text.endswith((".", "!")) and found[0].source in PLANNER.sources
    assert found[0].item.endswith(subject)


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
    assert len(alerts[0].items) >= 5
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
    reasons = [{"code": alert.code, "item": alert.item} for alert in alerts]
    made["stages"][0]["points"].reverse()
    after = {alert.code: alert for alert in review(made, patient, PLANNER, overrides=reasons)}
    assert after["depth_past_cap"].resolved and not after["depth_past_cap"].stops_signing
    assert not after["lymph_right_leg"].resolved and after["lymph_right_leg"].stops_signing
    by_subject = review(made, patient, PLANNER, overrides=[("depth_past_cap", "BL25")])
    assert [alert.resolved for alert in by_subject if alert.code == "depth_past_cap"] == [True]
    elsewhere = review(made, patient, PLANNER, overrides=[("depth_past_cap", "BL26")])
    assert [alert.resolved for alert in elsewhere if alert.code == "depth_past_cap"] == [False]


MALFORMED: list[tuple[Any, str]] = [
    (None, "$"),
    ([], "$"),
    ("BL25", "$"),
    ({"stages": {}}, "stages"),
    ({"stages": [None]}, "stages[0]"),
    ({"stages": [{"points": [7]}]}, "stages[0].points[0]"),
    ({"stages": [{"points": [{}]}]}, "stages[0].points[0].code"),
    ({"stages": [{"points": [{"code": 23}]}]}, "stages[0].points[0].code"),
    ({"stages": [{"points": [{"code": "BL25", "depth_mm": "deep"}]}]}, "stages[0].points[0].depth_mm[0]"),
    ({"stages": [{"points": [{"code": "BL25", "depth_mm": [1, 2, 3]}]}]}, "stages[0].points[0].depth_mm"),
    ({"stages": [{"points": [{"code": "BL25", "needle": 0.25}]}]}, "stages[0].points[0].needle"),
    ({"stages": [{"points": [{"code": "BL25", "side": 1}]}]}, "stages[0].points[0].side"),
    ({"stages": [{"retention_min": True}]}, "stages[0].retention_min"),
    ({"stages": [{"retention_min": float("nan")}]}, "stages[0].retention_min"),
    ({"stages": [{"retention_min": -5}]}, "stages[0].retention_min"),
    ({"stages": [{"electro": [{"leads": [["BL25"]]}]}]}, "stages[0].electro[0].leads[0]"),
    ({"stages": [{"electro": [{"leads": ["BL25–BL26"]}]}]}, "stages[0].electro[0].leads[0]"),
    ({"adjuncts": [{"kind": 3}]}, "adjuncts[0].kind"),
    ({"dose": []}, "dose"),
    ({"dose": {"review_at": [1.5]}}, "dose.review_at[0]"),
    ({"dose": {"sessions": 10**400}}, "dose.sessions"),
]


@pytest.mark.parametrize(("made", "path"), MALFORMED)
def test_what_is_no_plan_is_refused_with_its_path(made, path):
    with pytest.raises(PlanError) as caught:
        review(made, picture(), PLANNER)
    assert path in [fault.path for fault in caught.value.faults]


@pytest.mark.parametrize("made", [{}, {"stages": None}, {"stages": []}, {"stages": [{}]}, plan(), plan(stage())])
def test_empty_plans_are_plans(made):
    assert codes(review(made, picture(), PLANNER), "needs_reason") == set()


# ---------------------------------------------------------------- properties

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FULL = plan(
    stage(point("EX-B2", levels=["L4"]), point("BL25"), point("BL26"), electro=(current("BL25", "BL26"),)),
    adjuncts=[adjunct(**CUPS, where="upper back", points=[{"code": "BL13", "side": "both"}])],
    ear=[{"method": "seeds", "side": "left", "points": [{"code": "TF4"}], "keep_days": 5}],
    home_care=[{"kind": "acupressure", "text": "Press.", "points": [{"code": "ST36", "side": "both"}]}],
)
SOMEBODY = picture("condition.anticoagulant", "condition.lung_disease", "condition.lymphoedema_left_leg")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, row in inner:
        found += places(row, (*path, key))
    return found


@given(st.sampled_from(places(FULL)), JSON)
def test_any_value_anywhere_gives_alerts_or_faults(place, value):
    made = copy.deepcopy(FULL)
    row: Any = made
    for key in place[:-1]:
        row = row[key]
    row[place[-1]] = value
    try:
        alerts = review(made, SOMEBODY, PLANNER)
    except PlanError as error:
        assert error.faults and all(fault.path and fault.text for fault in error.faults)
    else:
        assert json.loads(json.dumps([alert.as_json() for alert in alerts]))
        keys = [alert.key for alert in alerts]
        assert len(keys) == len(set(keys))


@given(JSON)
def test_any_json_is_a_plan_or_refused(value):
    try:
        review(value, SOMEBODY, PLANNER)
    except PlanError as error:
        assert error.faults


LIKELY = [finding for finding in INTAKE.order if not finding.startswith("flag.")]
GROUPS = {
    group: [finding for finding in LIKELY if finding.startswith(f"{group}.")]
    for group in dict.fromkeys(finding.partition(".")[0] for finding in LIKELY)
}


def anybody(seed: int) -> ClinicalPicture:
    """Patients who may be treated: the must-ask red flags absent, anything else in any mix. Built from one number:
    drawing every finding by itself takes ten times as long as the planning that is tested."""
    rng = random.Random(seed)
    findings = dict.fromkeys(NO_FLAGS, False)
    findings |= dict.fromkeys(rng.sample(LIKELY, rng.choice([0, 20, 60, 120])), False)
    findings |= rng.choice([{}, STASIS, COLD, DAMP_HEAT])
    findings[rng.choice([finding for finding in LIKELY if finding.startswith("site.")])] = True
    for group in GROUPS:
        some = rng.sample(GROUPS[group], min(len(GROUPS[group]), rng.choice([0, 0, 1, 1, 2])))
        findings |= dict.fromkeys(some, True)
    wheres = ("tender knot", "right buttock", "beside the shoulder blade", "left calf", "über dem Kreuzbein")
    ashi = [
        {
            "where": rng.choice(wheres),
            "side": rng.choice([None, "left", "right", "both"]),
            "region": rng.choice([None, "low_back", "upper_back", "buttock"]),
        }
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    data = {
        "patient": {
            "age": rng.choice([None, 12, 17, 30, 45, 66, 80]),
            "sex": rng.choice([None, "female", "male"]),
            "pregnancy_weeks": rng.choice([None] * 6 + [6, 20, 38]),
        },
        "complaint": {
            "duration_days": rng.choice([None, 1, 5, 40, 400]),
            "pain_now": rng.choice([None, 3, 9]),
        },
        "findings": findings,
        "visit": rng.choice([1, 2, 3, 8]),
        "levels": rng.sample(["T3", "T8", "L1", "L4", "L5"], rng.choice([0, 0, 2])),
        "ashi": ashi,
    }
    case = parse_case(data, INTAKE)
    return ClinicalPicture(case, assess(case, INTAKE))


@given(st.integers(0, 2**32))
def test_what_is_proposed_passes_its_own_review(seed):
    patient = anybody(seed)
    proposal = propose(patient, PLANNER)
    if proposal.treatment is None:
        return
    alerts = review(proposal.treatment, patient, PLANNER)
    assert [(a.level, a.code, a.item, a.text) for a in alerts if a.level != "caution"] == []
    assert review(json.loads(json.dumps(proposal.treatment.as_json())), patient, PLANNER) == alerts
