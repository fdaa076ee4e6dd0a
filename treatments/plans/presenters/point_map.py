"""The points of a stage on a figure: dots where the needles go, a name next to each, nothing overlapping.

All of it is computed from the plan, so the same plan always gives the same drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinic.lib.by_value import ByValue
from clinic.lib.loose import Context
from treatments.own_points import knowledge_with, known_point
from treatments.planner.treatment.shapes import PointJson, StageJson
from treatments.planner.vocabulary.body import SIDES_LONG
from treatments.plans.presenters.figure import Place, View, from_the_side, load_figure, places_of

MARGIN = 82.0  # room for the names on each side of the figure
LINE = 16.0  # height of a name
DOT = 3.0
APART = 2 * DOT + 1.2
# steps tried in turn, (outward, down)
NUDGES = ((1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (2, 0), (0, 2), (0, -2), (2, 1), (2, -1), (3, 0))
WORDS = {"back": "from behind", "front": "from the front", "side": "from the side"}


DRAWINGS: ByValue[Context] = ByValue(64)  # some 20 kB each
Placed = tuple[int, PointJson, tuple[Place, ...]]  # number in the stage, point, places


@dataclass(slots=True)
class _Dot:
    x: float
    y: float
    kind: str  # "", "about", "far"


@dataclass(slots=True)
class _Mark:
    """A point in one view: its dots, those its name points to, and where the name goes."""

    number: int
    text: str
    dots: list[_Dot] = field(default_factory=list)
    on_left: bool = False
    y: float = 0


def of_stage(stage: StageJson) -> Context | None:
    """What the template draws: ``figures``, and ``legend``, the same as a list. None without points."""
    points = stage.get("points", [])
    if not points:
        return None
    told, make = (stage["position"], stage.get("side_up"), points), lambda: _drawing(stage, points)
    return DRAWINGS.get(told, (load_figure(), knowledge_with(point["code"] for point in points)), make)


def _drawing(stage: StageJson, points: Sequence[PointJson]) -> Context:
    placed = [(i, point, _places(point)) for i, point in enumerate(points, start=1)]
    views = _views(stage["position"], [place for *_, places in placed for place in places])
    figures = [_figure(view, placed, stage.get("side_up"), is_only=len(views) == 1) for view in views]
    drawn = {mark["number"] for figure in figures for mark in figure["marks"]}
    return {
        "figures": figures,
        "legend": [_line(number, point, number in drawn) for number, point, _ in placed],
        "elsewhere": [f"{n} {_name(point)}" for n, point, _ in placed if n not in drawn],
        "has_about": any(dot["kind"] == "about" for f in figures for mark in f["marks"] for dot in mark["dots"]),
        "has_far": any(dot["kind"] == "far" for f in figures for mark in f["marks"] for dot in mark["dots"]),
    }


def _places(point: PointJson) -> tuple[Place, ...]:
    return places_of(point["code"], levels=tuple(point.get("levels") or ()), where=point.get("where") or "")


def _views(position: str, places: list[Place]) -> tuple[View, ...]:
    """The side facing up. When seated both sides can be reached: those with points are shown."""
    if position == "prone":
        return ("back",)
    if position == "supine":
        return ("front",)
    if position == "side_lying":
        return ("side",)
    faces = {place.face for place in places}
    views: tuple[View, ...] = tuple(view for view in ("back", "front") if view in faces)
    return views or ("front",)


def _figure(view: View, placed: Sequence[Placed], side_up: str | None, *, is_only: bool) -> Context:
    figure = load_figure()
    width = figure.side.width if view == "side" else figure.width
    is_turned = view == "side" and side_up == "right"
    marks: list[_Mark] = []
    taken: list[_Dot] = []
    for number, point, places in placed:
        if not is_only and view == "front" and any(place.face == "back" for place in places):
            continue  # seated: a point on the back belongs on the other figure
        if not is_only and view == "back" and any(place.face != "back" for place in places):
            continue
        mark = _Mark(number, point["code"])
        for place in places:
            for x, y, kind in _spots(view, place, point["side"], side_up, width):
                dot = _free(_Dot(width - x if is_turned else x, y, kind), taken, view)
                taken.append(dot)
                mark.dots.append(dot)
        if mark.dots:
            marks.append(mark)
    _name_places(marks, width, figure.height)
    letters = {"back": ("L", "R"), "front": ("R", "L")}.get(view)
    return {
        "view": view,
        "words": f"{WORDS[view]}, {side_up} side up" if view == "side" and side_up else WORDS[view],
        "is_turned": is_turned,
        "outline": figure.side.outline if view == "side" else figure.outline,
        "is_mirrored": view != "side",
        "lines": figure.lines.get(view, ()),
        "width": _n(width),
        "height": _n(figure.height),
        "box": f"{_n(-MARGIN)} -4 {_n(width + 2 * MARGIN)} {_n(figure.height + 4)}",
        "letters": letters,
        "letter_x": (_n(width * 0.14), _n(width * 0.86)),
        "marks": [_drawn(mark, width) for mark in marks],
        "marks_words": ", ".join(f"{mark.number} {mark.text}" for mark in marks),
    }


def _spots(view: View, place: Place, side: str, side_up: str | None, width: float) -> list[tuple[float, float, str]]:
    """Every dot of a place in a view: x, y and kind."""
    kind = "about" if place.is_about else ""
    if view == "side":
        spot = from_the_side(place)
        if spot is None:
            return []
        beneath = (side in ("left", "right") and side != side_up) or (place.face == "inner" and side != "both")
        return [(*spot, "far" if beneath else kind)]
    other = "front" if view == "back" else "back"
    if place.face == other:
        kind = "far"
    middle = width / 2
    if side == "midline" and place.x >= APART:  # a bilateral point set to the midline by hand
        return [(middle, place.y, kind)]
    left = -1 if view == "back" else 1  # from behind, the patient's left is on the viewer's left
    signs = {"left": (left,), "right": (-left,)}.get(side, (-1, 1))
    if place.x == 0:
        signs = (1,)
    return [(middle + sign * place.x, place.y, kind) for sign in signs]


def _free(dot: _Dot, taken: list[_Dot], view: View) -> _Dot:
    """Moved a little until it overlaps no other dot: outward first, in the side view along the body."""
    outward = 1 if dot.x >= load_figure().width / 2 else -1
    steps = NUDGES if view != "side" else [(down, across) for across, down in NUDGES]

    def is_free(x: float, y: float) -> bool:
        return all((x - t.x) ** 2 + (y - t.y) ** 2 >= APART**2 - 0.01 for t in taken)

    if is_free(dot.x, dot.y):
        return dot
    for across, down in steps:
        x, y = dot.x + across * outward * APART, dot.y + down * APART
        if is_free(x, y):
            return _Dot(x, y, dot.kind)
    return _free(_Dot(dot.x, dot.y + 3 * APART, dot.kind), taken, view)


def _name_places(marks: list[_Mark], width: float, height: float) -> None:
    """Names go in two columns beside the figure, ordered by the height of their dots, one line each."""
    columns: dict[bool, list[_Mark]] = {True: [], False: []}
    middle = width / 2
    either = []
    for mark in marks:
        sides = {dot.x < middle - 1 for dot in mark.dots if abs(dot.x - middle) > 1}
        if len(sides) == 1:
            mark.on_left = sides.pop()
            columns[mark.on_left].append(mark)
        else:
            either.append(mark)
    for mark in either:  # on both sides or the midline: to the emptier column
        mark.on_left = len(columns[True]) < len(columns[False])
        columns[mark.on_left].append(mark)
    for column in columns.values():
        for mark in column:
            mark.y = sum(dot.y for dot in _pointed_at(mark, middle)) / len(_pointed_at(mark, middle))
        column.sort(key=lambda mark: (mark.y, mark.number))
        low = LINE / 2
        for mark in column:
            mark.y = low = max(mark.y, low)
            low += LINE
        high = height - LINE / 2
        for mark in reversed(column):
            mark.y = high = min(mark.y, high)
            high -= LINE


def _pointed_at(mark: _Mark, middle: float) -> list[_Dot]:
    """The dots on the name's side of the body; for the midline all."""
    near = [dot for dot in mark.dots if (dot.x < middle - 1) == mark.on_left and abs(dot.x - middle) > 1]
    return near or mark.dots


