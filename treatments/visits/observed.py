"""What was observed at a visit, as opposed to planned: only what someone saw or felt counts as observed.

Records from before this distinction hold the plan's depth as a range and the plan's deqi: they count as planned.
"""

from __future__ import annotations

from collections.abc import Mapping

from treatments.planner.knowledge.override_reasons import reasons_for
from treatments.planner.treatment.visit_shapes import (
    ChartedAdjunct,
    ChartedElectro,
    ChartedItem,
    ChartedPoint,
    ChartedStage,
    VisitRecord,
)
from treatments.planner.treatment.written import depth_text, needle_words

ASHI = "ASHI"
MOST_MINUTES = 120  # no needle stays in longer than that: one of the two times is wrong
# what a note must contain before it is signed: key -> name
ASKED = {"pain": "Pain now", "time": "Time of the first needle", "response": "What changed right after"}


def depth_of(point: ChartedPoint) -> tuple[int, int] | None:
    """Depth reached in mm, or None. Older records may hold a range typed by someone."""
    depth = point.get("depth_mm")
    if depth is None or depth == _planned_depth(point):
        return None
    return (int(depth[0]), int(depth[1])) if isinstance(depth, list) else (int(depth), int(depth))


def deqi_of(point: ChartedPoint) -> str:
    """Deqi obtained, or "". In an older record the plan's own value is not an observation."""
    planned = point["planned"]
    if planned and isinstance(point["depth_mm"], list) and point["deqi"] == planned["deqi"]:
        return ""
    return point["deqi"] or ""


def _planned_depth(point: ChartedPoint) -> list[int] | None:
    return point["planned"]["depth_mm"] if point["planned"] else None


def intended_depth(point: ChartedPoint) -> tuple[int, int]:
    """The intended depth: that of the plan, or the usual one for a point added on the day."""
    meant = _planned_depth(point) or point.get("usual_depth_mm") or point["depth_mm"]
    low, high = meant if isinstance(meant, list) else (meant or 0, meant or 0)
    return int(low), int(high)


def judged_depth(point: ChartedPoint) -> list[int]:
    """The depth that safety judges: the one reached if it is deeper than intended."""
    reached, meant = depth_of(point), intended_depth(point)
    return list(reached if reached and reached[1] > meant[1] else meant)


def longest(item: ChartedElectro | ChartedAdjunct) -> int:
    """The minutes that safety judges: those given if they are more than intended."""
    return max(item.get("minutes") or 0, item.get("planned_minutes") or 0) or 1


def retention_of(stage: ChartedStage) -> int | None:
    """Minutes the needles stayed in: as entered, or from the first needle in to the last one out."""
    if stage["retention_min"]:
        return int(stage["retention_min"])
    if stage.get("first_insertion") and stage.get("out_at"):
        minutes = _minute_of_day(stage["out_at"]) - _minute_of_day(stage["first_insertion"])
        return minutes if 0 < minutes <= MOST_MINUTES else None
    return None


def _minute_of_day(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    return hour * 60 + minute


def is_to_be_found(item: ChartedItem) -> bool:
    """A planned tender point that nobody has recorded as found today."""
    return "code" in item and item["code"] == ASHI and not item.get("found")


def missing_of(record: VisitRecord) -> list[str]:
    """What was not recorded about a treatment given: keys of ``ASKED``."""
    start, close = record["start"], record["close"]
    needled = [s for s in record["stages"] if any(p["done"] == "done" for p in s["points"])]
    is_missing = {
        "pain": start.get("pain_now") is None,
        "time": any(not stage["first_insertion"] for stage in needled),
        "response": not close.get("response") and close.get("pain_after") is None,
    }
    return [key for key in ASKED if is_missing[key]]


def unsaid_of(record: VisitRecord) -> list[str]:
    """What is missing without a reason."""
    return [key for key in missing_of(record) if not why_unsaid(record, key)]


def why_unsaid(record: VisitRecord, key: str) -> str:
    """Why one of ``ASKED`` is not in the note, in words; empty if nobody said."""
    said: Mapping[str, object] = record.get("unsaid", {})
    return reasons_for("unsaid").get(str(said.get(key, "")), "")


def manner_words(point: ChartedPoint) -> str:
    """How a point is or was needled: observed values where there are any, the rest as planned."""
    reached = depth_of(point)
    words = [point["side"]]
    if point["levels"]:
        words.append(" ".join(point["levels"]))
    words.append(f"{span(reached)} mm" if reached else f"{span(intended_depth(point))} mm planned")
    words.append(needle_words(point["needle"], "×"))
    words.append(point["technique"])
    if deqi := deqi_of(point):
        words.append(f"deqi {deqi}")
    if point.get("note"):
        words.append(point["note"])
    return " · ".join(words)


def span(depth: tuple[int, int]) -> str:
    return depth_text(*depth)
