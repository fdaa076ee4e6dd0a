"""The safety review of needles: points, positions, depth and angle, how many and how long."""

from __future__ import annotations

import pytest

from tests.support.review_plans import BACK, Caught, check_caught, picture, plan, point, stage

CASES: list[Caught] = [
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
    (
        "position missing",
        picture(),
        plan(stage(point("BL25"), position=None)),
        "forbidden",
        "position",
        "unknown stage",
    ),
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
]


@pytest.mark.parametrize(
    ("patient", "made", "level", "code", "subject"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_caught(patient, made, level, code, subject):
    check_caught(patient, made, level, code, subject)
