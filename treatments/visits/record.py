"""What was actually done at a visit, as plain data: made from the plan, counted, and turned back into a treatment.

A record is ``{"start", "stages", "adjuncts", "ear", "close", "reasons"}``. Every point, current, adjunct and ear item
has a ``uid`` that never changes during the life of the visit, and ``done``: "" (not said yet), "done" or "not_done".
Points keep what was planned under ``planned`` (None: added on the day). What is observed (depth, deqi, minutes, where a
tender point was found) starts empty and is never filled from plan or last visit: see ``observed``. Lengths are in mm,
times of day "HH:MM" in the clinic's time zone, minutes and counts whole numbers, or None if not recorded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from clinic.lib.loose import fresh
from treatments.planner.treatment.due import changed_places, due_at
from treatments.planner.treatment.shapes import (
    AdjunctJson,
    EarJson,
    ElectroJson,
    NeedleJson,
    PointJson,
    StageJson,
    TreatmentJson,
)
from treatments.planner.treatment.visit_shapes import (
    ChartedAdjunct,
    ChartedEar,
    ChartedElectro,
    ChartedItem,
    ChartedPoint,
    ChartedStage,
    CloseJson,
    MannerJson,
    VisitRecord,
)
from treatments.planner.vocabulary.modalities import WORN_HOME
from treatments.visits import observed

Place = tuple[str, str, tuple[str, ...]]  # code, where, levels
KEEP_DAYS = 5  # in the ear, if the plan does not say


def new_record(
    treatment: TreatmentJson,
    *,
    number: int,
    today: dt.date,
    last: VisitRecord | None = None,
    pain: int | None = None,
) -> VisitRecord:
    """An empty record of visit ``number``: the plan's items that are due, each as at the last visit where it was done.

    ``last``: the record of the previous visit under the same plan, or None. ``pain``: the newest that is known.
    """
    before = {_place(point): point for _, point in points_of(last)}
    due = due_at(treatment, number, pain)
    needled = {point["code"] for stage in due.stages for point in stage["points"]}
    record: VisitRecord = {
        "start": {},
        "stages": [_new_stage(stage, f"s{i}", number, before) for i, stage in enumerate(due.stages)],
        "adjuncts": [
            _new_adjunct(adjunct, f"a{i}")
            for i, adjunct in enumerate(treatment.get("adjuncts", []))
            if adjunct.get("from_visit", 1) <= number and _has_its_needles(adjunct, needled)
        ],
        "ear": [_new_ear(ear, f"r{i}", today) for i, ear in enumerate(treatment.get("ear", []))],
        "close": _needles_used(last["close"]) if last else {},
        "reasons": [],
    }
    if due.protocol is not None:
        came, went = changed_places(last["stages"], due.stages) if last else ([], [])
        because = [reason["text"] for reason in due.protocol["because"]]
        record["protocol"] = {"name": due.protocol["name"], "why": because, "came": came, "went": went}
    return record


def _has_its_needles(adjunct: AdjunctJson, needled: set[str]) -> bool:
    """Warmth on a needle needs the needle."""
    return adjunct["kind"] != "warm_needle" or {point["code"] for point in adjunct["points"]} <= needled


def _needles_used(close: CloseJson) -> CloseJson:
    """Maker and material are usually those of the previous visit."""
    used: CloseJson = {}
    if close.get("needle_maker"):
        used["needle_maker"] = close["needle_maker"]
    if close.get("needle_material"):
        used["needle_material"] = close["needle_material"]
    return used


def _new_stage(stage: StageJson, uid: str, number: int, before: dict[Place, ChartedPoint]) -> ChartedStage:
    return {
        "uid": uid,
        "position": stage["position"],
        "side_up": stage.get("side_up"),
        "retention_min": None,
        "planned_retention_min": stage["retention_min"],
        "first_insertion": "",
        "in_corrected": None,
        "out": None,
        "out_at": "",
        "points": [
            _from_plan(point, f"{uid}p{i}", before.get(_place(point))) for i, point in enumerate(stage["points"])
        ],
        "electro": [
            _current(current, f"{uid}e{i}")
            for i, current in enumerate(stage.get("electro", []))
            if current.get("from_visit", 1) <= number
        ],
    }


def _place(point: PointJson | ChartedPoint) -> Place:
    return point["code"], point.get("where", ""), tuple(point.get("levels") or ())


def _from_plan(point: PointJson, uid: str, before: ChartedPoint | None) -> ChartedPoint:
    manner: MannerJson = {
        "side": point["side"],
        "levels": list(point.get("levels") or []),
        "technique": point["technique"],
        "needle": point["needle"].copy(),
        "depth_mm": list(point["depth_mm"]),
        "deqi": point["deqi"],
    }
    entry: ChartedPoint = {
        "uid": uid,
        "code": point["code"],
        "name": point.get("name", ""),
        "where": point.get("where", ""),
        "role": point.get("role", ""),
        "angle": point.get("angle", ""),
        "side": manner["side"],
        "levels": list(manner["levels"]),
        "technique": manner["technique"],
        "needle": manner["needle"].copy(),
        "depth_mm": None,
        "deqi": "",
        "found": "",
        "done": "",
        "note": "",
        "planned": manner,
        "as_last_time": False,
    }
    if before and before["done"] == "done" and _chosen(before) != _chosen(manner):
        entry["side"], entry["technique"], entry["needle"] = fresh(_chosen(before))
        entry["as_last_time"] = True
    return entry


def _chosen(point: ChartedPoint | MannerJson) -> tuple[str, str, NeedleJson]:
    """What the practitioner chooses: last time's choice is offered again."""
    return point["side"], point["technique"], point["needle"]


