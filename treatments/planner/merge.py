"""merge(): a changed assessment proposes anew, and no edit of the practitioner is lost.

Three versions of one treatment: the last proposal, the plan edited from it, the new proposal. What was edited stays,
what was not edited follows the new proposal, and where both changed the edit stays and the other is shown.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .merge_rows import (
    MISSING,
    Difference,
    Group,
    Key,
    Row,
    groups,
    merge_fields,
    merge_order,
    merge_value,
    ordered_union,
    same,
)
from .merge_words import Note, note, note_item
from .proposal import Json, Treatment
from .review_reading import as_plan_json, read_plan

Plan = Treatment | Mapping[str, Any]
STAGE = "@stage"  # where a row stands while it is merged: (position, which of that position)
_LISTS = ("adjuncts", "ear", "home_care")
_COURSE = ("phases", "per_week", "weeks", "sessions")  # say one thing together, so they are merged together
_COUNTED = frozenset({"needles"})  # follows from side and levels, so it is counted anew
_OWN = frozenset({"stages", "dose", "needles", *_LISTS})


@dataclass(frozen=True, slots=True)
class MergeResult:
    """`treatment`: JSON of the contract's treatment object. `kept`: edits that stand. `taken`: what came or went with
    the new proposal. `conflicts`: changed in both; the edit stands and the note shows the other."""

    treatment: Json
    kept: tuple[Note, ...]
    taken: tuple[Note, ...]
    conflicts: tuple[Note, ...]

    def as_json(self) -> Json:
        return {
            "treatment": self.treatment,
            "kept": [n.as_json() for n in self.kept],
            "taken": [n.as_json() for n in self.taken],
            "conflicts": [n.as_json() for n in self.conflicts],
        }


def merge(last_proposal: Plan | None, edited: Plan, new_proposal: Plan | None) -> MergeResult:
    """Merges three versions of a treatment, each a Treatment or its JSON.

    ``last_proposal`` None: the plan was made by hand, all of it counts as edited. ``new_proposal`` None: nothing can
    be proposed now; the edited plan stays whole (and its review will say what is wrong with it).
    Raises PlanError if one is no plan.
    """
    mine = _version(edited)
    base: Json = {} if last_proposal is None else _version(last_proposal)
    if new_proposal is None:
        return MergeResult(mine, (), (), ())
    new = _version(new_proposal)
    return _Merge(base, mine, new).result()


def _version(plan: Plan) -> Json:
    read_plan(plan)
    return copy.deepcopy(as_plan_json(plan))


class _Merge:
    """One merge; collects the notes while it goes."""

    def __init__(self, base: Json, mine: Json, new: Json) -> None:
        self.versions = (base, mine, new)
        self.notes: list[Note] = []

    def result(self) -> MergeResult:
        base, mine, new = self.versions
        merged, differences = merge_fields(base, mine, new, _OWN)
        self._note("", differences)
        merged["stages"] = self._stages()
        for name in _LISTS:
            rows = self._rows([_list(version, name) for version in self.versions], _IDENTITIES[name], name)
            if rows or any(name in version for version in self.versions[1:]):
                merged[name] = [dict(row) for row in rows]
        self._dose(merged)
        if any("needles" in version for version in self.versions[1:]):
            merged["needles"] = sum(_needles(p) for stage in merged["stages"] for p in stage["points"])
        by_verb = {verb: tuple(n for n in self.notes if n.verb == verb) for verb in ("kept", "taken", "conflict")}
        return MergeResult(merged, by_verb["kept"], by_verb["taken"], by_verb["conflict"])

    def _note(self, item: str, differences: Sequence[Difference]) -> None:
        self.notes.extend(note(item, difference) for difference in differences)

    # ------------------------------------------------------------------ lists

    def _rows(
        self,
        rows: Sequence[list[Row]],
        identities: Sequence[Callable[[Row], Key]],
        kind: str,
        accept: Callable[[Row], str] = lambda row: "",
    ) -> list[Row]:
        """The rows that stand, in order. `accept` says why a row that only the new proposal has cannot come in,
        or ""."""
        found, key_of = groups(rows[0], rows[1], rows[2], identities)
        standing: dict[Key, list[Row]] = {}
        for group in found:
            kept = self._group(group, kind, accept)
            if kept:
                standing[group.key] = kept
        base, mine, new = ([key_of(row) for row in version] for version in rows)
        order = merge_order(base, mine, new, standing)
        return [row for key in order for row in standing[key]]

    def _group(self, group: Group, kind: str, accept: Callable[[Row], str]) -> list[Row]:
        label = _LABELS[kind]((*group.mine, *group.new, *group.base)[0])
        if not group.mine and not group.base:
            taken = []
            for row in group.new:
                refused = accept(row)
                self.notes.append(note_item(_LABELS[kind](row), "conflict" if refused else "taken", refused))
                taken += [] if refused else [row]
            return taken
        if not group.mine:
            if group.new:
                self.notes.append(note_item(label, "kept", "removed"))
            return []
        if not group.new:
            if not group.base:
                self.notes.append(note_item(label, "kept", "added"))
            elif _same_rows(group.mine, group.base):
                self.notes.append(note_item(label, "taken", "left out"))
                return []
            else:
                self.notes.append(note_item(label, "conflict", "left out"))
            return list(_once(group.mine))
        if group.is_single:
            base = group.base[0] if group.base else {}
            merged, differences = merge_fields(base, group.mine[0], group.new[0], _COUNTED)
            self._note(label, differences)
            if any("needles" in row for row in (group.mine[0], group.new[0])):
                merged["needles"] = _needles(merged)
            return [merged]
        stands, difference = merge_value(list(group.base), list(group.mine), list(group.new), "")
        if difference is not None:
            self._note(label, [difference])
        return list(_once(stands))

    # ----------------------------------------------------------------- stages

    def _stages(self) -> list[Json]:
        stages = [_stage_rows(version) for version in self.versions]
        of_base, of_mine, of_new = stages
        taken_away = of_base.keys() - of_mine.keys()

        def accept_point(row: Row) -> str:
            return "stage removed" if row[STAGE] in taken_away else ""

        points = self._rows(
            [_inside(v, "points") for v in self.versions], _IDENTITIES["points"], "points", accept_point
        )
        needled = {(row[STAGE], _code(row)) for row in points}

        def accept_electro(row: Row) -> str:
            leads = {str(end).strip().upper() for pair in row.get("leads") or () for end in pair}
            return "" if all((row[STAGE], lead) in needled for lead in leads) else "not needled"

        currents = self._rows(
            [_inside(v, "electro") for v in self.versions], _IDENTITIES["electro"], "electro", accept_electro
        )
        used = {row[STAGE] for row in (*points, *currents)}
        merged: dict[Key, Json] = {}
        for key in ordered_union(of_mine, of_new, of_base):
            stage = self._stage(key, *(version.get(key) for version in stages), is_used=key in used)
            if stage is not None:
                merged[key] = stage
        for key, stage in merged.items():
            own = [row for row in points if row[STAGE] == key]
            stage["points"] = [self._point(row) for row in self._in_stage_order(key, own)]
            stage["electro"] = [_without(row) for row in currents if row[STAGE] == key]
            if any("needles" in (version.get(key) or {}) for version in stages[1:]):
                stage["needles"] = sum(_needles(point) for point in stage["points"])
        order = merge_order(list(of_base), list(of_mine), list(of_new), merged)
        return [merged[key] for key in order]

    def _stage(self, key: Key, base: Json | None, mine: Json | None, new: Json | None, *, is_used: bool) -> Json | None:
        label = f"{key[0] or 'untold'} stage".replace("_", " ")
        skip = frozenset({"points", "electro", "needles"})
        if mine is not None and new is not None:
            merged, differences = merge_fields(base or {}, mine, new, skip)
            self._note(label, differences)
            return merged
        if mine is not None:
            is_edited = base is None or not same(_bare(mine, skip), _bare(base, skip))
            if not is_used and base is not None and (not is_edited or _list(mine, "points")):
                self.notes.append(note_item(label, "taken", "left out"))
                return None
            if base is None:
                self.notes.append(note_item(label, "kept", "added"))
            else:
                self.notes.append(note_item(label, "conflict", "left out"))
            return _bare(mine, skip)
        if new is not None and base is None and (is_used or not _list(new, "points")):
            self.notes.append(note_item(label, "taken", ""))
            return _bare(new, skip)
        if is_used:  # a current or point that stays although its stage is gone everywhere else
            return _bare(new or base or {}, skip)
        if base is not None and new is not None:
            self.notes.append(note_item(label, "kept", "removed"))
        return None

    def _in_stage_order(self, key: Key, rows: list[Row]) -> list[Row]:
        """Needling order within one stage: points that moved here stand as in the version that moved them."""
        base, mine, new = (
            _numbered([row for row in _inside(version, "points") if row[STAGE] == key]) for version in self.versions
        )
        own = _numbered(rows)
        return [own[place] for place in merge_order(list(base), list(mine), list(new), own)]

    @staticmethod
    def _point(row: Row) -> Json:
        point = _without(row)
        if "needles" in point:
            point["needles"] = _needles(point)
        return point

    # ------------------------------------------------------------------- dose

    def _dose(self, merged: Json) -> None:
        base, mine, new = (version.get("dose", MISSING) for version in self.versions)
        if not isinstance(mine, Mapping) or not isinstance(new, Mapping):
            value, difference = merge_value(base, mine, new, "dose")
            if difference is not None:
                self._note("", [difference])
            if value is not MISSING:
                merged["dose"] = value
            return
        before: Row = base if isinstance(base, Mapping) else {}
        fields, differences = merge_fields(before, mine, new, frozenset(_COURSE))
        value, difference = merge_value(_course(before), _course(mine), _course(new), "course")
        if difference is not None:
            differences.insert(0, difference)
        self._note("dose", differences)
        merged["dose"] = {**value, **fields}


# ---------------------------------------------------------------------- reading


def _list(version: Mapping[str, Any], name: str) -> list[Row]:
    return list(version.get(name) or ())


def _stage_rows(version: Json) -> dict[Key, Json]:
    """Stages by position and which of that position it is."""
    found: dict[Key, Json] = {}
    for stage in _list(version, "stages"):
        position = str(stage.get("position") or "")
        found[(position, sum(1 for key in found if key[0] == position))] = dict(stage)
    return found


def _inside(version: Json, name: str) -> list[Row]:
    """Points or currents of all stages, each knowing its stage."""
    return [{**row, STAGE: key} for key, stage in _stage_rows(version).items() for row in _list(stage, name)]


def _without(row: Row) -> Json:
    return {name: value for name, value in row.items() if name != STAGE}


def _bare(stage: Row, skip: frozenset[str]) -> Json:
    return {name: value for name, value in stage.items() if name not in skip}


def _numbered(rows: Sequence[Row]) -> dict[Key, Row]:
    """Points by place, and which of that place where one is needled more than once."""
    found: dict[Key, Row] = {}
    for row in rows:
        place = _place(row)
        found[(*place, sum(1 for key in found if key[:2] == place))] = row
    return found


def _place(row: Row) -> Key:
    return (_code(row), str(row.get("where") or "").strip())


def _course(dose: Row) -> Json:
    return {name: dose[name] for name in _COURSE if name in dose}


def _code(row: Row) -> str:
    return str(row.get("code") or "").strip().upper()


def _needles(point: Row) -> int:
    """A needle for each level and side, as PlannedPoint counts."""
    return max(1, len(point.get("levels") or ())) * (2 if point.get("side") == "both" else 1)


def _point_key(row: Row) -> Key:
    return (*_place(row), str(row.get("side") or ""), tuple(row.get("levels") or ()))


def _same_rows(one: Sequence[Row], other: Sequence[Row]) -> bool:
    return same(list(one), list(other))


def _once(rows: Sequence[Row]) -> list[Row]:
    """Without rows that say the same twice: for points the same place and side, for others the whole row."""
    found: list[Row] = []
    for row in rows:
        is_point = "code" in row
        if not any(_point_key(row) == _point_key(f) if is_point else same(row, f) for f in found):
            found.append(row)
    return found


def _leads(row: Row) -> Key:
    """The pairs joined, whichever way round they are written."""
    levels = row.get("lead_levels") or ()
    ends = []
    for i, pair in enumerate(row.get("leads") or ()):
        at = tuple(levels[i]) if i < len(levels) else ("", "")
        ends.append(tuple(sorted(zip((str(end).upper() for end in pair), at, strict=False))))
    return (tuple(sorted(ends)),)


def _field(*names: str) -> Callable[[Row], Key]:
    def identity(row: Row) -> Key:
        return tuple(str(row.get(name) or "").strip() for name in names)

    return identity


_IDENTITIES: dict[str, tuple[Callable[[Row], Key], ...]] = {
    "points": (_place,),
    "electro": (_leads, _field("side")),
    "adjuncts": (_field("kind"), _field("where"), _field("detail")),
    "ear": (_field("method"), _field("side")),
    "home_care": (_field("kind"), _field("text")),
}


def _point_label(row: Row) -> str:
    where = str(row.get("where") or "").strip()
    return f"{_code(row)} ({where})" if where else " ".join((_code(row), *map(str, row.get("levels") or ())))


def _electro_label(row: Row) -> str:
    pairs = ("–".join(str(end) for end in pair) for pair in row.get("leads") or ())
    return f"current {', '.join(pairs)}".strip()


_LABELS: dict[str, Callable[[Row], str]] = {
    "points": _point_label,
    "electro": _electro_label,
    "adjuncts": lambda row: str(row.get("kind") or "adjunct").replace("_", " "),
    "ear": lambda row: f"ear {str(row.get('method') or 'points').replace('_', ' ')}",
    "home_care": lambda row: f"home care: {str(row.get('kind') or 'advice').replace('_', ' ')}",
}
