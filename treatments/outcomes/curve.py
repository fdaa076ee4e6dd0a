"""Geometry of a score curve: numbers for an SVG drawn in a template, in units of its view box."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 34, 104, 14, 34  # the labels of the lines are on the right


@dataclass(frozen=True)
class Value:
    """One value of a series: when, how much, at which visit (None: not at a visit), on what occasion."""

    at: dt.datetime
    value: float
    visit: int | None
    occasion: str


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    label: str
    is_review: bool


@dataclass(frozen=True)
class Line:
    """A horizontal mark with its label; ``text_y`` keeps the labels of close lines apart."""

    y: float
    text: str
    kind: str
    text_y: float


@dataclass(frozen=True)
class Curve:
    path: str
    second_path: str
    dots: tuple[Dot, ...]
    second_dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, int], ...]
    dates: tuple[tuple[float, str, str], ...]  # x, text, text-anchor
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def curve(
    series: list[Value],
    *,
    low: float = 0,
    high: float,
    marks: list[tuple[float, str, str]],
    second: list[Value] | None = None,
) -> Curve:
    """``marks``: (value, words, kind) drawn as lines. ``second``: a thinner series on the same scale."""
    everything = sorted([*series, *(second or [])], key=lambda value: value.at)
    if not everything:
        return Curve("", "", (), (), (), (), ())
    first, last = everything[0].at, everything[-1].at
    span = max((last - first).total_seconds(), 1.0)
    inner = WIDTH - LEFT - RIGHT

    def x_of(at: dt.datetime) -> float:
        return round(LEFT + 6 + (inner - 12) * (at - first).total_seconds() / span, 1)

    def y_of(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - (min(max(value, low), high) - low) / (high - low)), 1)

    def dots(values: list[Value]) -> tuple[Dot, ...]:
        return tuple(Dot(x_of(v.at), y_of(v.value), _words(v), v.occasion == "review") for v in values)

    def path(values: list[Value]) -> str:
        return " ".join(f"{x_of(v.at)},{y_of(v.value)}" for v in values)

    step = 2 if high == 10 else max(1, int(high - low) // 4)
    lines = []
    previous = -99.0
    for value, text, kind in sorted(marks, key=lambda mark: -mark[0]):
        y = y_of(value)
        text_y = max(y, previous + 14)
        previous = text_y
        lines.append(Line(y, text, kind, round(text_y, 1)))
    return Curve(
        path=path(series),
        second_path=path(second or []),
        dots=dots(series),
        second_dots=dots(second or []),
        lines=tuple(lines),
        ticks=tuple((y_of(tick), tick) for tick in range(int(low), int(high) + 1, step)),
        dates=_dates(everything, x_of),
    )


def _words(value: Value) -> str:
    where = f"visit {value.visit}" if value.visit else value.occasion
    return f"{value.value:g} on {value.at:%-d %b %Y}, {where}"


def _dates(everything: list[Value], x_of: Callable[[dt.datetime], float]) -> tuple[tuple[float, str, str], ...]:
    """First, last, and as many dates in between as fit."""
    shown: list[tuple[float, str, str]] = []
    last_x = x_of(everything[-1].at)
    for index, value in enumerate(everything):
        x = x_of(value.at)
        if index == 0:
            shown.append((x, f"{value.at:%-d %b}", "start"))
        elif x - shown[-1][0] >= 70 and last_x - x >= 70:
            shown.append((x, f"{value.at:%-d %b}", "middle"))
    if last_x - shown[-1][0] >= 60:
        shown.append((last_x, f"{everything[-1].at:%-d %b}", "end"))
    return tuple(shown)