def _current(current: ElectroJson, uid: str) -> ChartedElectro:
    return {
        "uid": uid,
        "leads": fresh(current["leads"]),
        "lead_levels": fresh(current.get("lead_levels") or []),
        "side": current["side"],
        "frequency_hz": str(current.get("frequency_hz", "")),
        "wave": current.get("wave", ""),
        "minutes": None,
        "planned_minutes": current.get("minutes"),
        "felt": None,
        "done": "",
        "note": "",
    }


def _new_adjunct(adjunct: AdjunctJson, uid: str) -> ChartedAdjunct:
    return {
        "uid": uid,
        "kind": adjunct["kind"],
        "detail": adjunct.get("detail", ""),
        "where": adjunct.get("where", ""),
        "points": fresh(adjunct.get("points", [])),
        "minutes": None,
        "planned_minutes": adjunct.get("minutes"),
        "done": "",
        "note": "",
    }


def _new_ear(ear: EarJson, uid: str, today: dt.date) -> ChartedEar:
    return {
        "uid": uid,
        "method": ear["method"],
        "side": ear["side"] if ear.get("side") in ("left", "right", "both") else "left",
        "points": fresh(ear["points"]),
        "done": "",
        "remove_on": comes_off(ear["method"], today, ear.get("keep_days") or KEEP_DAYS),
        "out": None,
        "note": "",
    }


def comes_off(method: str, today: dt.date, days: int) -> str:
    return (today + dt.timedelta(days=days)).isoformat() if method in WORN_HOME else ""


def points_of(record: VisitRecord | None) -> Iterator[tuple[ChartedStage, ChartedPoint]]:
    """Every stage and point of a record, in needling order."""
    for stage in record.get("stages", []) if record else []:
        for point in stage["points"]:
            yield stage, point


def items_of(record: VisitRecord) -> list[ChartedItem]:
    """Everything in a record that is done or not done: points, current, other treatments, ear."""
    points = [point for _, point in points_of(record)]
    currents = [current for stage in record["stages"] for current in stage["electro"]]
    return [*points, *currents, *record["adjuncts"], *record["ear"]]


def done_points(record: VisitRecord) -> list[ChartedPoint]:
    return [point for _, point in points_of(record) if point["done"] == "done"]


def is_changed(point: ChartedPoint) -> bool:
    """Done differently from the plan; an added point counts as changed. What it felt like is not a change."""
    planned = point.get("planned")
    if planned is None or _chosen(point) != _chosen(planned) or point["levels"] != planned["levels"]:
        return True
    depth = observed.depth_of(point)
    low, high = observed.intended_depth(point)
    return depth is not None and not (low <= depth[0] and depth[1] <= high)


def as_treatment(record: VisitRecord, plan: TreatmentJson) -> TreatmentJson:
    """The visit in the contract's treatment shape, for the safety review: the plan without what was left out, with what
    was done differently or added. Less than intended (shallower, shorter) is judged as intended: no new stop."""
    treatment = fresh(plan)
    treatment.pop("protocols", None)  # another visit's needles
    treatment["stages"] = [
        {
            "position": stage["position"],
            "side_up": stage.get("side_up"),
            "retention_min": stage["retention_min"] or stage.get("planned_retention_min") or 1,
            "points": [_as_point(point) for point in stage["points"] if point["done"] != "not_done"],
            "electro": [_as_current(current) for current in stage["electro"] if current["done"] != "not_done"],
        }
        for stage in record["stages"]
    ]
    treatment["adjuncts"] = [
        {
            "kind": adjunct["kind"],
            "detail": adjunct["detail"],
            "where": adjunct["where"],
            "points": adjunct["points"],
            "minutes": observed.longest(adjunct),
            "from_visit": 1,
            "because": [],
        }
        for adjunct in record["adjuncts"]
        if adjunct["done"] != "not_done"
    ]
    treatment["ear"] = [
        {"method": ear["method"], "side": ear["side"], "points": ear["points"], "because": []}
        for ear in record["ear"]
        if ear["done"] != "not_done"
    ]
    return treatment


def _as_current(current: ChartedElectro) -> ElectroJson:
    return {
        "leads": current["leads"],
        "lead_levels": current.get("lead_levels") or [],
        "side": current["side"],
        "frequency_hz": current["frequency_hz"],
        "wave": current["wave"],
        "felt_strength": "comfortable",
        "minutes": observed.longest(current),
        "because": [],
    }


def _as_point(point: ChartedPoint) -> PointJson:
    shown: PointJson = {
        "code": point["code"],
        "name": point["name"],
        "side": point["side"],
        "levels": point.get("levels") or [],
        "role": point.get("role") or "local",
        "technique": point["technique"],
        "needle": point["needle"],
        "depth_mm": observed.judged_depth(point),
        "angle": point.get("angle") or "perpendicular",
        "deqi": point["deqi"] or "clear",
        "because": [],
        "cautions": [],
    }
    if point.get("where"):
        shown["where"] = point.get("found") or point["where"]
    return shown


def all_done(record: VisitRecord) -> VisitRecord:
    """Marks everything not yet answered as done; what is observed stays empty. A tender point not found yet
    stays planned."""
    new = fresh(record)
    for item in items_of(new):
        if not observed.is_to_be_found(item):
            item["done"] = item["done"] or "done"
    return new
