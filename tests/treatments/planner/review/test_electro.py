"""The safety review of current: pairs, sides, leads, minutes."""

from __future__ import annotations

import pytest

from tests.support.review_plans import Caught, check_caught, current, picture, plan, point, stage

CASES: list[Caught] = [
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
]


@pytest.mark.parametrize(
    ("patient", "made", "level", "code", "subject"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_caught(patient, made, level, code, subject):
    check_caught(patient, made, level, code, subject)