def _drawn(mark: _Mark, width: float) -> Context:
    edge = -6.0 if mark.on_left else width + 6
    knee = edge + (5 if mark.on_left else -5)
    return {
        "number": mark.number,
        "text": mark.text,
        "anchor": "end" if mark.on_left else "start",
        "x": _n(edge + (-4 if mark.on_left else 4)),
        "y": _n(mark.y),
        "leaders": [
            f"M{_n(edge)} {_n(mark.y)} H{_n(knee)} L{_n(dot.x)} {_n(dot.y)}" for dot in _pointed_at(mark, width / 2)
        ],
        "dots": [{"x": _n(dot.x), "y": _n(dot.y), "kind": dot.kind} for dot in mark.dots],
    }


def _name(point: PointJson) -> str:
    return " ".join([point["code"], *(point.get("levels") or [])])


def _line(number: int, point: PointJson, is_drawn: bool) -> Context:
    """The point in words: where it lies, from the knowledge or from palpation."""
    known = known_point(point["code"])
    return {
        "number": number,
        "name": _name(point),
        "side": SIDES_LONG.get(point["side"], point["side"]),
        "where": point.get("where") or (known.location if known else ""),
        "is_drawn": is_drawn,
    }


def _n(value: float) -> str:
    """A number in SVG syntax, whatever the reader's language."""
    return f"{value:.1f}".removesuffix(".0")
