"""What was done at a visit without being planned: added to its record, or removed again.

Each function returns a new record; see ``visits.record`` for its shape.
"""

from __future__ import annotations

import datetime as dt

from clinic.lib.loose import fresh
from treatments.planner.treatment.shapes import EarPointJson, PointJson
from treatments.planner.treatment.visit_shapes import ChartedStage, VisitRecord
from treatments.visits.record import KEEP_DAYS, comes_off


def with_point(record: VisitRecord, stage_uid: str, point: PointJson) -> VisitRecord:
    """A record with one more point, done, at the end of a stage. Raises KeyError for an unknown stage.

    ``point``: the way it is usually needled.
    """
    new = fresh(record)
    stage = _stage_of(new, stage_uid)
    taken = [int(one["uid"].rpartition("p")[2]) for one in stage["points"]]
    where = point.get("where", "")
    stage["points"].append(
        {
            "uid": f"{stage_uid}p{max(taken, default=-1) + 1}",
            "code": point["code"],
            "name": point["name"],
            "where": where,
            "role": point.get("role", "local"),
            "angle": point.get("angle", ""),
            "side": point["side"],
            "levels": list(point.get("levels") or []),
            "technique": point["technique"],
            "needle": point["needle"].copy(),
            "usual_depth_mm": list(point["depth_mm"]),
            "depth_mm": None,
            "deqi": "",
            "found": where,
            "because": fresh(point["because"]),
            "cautions": list(point["cautions"]),
            "done": "done",
            "note": "",
            "planned": None,
            "as_last_time": False,
        }
    )
    return new


def _stage_of(record: VisitRecord, uid: str) -> ChartedStage:
    stage = next((one for one in record["stages"] if one["uid"] == uid), None)
    if stage is None:
        raise KeyError(uid)
    return stage


def with_current(record: VisitRecord, stage_uid: str, *, leads: list[list[str]], side: str) -> VisitRecord:
    """A record with unplanned current, done. Raises KeyError for an unknown stage."""
    new = fresh(record)
    stage = _stage_of(new, stage_uid)
    stage["electro"].append(
        {
            "uid": f"{stage_uid}e{len(stage['electro'])}",
            "leads": leads,
            "lead_levels": [],
            "side": side,
            "frequency_hz": "2",
            "wave": "continuous",
            "minutes": None,
            "planned_minutes": 15,
            "felt": None,
            "done": "done",
            "note": "",
        }
    )
    return new


def with_adjunct(record: VisitRecord, *, kind: str, where: str) -> VisitRecord:
    """A record with unplanned cups, moxa, heat or hands, done."""
    new = fresh(record)
    new["adjuncts"].append(
        {
            "uid": f"a{len(new['adjuncts'])}",
            "kind": kind,
            "detail": "",
            "where": where,
            "points": [],
            "minutes": None,
            "planned_minutes": None,
            "done": "done",
            "note": "",
        }
    )
    return new


def with_ear(record: VisitRecord, *, method: str, side: str, points: list[EarPointJson], today: dt.date) -> VisitRecord:
    """A record with unplanned ear points, done; what stays in the ear comes off after five days."""
    new = fresh(record)
    new["ear"].append(
        {
            "uid": f"r{len(new['ear'])}",
            "method": method,
            "side": side,
            "points": points,
            "done": "done",
            "remove_on": comes_off(method, today, KEEP_DAYS),
            "out": None,
            "note": "",
        }
    )
    return new


def without_point(record: VisitRecord, uid: str) -> VisitRecord:
    """A record without a point added on the day; planned ones stay and are marked not done."""
    new = fresh(record)
    for stage in new["stages"]:
        stage["points"] = [p for p in stage["points"] if p["uid"] != uid or p["planned"] is not None]
    return new
