"""Needles in and out at a visit, counted from its record."""

from __future__ import annotations

from typing import TypedDict

from treatments.planner.treatment.needles import needles_of
from treatments.planner.treatment.visit_shapes import ChartedEar, VisitRecord

# `counted`: from the points done. `in`: the same unless corrected by hand. `out` None: not counted yet.
LedgerRow = TypedDict(
    "LedgerRow",
    {"uid": str, "name": str, "counted": int, "in": int, "out": int | None, "is_even": bool, "is_counted": bool},
)


def ear_needles_of(ear: ChartedEar) -> int:
    return len(ear["points"]) * (2 if ear["side"] == "both" else 1) if ear["method"] == "needles" else 0


def ledger(record: VisitRecord) -> list[LedgerRow]:
    """One row per stage and one for needles in the ear. A row without needles matches without counting."""
    rows = []
    for index, stage in enumerate(record["stages"]):
        counted = sum(needles_of(point) for point in stage["points"] if point["done"] == "done")
        corrected = stage.get("in_corrected")
        name = f"Stage {index + 1}, {stage['position'].replace('_', ' ')}"
        rows.append(_row(stage["uid"], name, counted, counted if corrected is None else corrected, stage.get("out")))
    for ear in record["ear"]:
        if ear["method"] == "needles":
            counted = ear_needles_of(ear) if ear["done"] == "done" else 0
            rows.append(_row(ear["uid"], "Ear needles", counted, counted, ear.get("out")))
    return rows


def _row(uid: str, name: str, counted: int, inside: int, out: int | None) -> LedgerRow:
    return {
        "uid": uid,
        "name": name,
        "counted": counted,
        "in": inside,
        "out": out,
        "is_even": inside == (out or 0),
        "is_counted": out is not None or inside == 0,
    }


def totals(record: VisitRecord) -> tuple[int, int]:
    """Needles in and needles out of the whole visit."""
    return sums(ledger(record))


def sums(rows: list[LedgerRow]) -> tuple[int, int]:
    return sum(row["in"] for row in rows), sum(row["out"] or 0 for row in rows)
