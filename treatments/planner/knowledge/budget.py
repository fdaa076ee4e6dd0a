"""How many needles a visit may use: proposals keep to it, reviews check plans against it."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.knowledge.rules import PatientProfile


def budget(profiles: Sequence[PatientProfile], visit: int) -> int:
    """Needles for this visit: the lowest number among the kinds of patient that match."""
    return min((person.first if visit <= 1 else person.later) for person in profiles)
