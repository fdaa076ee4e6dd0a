"""Plans as JSON, whole and small, for merging: what a proposal, an edited plan and a new proposal look like."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from treatments.planner.treatment.needles import needles_of

Json = dict[str, Any]


def point(code: str, side: str = "left", **more: Any) -> Json:
    row: Json = {
        "code": code, "name": code.title(), "side": side, "levels": [], "role": "local", "technique": "even",
        "needle": {"diameter_mm": 0.25, "length_mm": 40}, "depth_mm": [15, 25], "angle": "perpendicular",
        "deqi": "mild", "because": [{"rule": "r", "text": f"{code} is local.", "sources": ["KNOWN"]}], "cautions": [],
    }  # fmt: skip
    row.update(more)
    row["needles"] = needles_of(row)
    return row


def current(*leads: tuple[str, str], **more: Any) -> Json:
    row: Json = {"leads": [list(pair) for pair in leads], "lead_levels": [["", ""] for _ in leads], "side": "left",
                 "frequency_hz": "2/100", "wave": "dense_disperse", "felt_strength": "4", "minutes": 20,
                 "from_visit": 2, "because": [], "cautions": []}  # fmt: skip
    return {**row, **more}


def stage(position: str, *points: Json, electro: tuple[Json, ...] = (), retention: int = 20) -> Json:
    return {"position": position, "side_up": None, "retention_min": retention,
            "needles": sum(p["needles"] for p in points), "points": list(points), "electro": list(electro)}  # fmt: skip


def cups(where: str = "low back", **more: Any) -> Json:
    row: Json = {"kind": "cupping_dry", "detail": "sliding", "where": where, "size": "", "points": [], "minutes": 6,
                 "from_visit": 1, "because": [], "cautions": []}  # fmt: skip
    return {**row, **more}


def plan(*stages: Json, **more: Any) -> Json:
    whole: Json = {
        "principle": "Move qi and blood.", "needles": sum(s["needles"] for s in stages), "stages": list(stages),
        "adjuncts": [cups()],
        "ear": [{"method": "seeds", "side": "left", "points": [{"code": "TF4", "name": "Shenmen"}], "detail": "",
                 "keep_days": 5, "because": [], "cautions": []}],
        "home_care": [{"kind": "heat", "text": "Warm pack.", "points": [], "because": [], "cautions": []}],
        "dose": {"per_week": 2, "weeks": 5, "sessions": 10, "phases": [{"per_week": 2, "weeks": 5}],
                 "review_at": [5, 10], "because": []},
        "cautions": [],
    }  # fmt: skip
    return {**whole, **more}


def base() -> Json:
    return plan(
        stage("prone", point("BL25"), point("BL26"), point("BL40"), electro=(current(("BL25", "BL26")),)),
        stage("supine", point("ST36", "both")),
    )


def edit(treatment: Json, change: Callable[[Json], Any]) -> Json:
    changed = copy.deepcopy(treatment)
    change(changed)
    for row in changed["stages"]:
        for needled in row["points"]:
            needled["needles"] = needles_of(needled)
        row["needles"] = sum(p["needles"] for p in row["points"])
    changed["needles"] = sum(row["needles"] for row in changed["stages"])
    return changed
