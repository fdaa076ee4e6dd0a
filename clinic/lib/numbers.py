"""Numbers in URLs and forms."""

from __future__ import annotations

DIGITS = 18  # the most a row id can have in the database


def whole_number(text: str | None, *, digits: int = DIGITS) -> int | None:
    """The number ``text`` gives in plain digits, up to the limit; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
