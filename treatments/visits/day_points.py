"""A point added on the day, by any spelling, the way it is usually needled."""

from __future__ import annotations

from treatments.planner.treatment.shapes import PointJson
from treatments.plans import point_search


class UnknownPoint(Exception):
    """No point, or more than one, has that name. ``nearest``: names that may have been meant."""

    def __init__(self, text: str, nearest: list[str]) -> None:
        super().__init__(text)
        self.nearest = nearest


def point_for(text: str, side: str) -> PointJson:
    """An item for a stage of a visit. ``side`` "" means both, or the midline. Raises UnknownPoint.

    A tender place found by palpation is written ``ashi, left iliac crest``.
    """
    head, _, where = text.strip().replace(":", ",").partition(",")
    if not where:
        head, _, where = text.strip().partition(" ")
    if point_search.is_ashi(head):
        if not where.strip():
            raise UnknownPoint("Write where the tender place is, as in “ashi, left iliac crest”.", [])
        return point_search.planned_ashi(where=where.strip()[:80], side=side or "left")
    point = point_search.find(text)
    if point is None:
        near = [f"{one.code} {one.name}" for one in point_search.search(text, limit=4)]
        raise UnknownPoint(f"No single point matches “{text}”.", near)
    return point_search.planned(point, side=side or "both")
