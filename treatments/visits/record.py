"""What was really done at a visit, as plain data: made from the plan, counted, and turned back into a treatment.

A record is ``{"start", "stages", "adjuncts", "ear", "close", "reasons"}``. Every point, current, adjunct and ear item
has a ``uid`` that stays the same for the life of the visit, and ``done``: "" (not said yet), "done" or "not_done".
Points keep what was planned under ``planned`` (None: added on the day). What is observed (depth, deqi, minutes, where a
tender point was found) starts empty and is never filled from plan or last visit: see ``visit_observed``. Lengths are
mm, times of day "HH:MM" in the clinic's zone, minutes and counts whole numbers or None for not recorded.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

from treatments.planner.treatment.needles import needles_of
from treatments.planner.vocabulary.modalities import WORN_HOME
from treatments.visits import observed

Json = dict[str, Any]
MANNER = ("side", "levels", "technique", "needle", "depth_mm", "deqi")  # what a plan says of a point
CHOSEN = ("side", "technique", "needle")  # what the practitioner chooses, so that last time's choice is offered again


def new_record(treatment: Json, *, number: int, today: dt.date, last: Json | None = None) -> Json:
    """An empty record of visit ``number``: the plan's items, each in the manner of the last visit where it was done.

    ``last``: the record of the visit before under the same plan, or None.
    """
    before = {_place(point): point for _, point in points_of(last)} if last else {}
    record: Json = {
        "start": {},
        "stages": [],
        "adjuncts": [],
        "ear": [],
        "close": {key: last["close"][key] for key in ("needle_maker", "needle_material") if last["close"].get(key)}
        if last
        else {},
        "reasons": [],
    }
    for index, stage in enumerate(treatment["stages"]):
        record["stages"].append(
            {
                "uid": f"s{index}",
                "position": stage["position"],
                "side_up": stage.get("side_up"),
                "retention_min": None,
                "planned_retention_min": stage["retention_min"],
                "first_insertion": "",
                "in_corrected": None,
                "out": None,
                "out_at": "",
                "points": [
                    _from_plan(point, f"s{index}p{place}", before.get(_place(point)))
                    for place, point in enumerate(stage["points"])
                ],
                "electro": [
                    _current(current, f"s{index}e{place}")
                    for place, current in enumerate(stage.get("electro", []))
                    if current.get("from_visit", 1) <= number
                ],
            }
        )
    record["adjuncts"] = [
        {
            "uid": f"a{place}",
            "kind": adjunct["kind"],
            "detail": adjunct.get("detail", ""),
            "where": adjunct.get("where", ""),
            "points": copy.deepcopy(adjunct.get("points", [])),
            "minutes": None,
            "planned_minutes": adjunct.get("minutes"),
            "done": "",
            "note": "",
        }
        for place, adjunct in enumerate(treatment.get("adjuncts", []))
        if adjunct.get("from_visit", 1) <= number
    ]
    record["ear"] = [
        {
            "uid": f"r{place}",
            "method": ear["method"],
            "side": "left" if ear.get("side") not in ("left", "right", "both") else ear["side"],
            "points": copy.deepcopy(ear["points"]),
            "done": "",
            "remove_on": (today + dt.timedelta(days=ear.get("keep_days") or 5)).isoformat()
            if ear["method"] in WORN_HOME
            else "",
            "out": None,
            "note": "",
        }
        for place, ear in enumerate(treatment.get("ear", []))
    ]
    return record


def _place(point: Json) -> tuple[Any, ...]:
    return point["code"], point.get("where", ""), tuple(point.get("levels") or ())


def _from_plan(point: Json, uid: str, before: Json | None) -> Json:
    manner = {key: copy.deepcopy(point.get(key)) for key in MANNER}
    entry = {
        "uid": uid,
        "code": point["code"],
        "name": point.get("name", ""),
        "where": point.get("where", ""),
        "role": point.get("role", ""),
        "angle": point.get("angle", ""),
        **copy.deepcopy(manner),
        "depth_mm": None,
        "deqi": "",
        "found": "",
        "done": "",
        "note": "",
        "planned": manner,
        "as_last_time": False,
    }
    if before and before["done"] == "done" and any(before[key] != manner[key] for key in CHOSEN):
        entry.update({key: copy.deepcopy(before[key]) for key in CHOSEN})
        entry["as_last_time"] = True
    return entry


def _current(current: Json, uid: str) -> Json:
    return {
        "uid": uid,
        "leads": copy.deepcopy(current["leads"]),
        "lead_levels": copy.deepcopy(current.get("lead_levels") or []),
        "side": current["side"],
        "frequency_hz": str(current.get("frequency_hz", "")),
        "wave": current.get("wave", ""),
        "minutes": None,
        "planned_minutes": current.get("minutes"),
        "felt": None,  # 0 nothing felt to 10 the strongest bearable
        "done": "",
        "note": "",
    }


def points_of(record: Json | None) -> Iterator[tuple[Json, Json]]:
    """Every stage and point of a record, in needling order."""
    for stage in (record or {}).get("stages", []):
        for point in stage["points"]:
            yield stage, point


def items_of(record: Json) -> list[Json]:
    """Everything of a record that is done or not done: points, current, what stands beside the needles, ear."""
    items = [point for _, point in points_of(record)]
    items += [current for stage in record["stages"] for current in stage["electro"]]
    return [*items, *record["adjuncts"], *record["ear"]]


def done_points(record: Json) -> list[Json]:
    return [point for _, point in points_of(record) if point["done"] == "done"]


def is_changed(point: Json) -> bool:
    """Done in another manner than planned; an added point counts as changed. What it felt like is no change."""
    planned = point.get("planned")
    if planned is None or any(point.get(key) != planned.get(key) for key in (*CHOSEN, "levels")):
        return True
    depth = observed.depth_of(point)
    low, high = observed.intended_depth(point)
    return depth is not None and not (low <= depth[0] and depth[1] <= high)


def ear_needles_of(ear: Json) -> int:
    return len(ear["points"]) * (2 if ear["side"] == "both" else 1) if ear["method"] == "needles" else 0


def ledger(record: Json) -> list[Json]:
    """Needles in and out, one row a stage and one for needles in the ear.

    Each row: ``uid``, ``name``, ``counted`` (from the points done), ``in`` (corrected by hand if so), ``out`` (None:
    not counted yet), ``is_even``. A row without a needle is even without counting.
    """
    rows = []
    for index, stage in enumerate(record["stages"]):
        counted = sum(needles_of(point) for point in stage["points"] if point["done"] == "done")
        inside = counted if stage.get("in_corrected") is None else stage["in_corrected"]
        name = f"Stage {index + 1}, {stage['position'].replace('_', ' ')}"
        rows.append(_row(stage["uid"], name, counted, inside, stage))
    for ear in record["ear"]:
        if ear["method"] == "needles":
            counted = ear_needles_of(ear) if ear["done"] == "done" else 0
            rows.append(_row(ear["uid"], "Ear needles", counted, counted, ear))
    return rows


def _row(uid: str, name: str, counted: int, inside: int, holder: Json) -> Json:
    out = holder.get("out")
    return {
        "uid": uid,
        "name": name,
        "counted": counted,
        "in": inside,
        "out": out,
        "is_even": inside == (out or 0),
        "is_counted": out is not None or inside == 0,
    }


def totals(record: Json) -> tuple[int, int]:
    """Needles in and needles out of the whole visit."""
    rows = ledger(record)
    return sum(row["in"] for row in rows), sum(row["out"] or 0 for row in rows)


def as_treatment(record: Json, plan: Json) -> Json:
    """The visit in the contract's treatment shape, for the safety review: the plan without what was left out, with what
    was done otherwise or added. Less than was meant (shallower, shorter) is judged as it was meant: no new stop."""
    treatment = copy.deepcopy(plan)
    treatment["stages"] = [
        {
            "position": stage["position"],
            "side_up": stage.get("side_up"),
            "retention_min": stage["retention_min"] or stage.get("planned_retention_min") or 1,
            "points": [_as_point(point) for point in stage["points"] if point["done"] != "not_done"],
            "electro": [
                {
                    "leads": current["leads"],
                    "lead_levels": current.get("lead_levels") or [],
                    "side": current["side"],
                    "frequency_hz": current["frequency_hz"],
                    "wave": current["wave"],
                    "felt_strength": "comfortable",
                    "minutes": observed.longest(current),
                    "because": [],
                }
                for current in stage["electro"]
                if current["done"] != "not_done"
            ],
        }
        for stage in record["stages"]
    ]
    treatment["adjuncts"] = [
        {key: adjunct[key] for key in ("kind", "detail", "where", "points")}
        | {"minutes": observed.longest(adjunct), "from_visit": 1, "because": []}
        for adjunct in record["adjuncts"]
        if adjunct["done"] != "not_done"
    ]
    treatment["ear"] = [
        {"method": ear["method"], "side": ear["side"], "points": ear["points"], "because": []}
        for ear in record["ear"]
        if ear["done"] != "not_done"
    ]
    return treatment


def _as_point(point: Json) -> Json:
    return {
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
    } | ({"where": point.get("found") or point["where"]} if point.get("where") else {})


def with_point(record: Json, stage_uid: str, point: Json) -> Json:
    """A record with one more point, done, at the end of a stage. Raises KeyError for an unknown stage.

    ``point``: code, name, angle, role and the manner in which it was needled.
    """
    new = copy.deepcopy(record)
    stage = next((one for one in new["stages"] if one["uid"] == stage_uid), None)
    if stage is None:
        raise KeyError(stage_uid)
    taken = [int(one["uid"].rpartition("p")[2]) for one in stage["points"]]
    uid = f"{stage_uid}p{max(taken, default=-1) + 1}"
    entry = {"where": "", "role": "local", "angle": "", "levels": [], "note": "", **copy.deepcopy(point)}
    entry |= {"usual_depth_mm": entry["depth_mm"], "depth_mm": None, "deqi": "", "found": entry["where"]}
    stage["points"].append({**entry, "uid": uid, "done": "done", "planned": None, "as_last_time": False})
    return new


def with_current(record: Json, stage_uid: str, *, leads: list[list[str]], side: str) -> Json:
    """A record with current that was not planned, done. Raises KeyError for an unknown stage."""
    new = copy.deepcopy(record)
    stage = next((one for one in new["stages"] if one["uid"] == stage_uid), None)
    if stage is None:
        raise KeyError(stage_uid)
    item = {"leads": leads, "side": side, "frequency_hz": "2", "wave": "continuous", "minutes": 15}
    stage["electro"].append({**_current(item, f"{stage_uid}e{len(stage['electro'])}"), "done": "done"})
    return new


def with_adjunct(record: Json, *, kind: str, where: str) -> Json:
    """A record with cups, moxa, heat or hands that were not planned, done."""
    new = copy.deepcopy(record)
    item = {"uid": f"a{len(new['adjuncts'])}", "kind": kind, "detail": "", "where": where, "points": []}
    new["adjuncts"].append({**item, "minutes": None, "planned_minutes": None, "done": "done", "note": ""})
    return new


def with_ear(record: Json, *, method: str, side: str, points: list[Json], today: dt.date) -> Json:
    """A record with ear points that were not planned, done; what stays in the ear comes off after five days."""
    new = copy.deepcopy(record)
    comes_off = (today + dt.timedelta(days=5)).isoformat() if method in WORN_HOME else ""
    item = {"uid": f"r{len(new['ear'])}", "method": method, "side": side, "points": points}
    new["ear"].append({**item, "done": "done", "remove_on": comes_off, "out": None, "note": ""})
    return new


def without_point(record: Json, uid: str) -> Json:
    """A record without a point that was added on the day; planned ones stay and are marked not done."""
    new = copy.deepcopy(record)
    for stage in new["stages"]:
        stage["points"] = [p for p in stage["points"] if p["uid"] != uid or p["planned"] is not None]
    return new


def all_done(record: Json) -> Json:
    """Everything not yet answered is marked as done; what is observed stays empty. A tender point that nobody has
    found yet stays planned."""
    new = copy.deepcopy(record)
    for item in items_of(new):
        if not observed.is_to_be_found(item):
            item["done"] = item["done"] or "done"
    return new
