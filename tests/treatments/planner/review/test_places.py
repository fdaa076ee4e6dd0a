"""The safety review where it depends on the place: limbs, lungs, the painful field, and pregnancy."""

from __future__ import annotations

import pytest

from tests.support.review_plans import BACK, UPPER, Caught, adjunct, check_caught, picture, plan, point, stage

CASES: list[Caught] = [
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
]


@pytest.mark.parametrize(
    ("patient", "made", "level", "code", "subject"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_caught(patient, made, level, code, subject):
    check_caught(patient, made, level, code, subject)
