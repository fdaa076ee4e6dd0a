"""The safety review of what is done beside the needles: cups, scraping, warmth, ear, home."""

from __future__ import annotations

import pytest

from tests.support.review_plans import (
    COLD,
    CUPS,
    DAMP_HEAT,
    UPPER,
    YIN,
    Caught,
    adjunct,
    check_caught,
    current,
    picture,
    plan,
    point,
    stage,
)

LYMPH = "condition.lymphoedema_right_leg"
CASES: list[Caught] = [
    # a limb left alone
    (
        "cups on the buttock of a leg at risk",
        picture(LYMPH),
        plan(adjuncts=[adjunct(**{**CUPS, "where": "right buttock"})]),
        "forbidden",
        "lymph_right_leg",
        "cupping dry",
    ),
    (
        "a place that leaves the side open",
        picture(LYMPH),
        plan(adjuncts=[adjunct("heat_lamp", where="buttock and back of the thigh")]),
        "needs_reason",
        "limb_left_alone",
        "heat lamp",
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
]


@pytest.mark.parametrize(
    ("patient", "made", "level", "code", "subject"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_caught(patient, made, level, code, subject):
    check_caught(patient, made, level, code, subject)
