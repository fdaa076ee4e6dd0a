"""What a person adds to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treatments.planner.treatment.shapes import DoseJson, ReasonJson

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
