"""Points by any spelling people use: bl23, BL 23, UB23, Shenshu, 肾俞, 腎俞 all find BL23."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from treatments.planner import load_planner_knowledge

ASHI = "ASHI"
# Other letters in use for the WHO channel codes (KNOWN).
PREFIXES = {
    "UB": "BL",
    "B": "BL",
    "V": "BL",
    "LIV": "LR",
    "LV": "LR",
    "SJ": "TE",
    "TH": "TE",
    "TB": "TE",
    "TW": "TE",
    "DU": "GV",
    "DM": "GV",
    "REN": "CV",
    "RN": "CV",
    "RM": "CV",
    "P": "PC",
    "HC": "PC",
    "KD": "KI",
    "K": "KI",
    "KID": "KI",
    "H": "HT",
    "HE": "HT",
}


def plain(text: str) -> str:
    """Letters, digits and characters only, lower case, without tone marks."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in parts if c.isalnum() and not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, list[str]], dict[str, Any]]:
    points = load_planner_knowledge().points
    keys: dict[str, list[str]] = {}
    for code in points:
        point = points[code]
        names = (code, point.name, point.pinyin, point.hanzi, point.hanzi_traditional, *point.aliases)
        for key in {plain(name) for name in names if name}:
            keys.setdefault(key, []).append(code)
    return keys, {code: points[code] for code in points}


def _key(text: str) -> str:
    key = plain(text)
    match = re.fullmatch(r"([a-z]+)0*(\d+)", key)
    if match:
        return plain(PREFIXES.get(match[1].upper(), match[1])) + match[2]
    return key


def search(text: str, limit: int = 8) -> list[Any]:
    """Points whose code or name begins with the text, exact ones first, then those that contain it."""
    key = _key(text[:60])
    if not key:
        return []
    keys, points = _index()
    ranked: dict[str, tuple[int, int]] = {}
    for name, codes in keys.items():
        rank = 0 if name == key else 1 if name.startswith(key) else 2 if len(key) > 2 and key in name else None
        if rank is None:
            continue
        for code in codes:
            ranked[code] = min(ranked.get(code, (9, 0)), (rank, len(name)))
    best = sorted(ranked, key=lambda code: (ranked[code], len(code), code))
    return [points[code] for code in best[:limit]]


def find(text: str) -> Any | None:
    """The one point a text names exactly, or the only one it can mean; None when none or several."""
    key = _key(text[:60])
    keys, points = _index()
    exact = keys.get(key, [])
    if len(exact) == 1:
        return points[exact[0]]
    found = search(text, limit=2)
    return found[0] if len(found) == 1 and not exact else None


def is_ashi(text: str) -> bool:
    return plain(text) in ("ashi", "阿是", "阿是穴", "ashixue")


def planned(point: Any, *, side: str) -> dict[str, Any]:
    """A point of the book as an item of a stage, with the book's own depth and angle and a needle that fits."""
    low, high = point.depth_mm
    high = min(high, point.cap_mm)
    is_midline = point.sides == "midline"
    return {
        "code": point.code,
        "name": f"{point.name} {point.hanzi}",
        "side": "midline" if is_midline else ("both" if side == "midline" else side),
        "levels": [point.level] if point.level and point.code == "EX-B2" else [],
        "role": "local" if point.limb == "none" else "distal",
        "technique": point.technique if point.technique in ("reinforcing", "reducing", "even") else "even",
        "needle": needle_for(high),
        "depth_mm": [min(low, high), high],
        "angle": point.angle,
        "deqi": "clear",
        "because": [{"rule": "practitioner", "text": "Added by the practitioner.", "sources": []}],
        "cautions": [point.caution] if point.caution else [],
    }


def planned_ashi(*, where: str, side: str) -> dict[str, Any]:
    """A tender place found by hand: shallow and even until somebody says otherwise."""
    return {
        "code": ASHI,
        "name": "Ashi 阿是",
        "side": side,
        "levels": [],
        "where": where,
        "role": "local",
        "technique": "even",
        "needle": needle_for(15),
        "depth_mm": [10, 15],
        "angle": "perpendicular",
        "deqi": "clear",
        "because": [{"rule": "practitioner", "text": "Added by the practitioner.", "sources": []}],
        "cautions": [],
    }


def needle_for(depth_mm: int) -> dict[str, float]:
    """The shortest usual needle that leaves at least 8 mm outside at that depth (DESIGN)."""
    length = next((size for size in (13, 25, 30, 40, 50, 60, 75, 100) if size >= depth_mm + 8), 125)
    diameter = 0.2 if length <= 25 else 0.25 if length <= 50 else 0.3
    return {"diameter_mm": diameter, "length_mm": length}
