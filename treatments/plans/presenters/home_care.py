"""The sheet a patient takes home: plain words, aftercare, and the card of signs that cannot wait."""

from __future__ import annotations

import datetime as dt

from clinic.lib.loose import Context
from treatments.models import TreatmentPlan
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
SIDES = {**SIDES_LONG, "midline": "in the middle"}  # in the patient's words
# Aftercare and red-flag words: shared clinical notes on safety, section 11 and section 1.
COMMON = "A small bruise, a little soreness or tiredness for a day is common."
CARE = [
    "Drink, eat, keep warm. No hard training or sauna today.",
    "Do not drive while you feel sleepy.",
]
CALL_US = "Call us if a spot turns red, hot or weeps, or if your pain is clearly worse for more than two days."
RETAINED = "Seeds or magnets: take them off after 5 days, or at once if wet, itchy or sore."
TACKS = "Small ear needles (tacks): take them off after 2 to 4 days, or at once if wet, itchy or sore."
EMERGENCY = "if you become short of breath or get chest pain in the next three days"
HOSPITAL = [
    "Numbness between the legs or around the back passage",
    "Trouble passing urine or stool, or leaking that is new",
    "A leg or foot that gets weaker",
]
SAME_DAY = ["Fever or shivering with the pain"]
THIS_WEEK = ["Pain day and night that no position eases", "Losing weight without trying"]


def sheet_of(plan: TreatmentPlan, *, today: dt.date) -> Context:
    """What the sheet says. Nothing of assessment, patterns or private alerts is on it."""
    treatment = plan.treatment
    methods = {ear["method"] for ear in treatment.get("ear", [])}
    return {
        "plan": plan,
        "patient": plan.patient,
        "today": today,
        # aftercare has a part of its own on the sheet
        "items": [_item(item) for item in treatment.get("home_care", []) if item["kind"] != "aftercare"],
        "dose": dose_words(treatment["dose"]),
        "common": COMMON,
        "care": CARE,
        "call_us": CALL_US,
        "ear": [
            text for text, has in ((RETAINED, methods & {"seeds", "magnets"}), (TACKS, "press_tacks" in methods)) if has
        ],
        "emergency": EMERGENCY,
        "hospital": HOSPITAL,
        "same_day": SAME_DAY,
        "this_week": THIS_WEEK,
    }


def _item(item: HomeCareJson) -> Context:
    return {
        "heading": HEADINGS.get(item["kind"], item["kind"].replace("_", " ").capitalize()),
        "text": item["text"],
        "points": [
            {"code": point["code"], "side": SIDES.get(point.get("side", ""), "")} for point in item.get("points") or []
        ],
    }
