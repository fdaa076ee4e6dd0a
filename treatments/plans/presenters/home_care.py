"""The sheet a patient takes home: plain words, aftercare, and the card of signs that cannot wait."""

from __future__ import annotations

import datetime as dt

from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.said import sentence
from treatments.models import TreatmentPlan
from treatments.planner.knowledge.aftercare import told
from treatments.planner.treatment.shapes import HomeCareJson
from treatments.planner.vocabulary.body import SIDES_LONG
from treatments.plans.presenters.plan import dose_words

HEADINGS = {
    "acupressure": "Press these points",
    "heat": "Warmth",
    "movement": "Move",
    "breathing": "Breathe",
    "cool": "Coolness",
    "pacing": "Share out your strength",
    "sleep": "Rest and sleep",
    "support": "Support",
    "diary": "Keep a short diary",
}
SIDES = {**SIDES_LONG, "midline": "in the middle"}  # in plain words


def aftercare_of(methods: frozenset[str] | None = None) -> Context:
    """The aftercare advice, by part. `methods`: those of the ear; None: all of them."""
    return {
        "common": " ".join(told("common")),
        "care": told("care"),
        "ear": told("ear", methods),
        "call_us": " ".join(told("call_us")),
        "emergency": " ".join(told("emergency")),
        "lung": " ".join(told("lung")),
        "hospital": told("hospital"),
        "same_day": told("same_day"),
        "this_week": told("this_week"),
    }


def sheet_of(plan: TreatmentPlan, *, today: dt.date) -> Context:
    """What the sheet says; nothing about assessment, patterns or private alerts."""
    treatment = plan.treatment
    methods = frozenset(ear["method"] for ear in treatment.get("ear", []))
    return {
        "plan": plan,
        "patient": plan.patient,
        "today": today,
        # aftercare has its own part of the sheet
        "items": [
            _item(item, is_man=plan.patient.sex == "male")
            for item in treatment.get("home_care", [])
            if item["kind"] != "aftercare"
        ],
        "dose": dose_words(treatment["dose"]),
        "aftercare": aftercare_of(methods),
    }


def _item(item: HomeCareJson, *, is_man: bool) -> Context:
    known = load_intake_knowledge().said
    said = tuple(known[one] for reason in item["because"] for one in reason.get("said", ()) if one in known)
    return {
        "said": sentence(said, to_patient=True, is_man=is_man),
        "heading": HEADINGS.get(item["kind"], item["kind"].replace("_", " ").capitalize()),
        "text": item["text"],
        "points": [
            {"code": point["code"], "side": SIDES.get(point.get("side", ""), "")} for point in item.get("points") or []
        ],
    }
