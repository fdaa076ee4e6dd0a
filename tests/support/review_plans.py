"""Patients and hand-made plans for the tests of the safety review."""

from __future__ import annotations

from typing import Any

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.review.review import review

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
    return {(alert.code, alert.item) for alert in alerts if not levels or alert.level in levels}


Caught = tuple[str, ClinicalPicture, Json, str, str, str]  # name, picture, plan, level, code, subject


def check_caught(patient: ClinicalPicture, made: Json, level: str, code: str, subject: str) -> None:
    """One alert of this code and subject, of this level, with a sentence, a source and its place in the plan."""
    alerts = review(made, patient, PLANNER)
    found = [alert for alert in alerts if (alert.code, alert.item) == (code, subject)]
    assert [alert.level for alert in found] == [level], [(a.level, a.code, a.item, a.text) for a in alerts]
    assert found[0].text.endswith((".", "!")) and found[0].source in PLANNER.sources
    assert found[0].places and "[" not in found[0].places[0]
