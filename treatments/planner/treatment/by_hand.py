"""What a person adds to a plan, and what a plan made by hand starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treatments.planner.treatment.shapes import DoseJson, ReasonJson, TreatmentJson

RULE = "practitioner"
SOURCE = "PRACTITIONER"


def by_hand(text: str = "Added by the practitioner.") -> list[ReasonJson]:
    """The reason of an item that a person added."""
    return [{"rule": RULE, "text": text, "sources": [SOURCE]}]


def is_by_hand(because: Iterable[Mapping[str, Any]]) -> bool:
    return any(reason["rule"] == RULE for reason in because)


ONE_VISIT: DoseJson = {
    "phases": [{"per_week": 1, "weeks": 1}],
    "per_week": 1,
    "weeks": 1,
    "sessions": 1,
    "review_at": [],
    "because": [{"rule": RULE, "text": "A single visit.", "sources": [SOURCE]}],
}


def empty_treatment() -> TreatmentJson:
    """What a plan by hand starts from: one position without a point, and an average course (numbers: DESIGN)."""
    return {
        "principle": "",
        "needles": 0,
        "stages": [
            {"position": "supine", "side_up": None, "retention_min": 20, "needles": 0, "points": [], "electro": []}
        ],
        "adjuncts": [],
        "ear": [],
        "home_care": [],
        "dose": {
            "phases": [{"per_week": 1, "weeks": 6}],
            "per_week": 1,
            "weeks": 6,
            "sessions": 6,
            "review_at": [3, 6],
            "because": [
                {"rule": RULE, "text": "A course to start from: set the one you intend.", "sources": ["DESIGN"]}
            ],
        },
        "cautions": [],
    }
