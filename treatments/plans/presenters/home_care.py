"""The sheet a patient takes home: plain words, aftercare, and the card of signs that cannot wait."""

from __future__ import annotations

import datetime as dt

from clinic.lib.loose import Context
from treatments.models import TreatmentPlan
from treatments.planner.knowledge.aftercare import Part, told
from treatments.planner.treatment.shapes import HomeCareJson
from treatments.plans.presenters.at_home import HEADINGS, SIDES, aftercare_text, dose_words, quoted, sheet_text


def aftercare_of(methods: frozenset[str] | None = None) -> Context:
    """The aftercare advice, by part. `methods`: those of the ear; None: all of them."""

    def said(part: Part, methods: frozenset[str] | None = None) -> list[str]:
        return [aftercare_text(one) for one in told(part, methods)]

    return {
        "common": " ".join(said("common")),
        "care": said("care"),
        "ear": said("ear", methods),
        "call_us": " ".join(said("call_us")),
        "emergency": " ".join(said("emergency")),
        "lung": " ".join(said("lung")),
        "hospital": said("hospital"),
        "same_day": said("same_day"),
        "this_week": said("this_week"),
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
    said = [one for reason in item["because"] for one in reason.get("said", ())]
    text = sheet_text(item["text"])
    return {
        "said": quoted(said, is_man=is_man),
        "heading": HEADINGS.get(item["kind"], HEADINGS["other"]),
        "text": text or item["text"],
        "is_own": text is None,
        "points": [
            {"code": point["code"], "side": SIDES.get(point.get("side", ""), "")} for point in item.get("points") or []
        ],
    }
