"""How many needles a place takes: the only count, for proposals, plans, merges and visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treatments.planner.vocabulary.needle_sets import needles_in


def needle_count(code: str, levels: Sequence[str], side: str | None) -> int:
    """One needle per level and side; a code that stands for a set takes all of it on each side."""
    return needles_in(code) * max(1, len(levels)) * (2 if side == "both" else 1)


def needles_of(point: Mapping[str, Any]) -> int:
    """The same for a point as JSON."""
    return needle_count(point.get("code") or "", point.get("levels") or (), point.get("side"))
