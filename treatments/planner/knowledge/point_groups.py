"""A named group of points: written one point a line, read and checked, and made for the side that hurts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NotRequired, TypedDict

from treatments.planner.knowledge.point_names import find_point, search_points
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Point
from treatments.planner.treatment.written import read_depth, split_levels
from treatments.planner.vocabulary.body import SIDES

MOST = 24
MIRROR = {"left": "right", "right": "left"}
RELATIVE = ("painful", "opposite")
_DEPTH = re.compile(r"\d{1,3}(-\d{1,3})?")


class GroupPoint(TypedDict):
    """``side``: left, right, both, midline, or painful and opposite, which the patient settles."""

    code: str
    side: str
    levels: list[str]
    depth_mm: NotRequired[list[int]]


class GroupError(ValueError):
    """One sentence for each line that cannot be used."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


def read_group(text: str, knowledge: PlannerKnowledge) -> list[GroupPoint]:
    """`GB30 painful 30-50`, one a line: a point, levels of the spine, a side, a depth in mm. Raises GroupError."""
    found: list[GroupPoint] = []
    faults: list[str] = []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        faults.append("Write at least one point.")
    if len(lines) > MOST:
        faults.append(f"At most {MOST} points.")
    for line in lines[:MOST]:
        try:
            found.append(_read_line(line, knowledge))
        except ValueError as error:
            faults.append(f"{line[:40]}: {error}")
    if faults:
        raise GroupError(faults)
    return found


def _read_line(line: str, knowledge: PlannerKnowledge) -> GroupPoint:
    words = line.split()
    sides = [word for word in words[1:] if word.lower() in (*SIDES, *RELATIVE)]
    depths = [word for word in words[1:] if _DEPTH.fullmatch(word)]
    if len(sides) > 1 or len(depths) > 1:
        raise ValueError("one side and one depth for each point.")
    name, levels = split_levels(" ".join(word for word in words if word not in (*sides, *depths)))
    point = find_point(name, knowledge)
    if point is None:
        near = search_points(name, knowledge, limit=2)
        point = near[0] if len(near) == 1 else None
    if point is None:
        raise ValueError("no single point is called that.")
    if point.code == "ASHI":
        raise ValueError("a tender point is found in the patient, not kept in a group.")
    if point.use == "never":
        raise ValueError(f"{point.code} is not needled here.")
    side = sides[0].lower() if sides else "both"
    group: GroupPoint = {"code": point.code, "side": "midline" if point.sides == "midline" else side, "levels": levels}
    if depths:
        low, high = read_depth(depths[0])
        cap = cap_of(point, levels)
        if high > cap:
            raise ValueError(f"{point.code} is needled {cap} mm deep at most.")
        group["depth_mm"] = [low, high]
    return group


def cap_of(point: Point, levels: Iterable[str]) -> int:
    """The greatest depth of a point, at these levels of the spine."""
    return min(point.limits_at(thoracic=any(level[0] == "T" for level in levels))[1], point.cap_mm)


def write_group(points: Iterable[Mapping[str, object]]) -> str:
    """The lines that read back to the same group."""
    lines = []
    for point in points:
        depth = point.get("depth_mm")
        words = [str(point["code"]), *point["levels"]]  # type: ignore[misc]
        words.append(str(point["side"]))
        if isinstance(depth, list):
            words.append(f"{depth[0]}-{depth[1]}" if depth[0] != depth[1] else str(depth[0]))
        lines.append(" ".join(words))
    return "\n".join(lines)


def side_for(side: str, painful: tuple[str, ...]) -> str:
    """The side of a group's point in one patient: painful and opposite are settled by the side that hurts."""
    if side not in RELATIVE:
        return side
    if len(painful) != 1:
        return "both"
    return painful[0] if side == "painful" else MIRROR[painful[0]]
