"""Numbers that an address or a form names."""

from __future__ import annotations

DIGITS = 18  # what a row's number can have in the database


def whole_number(text: str | None, *, digits: int = DIGITS) -> int | None:
    """The number that ``text`` writes in plain digits, no more than so many; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
