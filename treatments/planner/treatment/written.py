"""What a practitioner writes in one line, read as a plan keeps it: pairs of leads, levels of the spine.

Both raise ValueError with a sentence for the page.
"""

from __future__ import annotations

from treatments.planner.vocabulary.body import NEEDLED_LEVELS


def read_pairs(text: str) -> list[list[str]]:
    """`BL25-BL26, EX-B2-BL54` as pairs of codes."""
    pairs = []
    for pair in text.upper().replace("–", "-").split(","):
        # EX-B2 holds a hyphen itself: split at the hyphen that stands before the second code
        codes = [code.strip().replace("EX~", "EX-") for code in pair.replace("EX-", "EX~").split("-")]
        if len(codes) != 2 or not all(codes):
            raise ValueError("Write each pair as BL25-BL26, with a comma between pairs.")
        pairs.append(codes)
    return pairs


def read_levels(text: str) -> list[str]:
    """`L4 L5`, also with commas, in any case."""
    levels = text.upper().replace(",", " ").split()
    if unknown := [level for level in levels if level not in NEEDLED_LEVELS]:
        raise ValueError(f"Not a level of the spine: {', '.join(unknown)}. Use levels such as L4, L5.")
    return levels


def split_levels(text: str) -> tuple[str, list[str]]:
    """`EX-B2 L4 L5` as the point and its levels of the spine."""
    words = text.replace(",", " ").split()
    levels = [word.upper() for word in words[1:] if word.upper() in NEEDLED_LEVELS]
    return " ".join(words[:1] + [word for word in words[1:] if word.upper() not in levels]), levels
