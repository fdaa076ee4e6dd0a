"""merge(): a changed assessment proposes anew, and no edit of the practitioner is lost.

Three versions of one treatment: the last proposal, the plan edited from it, the new proposal. What was edited stays,
what was not edited follows the new proposal; where both changed, the edit stays and the other is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clinic.lib.loose import Json, fresh
from treatments.planner.merge.identity import (
    COURSE,
    IDENTITIES,
    LABELS,
    STAGE,
    bare,
    code_of,
    course,
    inside,
    numbered,
    once,
    place_of,
    rows_of,
    same_rows,
    stage_label,
    stage_rows,
    without_stage,
)
from treatments.planner.merge.notes import COMPARED, MERGED, Note, note, note_item
from treatments.planner.merge.three_way import (
    MISSING,
    Difference,
    Group,
    Key,
    Row,
    Verb,
    agree,
    groups,
    merge_fields,
    merge_order,
    merge_value,
    ordered_union,
    same,
)
from treatments.planner.treatment.needles import needles_of
from treatments.planner.treatment.parse import as_plan_json, read_plan
from treatments.planner.treatment.proposal import Treatment
from treatments.planner.treatment.shapes import TreatmentJson

Plan = Treatment | Mapping[str, Any]
_LISTS = ("adjuncts", "ear", "home_care")
_COUNTED = frozenset({"needles"})  # follows from side and levels, so it is counted anew
_OWN = frozenset({"stages", "protocols", "dose", "needles", *_LISTS})


@dataclass(frozen=True, slots=True)
class MergeResult:
    """`treatment`: JSON of the contract's treatment object. `kept`: edits that stay. `taken`: what came or went with
    the new proposal. `conflicts`: changed in both; the edit stays and the note shows the other."""

    treatment: TreatmentJson
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
    Raises PlanError if one is not a plan.
    """
    mine = _version(edited)
    base: Json = {} if last_proposal is None else mine if last_proposal is edited else _version(last_proposal)
    if new_proposal is None:
        return MergeResult(as_plan_json(fresh(mine)), (), (), ())
    new = _version(new_proposal)
    return _Merge(base, mine, new).result()


def compare(before: Plan, after: Plan) -> tuple[Note, ...]:
    """How ``after`` differs from ``before``, worded as a merge words it; an item's reason does not count.

    Raises PlanError if one is not a plan.
    """
    old, new = _version(before), _version(after)
    notes = _Merge(old, old, new, COMPARED).result().taken
    return (*(n for n in notes if n.field != "because"), *_reordered(old, new))


def _reordered(old: Json, new: Json) -> list[Note]:
    """Stages and needles that both have, but in a different order."""
    before, after = stage_rows(old), stage_rows(new)
    orders = [("stages", list(before), list(after))]
    for key in before:
        if key in after:
            places = [[place_of(row) for row in rows_of(of[key], "points")] for of in (before, after)]
            orders.append((stage_label(key), places[0], places[1]))
    return [
        Note("taken", item, "order", f"{item[:1].upper()}{item[1:]}: in another order.")
        for item, one, other in orders
        if not agree(one, other)
    ]


def _version(plan: Plan) -> Json:
    read_plan(plan)
    return dict(as_plan_json(plan))


