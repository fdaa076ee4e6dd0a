"""A clinic's own points in words: those in use, those taken out of use, and how each was written before."""

from __future__ import annotations

import json
from typing import Any

from clinic.lib.loose import Context
from treatments.models import OwnPoint
from treatments.own_points import own_point_faults, told_now
from treatments.planner.vocabulary.body import REGIONS


def all_points() -> list[Context]:
    """Each with what the checks say of it today: one that does not pass is in no plan that passes its review."""
    rows = OwnPoint.objects.filter(replaced_at__isnull=True).select_related("written_by").order_by("is_retired", "code")
    told = told_now() if rows else "[]"
    by_code = dict(zip(_codes(told), own_point_faults(told), strict=True))
    return [{**_row(row), "faults": [fault.text for fault in by_code.get(row.code, ())]} for row in rows]


def history(code: str) -> list[Context]:
    """How a point was written, the newest first."""
    rows = OwnPoint.objects.filter(code=code).select_related("written_by").order_by("-id")
    return [_row(row) for row in rows]


def _codes(told: str) -> list[str]:
    return [tables["point"][0]["code"] for tables, _ in json.loads(told)]


def _row(row: OwnPoint) -> Context:
    point: dict[str, Any] = row.tables["point"][0]
    return {
        "row": row,
        "press": "Use again" if row.is_retired else "Change",
        "point": point,
        "region": REGIONS.get(point["region"], point["region"]),
        "source": row.tables["source"][0]["title"],
    }
