"""What a reason was given for. It overrides one rule for one item and one value: another value is another stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treatments.planner.treatment.hand_made import ReadElectro, ReadItem, ReadPlan, ReadPoint, ReadStage


def passes(override: Mapping[str, Any], *, code: str, item: str, value: str, text: str) -> bool:
    """Whether a reason was given for exactly this. Reasons stored before values were kept are matched by their text,
    which contains the numbers."""
    if override.get("code") != code or override.get("item") != item:
        return False
    return bool(override["value"] == value if "value" in override else override.get("text") == text)


def passing(
    overrides: Iterable[Mapping[str, Any]], *, code: str, item: str, value: str, text: str
) -> Mapping[str, Any] | None:
    """The reason that overrides a stop, or None."""
    return next((one for one in overrides if passes(one, code=code, item=item, value=value, text=text)), None)


def value_at(plan: ReadPlan, path: str) -> str:
    """What a rule judges at a path of the plan, in words that stay the same only while nothing relevant changes."""
    whole, _, leaf = path.rpartition(".")
    if path == "stages":
        return f"{plan.needles} needles"
    for stage in plan.stages:
        if path in (stage.path, f"{stage.path}.position"):
            return f"{len(plan.stages)} stages, {_words(stage.position, stage.side_up)}"
        if path == f"{stage.path}.retention_min":
            return f"{_number(stage.retention_min)} min"
        for point in stage.points:
            if path == point.path:
                return _point(stage, point)
        for current in stage.electro:
            if path in (current.path, f"{current.path}.minutes"):
                return _current(current)
    for item in (*plan.adjuncts, *plan.ear, *plan.home_care):
        if path == f"{item.path}.keep_days":
            return f"{_item(item)}, {_number(item.keep_days)} days"
        if path == item.path or whole == item.path:
            at = next((f" at {_words(ref.code, ref.side)}" for ref in item.points if ref.path == path), "")
            return f"{_item(item)}{at}"
    if path.startswith("dose") and plan.dose is not None:
        return f"{plan.dose.sessions} visits, {_number(plan.dose.per_week)} a week, {leaf}"
    return ""


def _point(stage: ReadStage, point: ReadPoint) -> str:
    deepest = _number(point.depth_mm[1] if point.depth_mm else None)
    return _words(stage.position, point.shown, point.side, f"{deepest} mm", point.angle)


def _current(current: ReadElectro) -> str:
    levels = current.lead_levels or (("", ""),) * len(current.leads)
    pairs = ", ".join(
        "-".join(f"{code} {level}".strip() for code, level in zip(pair, at, strict=True))
        for pair, at in zip(current.leads, levels, strict=False)
    )
    return _words(pairs, current.side, f"{current.frequency_hz} Hz", f"{_number(current.minutes)} min")


def _item(item: ReadItem) -> str:
    points = ", ".join(_words(ref.code, ref.side) for ref in item.points)
    return _words(item.kind, item.detail, item.where, item.side, points, f"{_number(item.minutes)} min")


def _words(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
