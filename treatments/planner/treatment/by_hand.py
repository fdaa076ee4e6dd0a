"""The reason of what a person put into a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treatments.planner.treatment.shapes import ReasonJson

RULE = "practitioner"
SOURCE = "PRACTITIONER"


def by_hand(text: str = "Added by the practitioner.") -> list[ReasonJson]:
    """The reason an item carries when a person put it there."""
    return [{"rule": RULE, "text": text, "sources": [SOURCE]}]


def is_by_hand(because: Iterable[Mapping[str, Any]]) -> bool:
    return any(reason["rule"] == RULE for reason in because)
