"""How many needles a visit may spend: what a proposal keeps to and a review holds a plan against."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.knowledge.rules import PatientProfile


def budget(profiles: Sequence[PatientProfile], visit: int) -> int:
    """Needles for this visit: the least that any fitting kind of patient asks for."""
    return min((person.first if visit <= 1 else person.later) for person in profiles)
