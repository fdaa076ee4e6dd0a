"""What still counts of what was said and examined at different times. Pure: times are arguments.

One rule: information that makes a patient safer never overrides a later statement that makes them less safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime


def standing_clearances(
    cleared: Iterable[tuple[str, datetime]], *, answered_at: datetime | None, told_at: Mapping[str, datetime]
) -> frozenset[str]:
    """The findings that are cleared now.

    ``cleared``: finding id and the moment of each clearance that is not withdrawn. ``answered_at``: when the newest
    answers and words of the case were given; what was cleared earlier concerned other answers. ``told_at``: for a
    finding recorded as present outside the answers, when it was last recorded.
    """
    return frozenset(
        finding
        for finding, at in cleared
        if (answered_at is None or at >= answered_at) and (finding not in told_at or at >= told_at[finding])
    )


def lowers(present: bool | None, *, at: datetime, told: bool | None, told_at: datetime | None) -> bool:
    """Whether a recorded value would take back a later yes: then it must not be applied."""
    return told is True and present is not True and told_at is not None and at < told_at
