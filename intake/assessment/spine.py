"""The levels of the spine from the top down, and which of them a text names."""

from __future__ import annotations

import re

LEVELS: tuple[str, ...] = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    *(f"S{n}" for n in range(1, 6)),
)
# Where palpation looks for tenderness: from the lower neck to the last sacral foramen.
PALPATED = LEVELS[LEVELS.index("C5") : LEVELS.index("S4") + 1]
_NAMED = re.compile(r"\b[CTLS]\d{1,2}\b")


def levels_in(text: str) -> list[str]:
    """The levels that a text names, in its order."""
    return [word for word in _NAMED.findall(text) if word in LEVELS]
