"""One visit for two complaints: what is due of the second plan is laid into the record of the first, no point twice.

Of a place that both plans ask for there is one entry, on the sides of both; the needles stay for the shorter of the two
times. ``also`` on an item: it is there for the second complaint alone.
"""

from __future__ import annotations

from clinic.lib.loose import fresh
from treatments.planner.treatment.shapes import EarPointJson
from treatments.planner.treatment.visit_shapes import ChartedEar, ChartedPoint, ChartedStage, VisitRecord

SECOND = "b"  # begins the uid of what came with the second plan


def joined(record: VisitRecord, other: VisitRecord) -> VisitRecord:
    """``record`` with ``other``: both new, of the two plans, for the same day."""
    new, more = fresh(record), fresh(other)
    shared: list[str] = []
    for stage in more["stages"]:
        into = next((one for one in new["stages"] if _lies(one) == _lies(stage)), None)
        points = []
        for point in stage["points"]:
            twin = _twin(new, point)
            if twin is None:
                points.append(point)
            else:
                _on_both_sides(twin, point)
                shared.append(point["code"])
        leads = [current["leads"] for one in new["stages"] for current in one["electro"]]
        currents = [current for current in stage["electro"] if current["leads"] not in leads]
        if into is None and (points or currents):
            into = {**stage, "uid": f"{SECOND}{stage['uid']}", "points": [], "electro": []}
            new["stages"].append(into)
        if into is None:
            continue
        into["planned_retention_min"] = min(into["planned_retention_min"], stage["planned_retention_min"])
        for item in (*points, *currents):
            item["uid"] = f"{SECOND}{item['uid']}"
            item["also"] = True
        into["points"] += points
        into["electro"] += currents
    there = [(one["kind"], one["where"], one["points"]) for one in new["adjuncts"]]
    for adjunct in more["adjuncts"]:
        if (adjunct["kind"], adjunct["where"], adjunct["points"]) not in there:
            new["adjuncts"].append({**adjunct, "uid": f"{SECOND}{adjunct['uid']}", "also": True})
    for ear in more["ear"]:
        if rest := _rest_of_ear(new["ear"], ear):
            new["ear"].append({**ear, "uid": f"{SECOND}{ear['uid']}", "points": rest, "also": True})
    new["shared"] = shared
    return new


def _lies(stage: ChartedStage) -> tuple[str, str | None]:
    return stage["position"], stage.get("side_up")


def _twin(record: VisitRecord, point: ChartedPoint) -> ChartedPoint | None:
    place = _place(point)
    return next((one for stage in record["stages"] for one in stage["points"] if _place(one) == place), None)


def _place(point: ChartedPoint) -> tuple[str, str, tuple[str, ...]]:
    return point["code"], point.get("where", ""), tuple(point.get("levels") or ())


def _on_both_sides(twin: ChartedPoint, point: ChartedPoint) -> None:
    if twin["side"] != point["side"]:
        twin["side"] = "both"
        if twin["planned"] is not None:
            twin["planned"]["side"] = "both"


def _rest_of_ear(there: list[ChartedEar], ear: ChartedEar) -> list[EarPointJson]:
    """The points of the second plan that are not on this ear already, whatever the method."""
    codes = {
        p["code"]
        for one in there
        if one["side"] == ear["side"] or "both" in (one["side"], ear["side"])
        for p in one["points"]
    }
    return [point for point in ear["points"] if point["code"] not in codes]
