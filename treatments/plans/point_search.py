"""Finds a point of the book by any spelling and makes it an item of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.clinic_knowledge import planner_knowledge
from treatments.own_points import with_own_points
from treatments.planner.knowledge.needle_sizes import needle_of
from treatments.planner.knowledge.point_names import find_point, is_own, plain_name, search_points
from treatments.planner.knowledge.regions import tender_region
from treatments.planner.knowledge.tables import Point
from treatments.planner.treatment.by_hand import by_hand
from treatments.planner.treatment.shapes import NeedleJson, PointJson
from treatments.planner.vocabulary.modalities import TECHNIQUES

ASHI = "ASHI"
MOST = 40  # looked through for a point that somebody uses often


def search(text: str, limit: int = 8, first: Sequence[str] = ()) -> list[Point]:
    """Points that the typed text can mean, best first; before them those of ``first``, which nothing typed offers."""
    knowledge = with_own_points()
    if not text.strip():
        return [knowledge.points[code] for code in first][:limit]
    found = search_points(text[:60], knowledge, MOST if first else limit)
    found = [point for point in found if point.use != "never" or not is_own(point.code)]  # taken out of use
    return sorted(found, key=lambda point: point.code not in first)[:limit]


def find(text: str) -> Point | None:
    """The point a text means: its exact name, or the only one beginning with it; None if none or several."""
    point = find_point(text[:60], with_own_points())
    if point is None:
        found = search(text, limit=2)
        point = found[0] if len(found) == 1 else None
    return point


def is_ashi(text: str) -> bool:
    return plain_name(text) in ("ashi", "ashixue", "阿是", "阿是穴")


def planned(
    point: Point, *, side: str, levels: list[str] | None = None, depth_mm: Sequence[int] | None = None
) -> PointJson:
    """A point of the book as an item of a stage, with the book's angle, its depth or this one, a suitable needle."""
    usual = planner_knowledge().by_hand
    book, cap = point.limits_at(thoracic=any(level[0] == "T" for level in levels or []))
    low, high = depth_mm or book
    high = min(high, cap, point.cap_mm)
    is_midline = point.sides == "midline"
    return {
        "code": point.code,
        "name": point.shown_name,
        "side": "midline" if is_midline else ("both" if side == "midline" else side),
        "levels": levels or [],
        "role": "local" if point.limb == "none" else "distal",
        "technique": point.technique if point.technique in TECHNIQUES else usual.technique,
        "needle": _needle(point.region, high),
        "depth_mm": [min(low, high), high],
        "angle": point.angle,
        "deqi": usual.deqi,
        "because": by_hand(),
        "cautions": [*place_words(point), *point.cautions],
    }


def place_words(point: Point) -> tuple[str, ...]:
    """Where a point of the clinic's own lies: no book tells it, so the plan, and what is signed, says it itself."""
    return (f"Place: {point.location.rstrip('.')}.",) if is_own(point.code) else ()


def planned_ashi(*, where: str, side: str) -> PointJson:
    """A tender place found by palpation: shallow and even by default."""
    usual = planner_knowledge().by_hand
    region = tender_region(where, (), planner_knowledge()) or ""
    return {
        "code": ASHI,
        "name": "Ashi 阿是",
        "side": side,
        "levels": [],
        "where": where,
        "role": "local",
        "technique": usual.technique,
        "needle": _needle(region, usual.tender_depth_mm[1]),
        "depth_mm": list(usual.tender_depth_mm),
        "angle": usual.tender_angle,
        "deqi": usual.deqi,
        "because": by_hand(),
        "cautions": [],
    }


def _needle(region: str, depth_mm: int) -> NeedleJson:
    return needle_of(region, depth_mm, planner_knowledge(), is_fine=False).as_json()
