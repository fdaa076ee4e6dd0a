"""What a practitioner writes in one line, parsed to what a plan stores, and written back: pairs of leads, levels of the
spine, needle, depth, phases of a course. Read the same way for a plan and for a visit.

Unreadable text raises ValueError with a sentence for the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from treatments.planner.treatment.shapes import NeedleJson, PhaseJson
from treatments.planner.vocabulary.body import NEEDLED_LEVELS

MOST_DEPTH = 120  # mm
_NEEDLE = re.compile(r"(0?\.[0-9]{1,3})x([0-9]{1,3})")
_DEPTH = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?")


def read_pairs(text: str) -> list[list[str]]:
    """`BL25-BL26, EX-B2-BL54` as pairs of codes."""
    pairs = []
    for pair in text.upper().replace("–", "-").split(","):
        # EX-B2 itself contains a hyphen: split at the one before the second code
        codes = [code.strip().replace("EX~", "EX-") for code in pair.replace("EX-", "EX~").split("-")]
        if len(codes) != 2 or not all(codes):
            raise ValueError("Write each pair as BL25-BL26, with a comma between pairs.")
        pairs.append(codes)
    return pairs


def pairs_text(leads: Iterable[Iterable[str]], dash: str = "-") -> str:
    return ", ".join(dash.join(pair) for pair in leads)


def read_levels(text: str) -> list[str]:
    """`L4 L5`, also with commas, in any letter case."""
    levels = text.upper().replace(",", " ").split()
    if unknown := [level for level in levels if level not in NEEDLED_LEVELS]:
        raise ValueError(f"Not a level of the spine: {', '.join(unknown)}. Use levels such as L4, L5.")
    return levels


def split_levels(text: str) -> tuple[str, list[str]]:
    """`EX-B2 L4 L5` as the point and its levels of the spine."""
    words = text.replace(",", " ").split()
    levels = [word.upper() for word in words[1:] if word.upper() in NEEDLED_LEVELS]
    return " ".join(words[:1] + [word for word in words[1:] if word.upper() not in levels]), levels


def levels_text(levels: Iterable[str] | None) -> str:
    return " ".join(levels or ())


def read_needle(text: str) -> NeedleJson:
    """``0.25x40`` as diameter and length in mm."""
    found = _NEEDLE.fullmatch(text.lower().replace("×", "x").replace(",", ".").replace(" ", ""))
    if not found or not (0.1 <= float(found[1]) <= 0.5 and 5 <= int(found[2]) <= 125):
        raise ValueError("Write diameter and length in mm, as 0.25x40.")
    return {"diameter_mm": float(found[1]), "length_mm": int(found[2])}


def needle_text(needle: NeedleJson) -> str:
    """As read_needle reads it."""
    return f"{needle['diameter_mm']:g}x{needle['length_mm']}"


def needle_words(needle: NeedleJson, cross: str = " × ") -> str:
    """As a page shows it: ``0.25 × 40``."""
    return f"{needle['diameter_mm']:.2f}{cross}{needle['length_mm']}"


def read_depth(text: str) -> list[int]:
    """``20`` or ``15-25`` as the least and the most depth in mm."""
    found = _DEPTH.fullmatch(text.strip().replace("–", "-"))
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= low <= high <= MOST_DEPTH:
        raise ValueError("Write the depth in mm, as 20 or 15-25.")
    return [low, high]


def depth_text(low: int, high: int, dash: str = "–") -> str:
    return f"{low}" if low == high else f"{low}{dash}{high}"


def read_phases(text: str) -> list[PhaseJson]:
    """``2×4, 1×2``: times a week × weeks, one phase after another."""
    phases: list[PhaseJson] = []
    for phase in text.lower().replace("×", "x").split(","):
        times, _, weeks = phase.strip().partition("x")
        if not (times.strip().isdecimal() and weeks.strip().isdecimal()):
            raise ValueError("Write 2×4, 1×2 for twice a week for 4 weeks, then once for 2.")
        phases.append({"per_week": int(times), "weeks": int(weeks)})
    if any(not 1 <= phase["per_week"] <= 7 or not 1 <= phase["weeks"] <= 52 for phase in phases):
        raise ValueError("1 to 7 times a week, 1 to 52 weeks.")
    if sum(phase["per_week"] * phase["weeks"] for phase in phases) > 60:
        raise ValueError("A course has at most 60 visits: review before that.")
    return phases


def phases_text(phases: Iterable[PhaseJson]) -> str:
    return ", ".join(f"{phase['per_week']}×{phase['weeks']}" for phase in phases)
