"""What a plan made by hand starts from."""

from __future__ import annotations

from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.treatment.by_hand import RULE
from treatments.planner.treatment.shapes import TreatmentJson


def empty_treatment(knowledge: PlannerKnowledge) -> TreatmentJson:
    """One position without a point, and an average course; the numbers stand in stimulation.toml (`by_hand`)."""
    usual = knowledge.by_hand
    text = "A course to start from: set the one you intend."
    return {
        "principle": "",
        "needles": 0,
        "stages": [
            {
                "position": "supine",
                "side_up": None,
                "retention_min": usual.retention_min,
                "needles": 0,
                "points": [],
                "electro": [],
            }
        ],
        "adjuncts": [],
        "ear": [],
        "home_care": [],
        "dose": {
            "phases": [{"per_week": usual.per_week, "weeks": usual.weeks}],
            "per_week": usual.per_week,
            "weeks": usual.weeks,
            "sessions": usual.per_week * usual.weeks,
            "review_at": list(usual.review_at),
            "because": [{"rule": RULE, "text": text, "sources": [usual.source]}],
        },
        "cautions": [],
    }
