"""What makes two rows of a plan the same item (a point by its place, a current by its leads), and their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clinic.lib.loose import Json
from treatments.planner.merge.three_way import Key, Row, same

STAGE = "@stage"  # where a row is while it is merged: (position, index within that position)
COURSE = ("phases", "per_week", "weeks", "sessions")  # belong together, so they are merged together


def rows_of(version: Mapping[str, Any], name: str) -> list[Row]:
    return list(version.get(name) or ())


def stage_rows(version: Json) -> dict[Key, Json]:
    """Stages by position and index within that position."""
    found: dict[Key, Json] = {}
    for stage in rows_of(version, "stages"):
        position = str(stage.get("position") or "")
        found[(position, sum(1 for key in found if key[0] == position))] = dict(stage)
    return found


def stage_label(key: Key) -> str:
    return f"{key[0] or 'unknown'} stage".replace("_", " ")


def inside(version: Json, name: str) -> list[Row]:
    """Points or currents of all stages, each with its stage."""
    return [{**row, STAGE: key} for key, stage in stage_rows(version).items() for row in rows_of(stage, name)]


def without_stage(row: Row) -> Json:
    return {name: value for name, value in row.items() if name != STAGE}


def bare(stage: Row, skip: frozenset[str]) -> Json:
    return {name: value for name, value in stage.items() if name not in skip}


def numbered(rows: Sequence[Row]) -> dict[Key, Row]:
    """Points by place, with an index where one is needled more than once."""
    found: dict[Key, Row] = {}
    for row in rows:
        place = place_of(row)
        found[(*place, sum(1 for key in found if key[:2] == place))] = row
    return found


def place_of(row: Row) -> Key:
    return (code_of(row), str(row.get("where") or "").strip())


def course(dose: Row) -> Json:
    return {name: dose[name] for name in COURSE if name in dose}


def code_of(row: Row) -> str:
    return str(row.get("code") or "").strip().upper()


def point_key(row: Row) -> Key:
    return (*place_of(row), str(row.get("side") or ""), tuple(row.get("levels") or ()))


def same_rows(one: Sequence[Row], other: Sequence[Row]) -> bool:
    return same(list(one), list(other))


def once(rows: Sequence[Row]) -> list[Row]:
    """Without duplicate rows: for points the same place and side, for others the whole row."""
    found: list[Row] = []
    for row in rows:
        is_point = "code" in row
        if not any(point_key(row) == point_key(f) if is_point else same(row, f) for f in found):
            found.append(row)
    return found


def leads(row: Row) -> Key:
    """The pairs joined, in whichever order they are written."""
    levels = row.get("lead_levels") or ()
    ends = []
    for i, pair in enumerate(row.get("leads") or ()):
        at = tuple(levels[i]) if i < len(levels) else ("", "")
        ends.append(tuple(sorted(zip((str(end).upper() for end in pair), at, strict=False))))
    return (tuple(sorted(ends)),)


def field_of(*names: str) -> Callable[[Row], Key]:
    def identity(row: Row) -> Key:
        return tuple(str(row.get(name) or "").strip() for name in names)

    return identity


IDENTITIES: dict[str, tuple[Callable[[Row], Key], ...]] = {
    "points": (place_of,),
    "electro": (leads, field_of("side")),
    "adjuncts": (field_of("kind"), field_of("where"), field_of("detail")),
    "ear": (field_of("method"), field_of("side")),
    "home_care": (field_of("kind"), field_of("text")),
}


def point_label(row: Row) -> str:
    where = str(row.get("where") or "").strip()
    return f"{code_of(row)} ({where})" if where else " ".join((code_of(row), *map(str, row.get("levels") or ())))


def electro_label(row: Row) -> str:
    pairs = ("–".join(str(end) for end in pair) for pair in row.get("leads") or ())
    return f"current {', '.join(pairs)}".strip()


LABELS: dict[str, Callable[[Row], str]] = {
    "points": point_label,
    "electro": electro_label,
    "adjuncts": lambda row: str(row.get("kind") or "adjunct").replace("_", " "),
    "ear": lambda row: f"ear {str(row.get('method') or 'points').replace('_', ' ')}",
    "home_care": lambda row: f"home care: {str(row.get('kind') or 'advice').replace('_', ' ')}",
}
