"""The one scale of severity: note, caution, needs a reason, not possible.

For historical reasons knowledge files and the contract's JSON name two of them differently; only this file translates.
"""

from __future__ import annotations

from typing import Literal

Severity = Literal["note", "caution", "needs_reason", "forbidden"]
SCALE: tuple[Severity, ...] = ("note", "caution", "needs_reason", "forbidden")
WORDS: dict[str, str] = {
    "note": "note",
    "caution": "caution",
    "needs_reason": "needs a reason",
    "forbidden": "not possible",
}
STOPS: tuple[Severity, ...] = ("needs_reason", "forbidden")

# the cells of contraindications.toml, and pregnancy and current of a point
Cell = Literal["", "caution", "override", "forbid"]
OF_CELL: dict[str, Severity] = {"caution": "caution", "override": "needs_reason", "forbid": "forbidden"}
# `level` of withheld items in the contract's output
WithheldLevel = Literal["forbidden", "needs_override"]
OF_WITHHELD: dict[str, Severity] = {"needs_override": "needs_reason", "forbidden": "forbidden"}


def rank(level: str) -> int:
    """0 for a note, 3 for what is not possible. Raises KeyError for an unknown severity."""
    return _RANKS[level]


def is_stop(level: str) -> bool:
    """Whether it blocks something, either until a reason is given or altogether."""
    return level in STOPS


def withheld_level(level: str) -> WithheldLevel:
    """The contract's word for a stop."""
    return "forbidden" if level == "forbidden" else "needs_override"


_RANKS: dict[str, int] = {level: place for place, level in enumerate(SCALE)}