class _Merge:
    """One merge; collects notes as it goes. It changes none of the versions."""

    def __init__(self, base: Json, mine: Json, new: Json, words: Mapping[tuple[str, str], str] = MERGED) -> None:
        self.versions = (base, mine, new)
        self.words = words
        self.notes: list[Note] = []

    def result(self) -> MergeResult:
        base, mine, new = self.versions
        merged, differences = merge_fields(base, mine, new, _OWN)
        self._note("", differences)
        merged["stages"] = self._stages()
        self._protocols(merged)
        for name in _LISTS:
            rows = self._rows([rows_of(version, name) for version in self.versions], IDENTITIES[name], name)
            if rows or any(name in version for version in self.versions[1:]):
                merged[name] = [dict(row) for row in rows]
        self._dose(merged)
        if any("needles" in version for version in self.versions[1:]):
            merged["needles"] = sum(needles_of(p) for stage in merged["stages"] for p in stage["points"])
        by_verb = {verb: tuple(n for n in self.notes if n.verb == verb) for verb in ("kept", "taken", "conflict")}
        return MergeResult(as_plan_json(fresh(merged)), by_verb["kept"], by_verb["taken"], by_verb["conflict"])

    def _note(self, item: str, differences: Sequence[Difference]) -> None:
        self.notes.extend(note(item, difference) for difference in differences)

    def _item(self, item: str, verb: Verb, how: str) -> Note:
        return note_item(item, verb, how, self.words)

    # ------------------------------------------------------------------ lists

    def _rows(
        self,
        rows: Sequence[list[Row]],
        identities: Sequence[Callable[[Row], Key]],
        kind: str,
        accept: Callable[[Row], str] = lambda row: "",
    ) -> list[Row]:
        """The resulting rows, in order. `accept` says why a row that only the new proposal has cannot come in,
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
        label = LABELS[kind]((*group.mine, *group.new, *group.base)[0])
        if not group.mine and not group.base:
            taken = []
            for row in group.new:
                refused = accept(row)
                self.notes.append(self._item(LABELS[kind](row), "conflict" if refused else "taken", refused))
                taken += [] if refused else [row]
            return taken
        if not group.mine:
            if group.new:
                self.notes.append(self._item(label, "kept", "removed"))
            return []
        if not group.new:
            if not group.base:
                self.notes.append(self._item(label, "kept", "added"))
            elif same_rows(group.mine, group.base):
                self.notes.append(self._item(label, "taken", "left out"))
                return []
            else:
                self.notes.append(self._item(label, "conflict", "left out"))
            return list(once(group.mine))
        if group.is_single:
            base = group.base[0] if group.base else {}
            merged, differences = merge_fields(base, group.mine[0], group.new[0], _COUNTED)
            self._note(label, differences)
            if any("needles" in row for row in (group.mine[0], group.new[0])):
                merged["needles"] = needles_of(merged)
            return [merged]
        stands, difference = merge_value(list(group.base), list(group.mine), list(group.new), "")
        if difference is not None:
            self._note(label, [difference])
        return list(once(stands))

    # ----------------------------------------------------------------- stages

    def _stages(self) -> list[Json]:
        stages = [stage_rows(version) for version in self.versions]
        of_base, of_mine, of_new = stages
        taken_away = of_base.keys() - of_mine.keys()

        def accept_point(row: Row) -> str:
            return "stage removed" if row[STAGE] in taken_away else ""

        points = self._rows([inside(v, "points") for v in self.versions], IDENTITIES["points"], "points", accept_point)
        needled = {(row[STAGE], code_of(row)) for row in points}

        def accept_electro(row: Row) -> str:
            leads = {str(end).strip().upper() for pair in row.get("leads") or () for end in pair}
            return "" if all((row[STAGE], lead) in needled for lead in leads) else "not needled"

        currents = self._rows(
            [inside(v, "electro") for v in self.versions], IDENTITIES["electro"], "electro", accept_electro
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
            stage["electro"] = [without_stage(row) for row in currents if row[STAGE] == key]
            if any("needles" in (version.get(key) or {}) for version in stages[1:]):
                stage["needles"] = sum(needles_of(point) for point in stage["points"])
        order = merge_order(list(of_base), list(of_mine), list(of_new), merged)
        return [merged[key] for key in order]

    def _stage(self, key: Key, base: Json | None, mine: Json | None, new: Json | None, *, is_used: bool) -> Json | None:
        label = stage_label(key)
        skip = frozenset({"points", "electro", "needles"})
        if mine is not None and new is not None:
            merged, differences = merge_fields(base or {}, mine, new, skip)
            self._note(label, differences)
            return merged
        if mine is not None:
            is_edited = base is None or not same(bare(mine, skip), bare(base, skip))
            if not is_used and base is not None and (not is_edited or rows_of(mine, "points")):
                self.notes.append(self._item(label, "taken", "left out"))
                return None
            if base is None:
                self.notes.append(self._item(label, "kept", "added"))
            else:
                self.notes.append(self._item(label, "conflict", "left out"))
            return bare(mine, skip)
        if new is not None and base is None and (is_used or not rows_of(new, "points")):
            self.notes.append(self._item(label, "taken", ""))
            return bare(new, skip)
        if is_used:  # a current or point that stays although its stage is gone elsewhere
            return bare(new or base or {}, skip)
        if base is not None and new is not None:
            self.notes.append(self._item(label, "kept", "removed"))
        return None

    def _in_stage_order(self, key: Key, rows: list[Row]) -> list[Row]:
        """Needling order within one stage: points that moved here are placed as in the version that moved them."""
        base, mine, new = (
            numbered([row for row in inside(version, "points") if row[STAGE] == key]) for version in self.versions
        )
        own = numbered(rows)
        return [own[place] for place in merge_order(list(base), list(mine), list(new), own)]

    @staticmethod
    def _point(row: Row) -> Json:
        point = without_stage(row)
        if "needles" in point:
            point["needles"] = needles_of(point)
        return point

    # -------------------------------------------------------------- protocols

    def _protocols(self, merged: Json) -> None:
        """Those of later visits, by name: each is merged like a plan of its own."""
        by_name = [{str(row.get("name")): dict(row) for row in rows_of(v, "protocols")} for v in self.versions]
        base, mine, new = by_name
        found: list[Json] = []
        for name in ordered_union(new, mine):
            was, own, fresh_one = base.get(name), mine.get(name), new.get(name)
            if fresh_one is None and same(own, was):
                continue  # not proposed any more, and nobody changed it
            if own is None and was is not None:
                continue  # taken out by hand
            if own is None or fresh_one is None:
                found.append(own or fresh_one or {})
                continue
            inner = _Merge(was or {}, own, fresh_one, self.words)
            found.append({**fresh_one, "stages": inner._stages()})
            self.notes += [replace(one, item=f"{one.item}, {name}") for one in inner.notes]
        if found:
            merged["protocols"] = found

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
        fields, differences = merge_fields(before, mine, new, frozenset(COURSE))
        value, difference = merge_value(course(before), course(mine), course(new), "course")
        if difference is not None:
            differences.insert(0, difference)
        self._note("dose", differences)
        merged["dose"] = {**value, **fields}
