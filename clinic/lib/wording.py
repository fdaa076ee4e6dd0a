"""Whether a required explanation says anything."""

from __future__ import annotations

LEAST_WORDS = 8  # letters and digits: "x", "ok" and "n/a" say nothing (DESIGN)


def says_something(text: str) -> bool:
    """Whether a text has substance: at least eight letters or digits, or four Chinese, Japanese or Korean ones."""
    told = [letter for letter in text if letter.isalnum()]
    dense = sum(ord(letter) >= 0x2E80 for letter in told)
    return len(set(told)) > 2 and len(told) + dense >= LEAST_WORDS
