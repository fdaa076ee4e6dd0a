"""The figure of the point map: its outlines, and where a point lies on them. Data: knowledge/figure.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

from clinic.lib.knowledge_files import Fault, KnowledgeError, Reader, Strict
from intake.assessment.spine import levels_in
from treatments.own_points import known_point
from treatments.planner.knowledge.load import FOLDER
from treatments.planner.knowledge.regions import regions_in
from treatments.planner.vocabulary.body import region_of_level

FILE = "figure.toml"
Face = Literal["back", "front", "outer", "inner", "any"]
View = Literal["back", "front", "side"]
Pair = tuple[float, float]
Triple = tuple[float, float, float]
ARM_REGIONS = ("upper_arm", "elbow", "forearm", "wrist", "hand")


class Side(Strict):
    width: float
    outline: str
    contour: tuple[Triple, ...]
    paraspinal: float
    trunk_to: float


class Several(Strict):
    """A point with more than one needle on each side."""

    places: tuple[Pair, ...]
    face: Face
    is_arm: bool = False


class Figure(Strict):
    """figure.toml. Places are (distance from the midline, height), or with depth for the side view."""

    width: float
    height: float
    beside_the_spine: float
    outline: str
    lines: Mapping[View, tuple[str, ...]]
    side: Side
    levels: Mapping[str, float]
    back: Mapping[str, Pair]
    front: Mapping[str, Pair]
    outer: Mapping[str, Triple]
    inner: Mapping[str, Triple]
    arm: Mapping[str, Pair]
    head: Mapping[str, Pair]
    several: Mapping[str, Several]
    region: Mapping[str, Pair]
    region_faces: Mapping[Literal["back", "front"], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a needle goes: distance from the midline, height, the face of the body, depth from the front
    if known, whether it is on the arm, and whether the place is approximate."""

    x: float
    y: float
    face: Face
    depth: float | None = None
    is_arm: bool = False
    is_about: bool = False


@lru_cache(maxsize=4)
def load_figure(folder: Path = FOLDER) -> Figure:
    """Raises KnowledgeError."""
    read = Reader(folder)
    figure = read.whole(FILE, Figure)
    read.raise_faults()
    assert figure
    return figure


def figure_faults(folder: Path = FOLDER) -> tuple[Fault, ...]:
    try:
        load_figure(folder)
    except KnowledgeError as error:
        return error.faults
    return ()


def places_of(code: str, *, levels: tuple[str, ...] = (), where: str = "") -> tuple[Place, ...]:
    """Where the needles of a point lie on one side of the body. Empty if nothing says where, as for an ashi point
    without a description. ``levels``: of the spine, for EX-B2; ``where``: the words for a tender point."""
    figure = load_figure()
    if levels:
        return tuple(Place(figure.beside_the_spine, figure.levels[n], "back") for n in levels if n in figure.levels)
    if code in figure.back:
        return (Place(*figure.back[code], "back"),)
    if code in figure.front:
        return (Place(*figure.front[code], "front"),)
    if code in figure.outer:
        x, y, depth = figure.outer[code]
        return (Place(x, y, "outer", depth),)
    if code in figure.inner:
        x, y, depth = figure.inner[code]
        return (Place(x, y, "inner", depth),)
    if code in figure.arm:
        return (Place(*figure.arm[code], "any", is_arm=True),)
    if code in figure.head:
        return (Place(*figure.head[code], "any", 0.5),)
    if code in figure.several:
        several = figure.several[code]
        return tuple(Place(x, y, several.face, 0.5, is_arm=several.is_arm) for x, y in several.places)
    return _about(code, where)


def _about(code: str, where: str) -> tuple[Place, ...]:
    """By the words for a tender point, or by the region of a point without a place of its own."""
    figure = load_figure()
    point = known_point(code)
    if point is not None and not where:
        return _in_region(point.region, at_middle=point.sides == "midline")
    named = [figure.levels[level] for level in levels_in(where) if level in figure.levels]
    regions = regions_in(where)
    levels = [level for level in levels_in(where) if level in figure.levels]
    if not regions and levels and levels[0][0] in "TL":
        regions = (region_of_level(levels[0]),)
    found = _in_region(regions[0]) if regions else ()
    if found and named and found[0].face == "back":
        return (Place(found[0].x, sum(named) / len(named), "back", is_about=True),)
    return found


def _in_region(region: str, *, at_middle: bool = False) -> tuple[Place, ...]:
    figure = load_figure()
    if region not in figure.region:
        return ()
    x, y = figure.region[region]
    faces: dict[str, Face] = {r: face for face, regions in figure.region_faces.items() for r in regions}
    face = faces.get(region, "any")
    is_arm = region in ARM_REGIONS
    return (Place(0 if at_middle else x, y, face, None if is_arm else 0.5, is_arm=is_arm, is_about=True),)


def from_the_side(place: Place) -> tuple[float, float] | None:
    """The place on the figure seen from the left; None for the arm, which that figure omits."""
    if place.is_arm:
        return None
    side = load_figure().side
    front, back = _edges(place.y)
    inset = 3 + (place.x * side.paraspinal if place.y < side.trunk_to else 0)
    if place.face == "back":
        return back - inset, place.y
    if place.face == "front":
        return front + inset, place.y
    return front + (back - front) * (0.5 if place.depth is None else place.depth), place.y


def _edges(y: float) -> tuple[float, float]:
    rows = load_figure().side.contour
    y = min(max(y, rows[0][0]), rows[-1][0])
    for (y0, front0, back0), (y1, front1, back1) in pairwise(rows):
        if y0 <= y <= y1:
            part = (y - y0) / (y1 - y0)
            return front0 + (front1 - front0) * part, back0 + (back1 - back0) * part
    raise AssertionError(f"height {y} is outside the figure")
