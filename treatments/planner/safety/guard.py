"""What must not be done to this patient: contraindications, pregnancy, limbs. The guard has the last word.

A contraindication is present, suspected (words in a text raise it), open (unknown, and the row has a gate) or absent.
Present: every cell of the row counts. Suspected: its forbid cells count. Open: the gated modalities stay out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from intake.assessment import ClinicalPicture
from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Contraindication, Point
from treatments.planner.safety.contraindications import CompiledRow, CompiledRows, State, Table, compiled_rows
from treatments.planner.safety.stops import Stop, in_order
from treatments.planner.vocabulary.body import AREAS, LUMBOSACRAL, THORAX, TRUNK, Area, limb_at_risk, limb_of_region
from treatments.planner.vocabulary.facts import PHASES
from treatments.planner.vocabulary.modalities import MODALITIES
from treatments.planner.vocabulary.severity import Severity

Held = tuple[CompiledRow, State, str]  # a row that is present, suspected or open, and the finding or fact behind it
ByModality = Mapping[str, tuple[Stop, ...]]


class Place(NamedTuple):
    """Where something would be done: body region, limb and side ("" and "none" for the trunk)."""

    region: str
    limb: str
    side: str


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """The safety rules that hold for one patient, or for several of whom the same holds. Answers are ordered gravest
    first."""

    whole: ByModality  # stops for the whole body
    thorax: ByModality
    field: ByModality
    areas: Mapping[Area, ByModality]  # only those in which something is barred
    limbs: Mapping[str, Mapping[tuple[str, str], tuple[Stop, ...]]]
    field_regions: frozenset[str]
    pregnancy: tuple[str, ...]
    pregnancy_because: str
    is_one_sided: bool
    present: tuple[tuple[Contraindication, str], ...]  # rows that hold, with the finding that makes them hold
    open: tuple[tuple[Contraindication, str], ...]  # rows not ruled out, with the finding to ask about; by rank
    # asked again for the same point and place, by each step of a proposal and by each review
    _needles: dict[tuple[str, Place], tuple[Stop, ...]] = dataclasses.field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def may_stop_needles(self) -> bool:
        """Whether anything at all is said against needles, somewhere."""
        return bool(self.pregnancy_because) or self.says_anything("needle") or self.says_anything("deep_trunk")

    def says_anything(self, modality: str) -> bool:
        """Whether anything at all is said against it, somewhere."""
        if self.whole[modality] or self.thorax[modality] or self.field[modality] or self.limbs[modality]:
            return True
        return any(table[modality] for table in self.areas.values())

    def against(self, modality: str, place: Place | None = None) -> tuple[Stop, ...]:
        """Every stop against one modality, at one place or in general; gravest first."""
        if place is None:
            return self.whole[modality]
        here: list[Stop] = []
        if place.region in THORAX:
            here += self.thorax[modality]
        if place.region in self.field_regions:
            here += self.field[modality]
        for area, by_modality in self.areas.items():
            if place.region in AREAS[area]:
                here += by_modality.get(modality, ())
        limb = limb_at_risk(place.region, place.limb)
        if limb != "none":
            for side in ("left", "right") if place.side == "both" else (place.side,):
                here += self.limbs[modality].get((limb, side), ())
        return in_order((*self.whole[modality], *here)) if here else self.whole[modality]

    def against_beside(self, modality: str, kind: str, regions: Collection[str]) -> tuple[Stop, ...]:
        """Stops against one kind of adjunct or home care on the regions it touches (on any, where nothing tells)."""
        stops = list(self.whole[modality])
        for area, by_modality in self.areas.items():
            if not regions or not AREAS[area].isdisjoint(regions):
                stops += by_modality.get(modality, ())
        return in_order(stop for stop in stops if kind not in stop.spares)

    def against_needle(self, point: Point, place: Place, deepest: float = 0.0) -> tuple[Stop, ...]:
        """Stops against needling a point: the needle column, the deep trunk column, and pregnancy. `deepest`: how deep
        it goes, in mm; 0 for as shallow as it has to be."""
        if deepest:
            return self._against_needle(point, place, deepest)
        known = self._needles.get((point.code, place))
        if known is None:
            known = self._needles[point.code, place] = self._against_needle(point, place, deepest)
        return known

    def _against_needle(self, point: Point, place: Place, deepest: float) -> tuple[Stop, ...]:
        needle = self.against("needle", place)
        stops = list(needle)
        if place.region in TRUNK or place.region in THORAX:
            deep = self.against("deep_trunk", place) if place.region in TRUNK else self._thoracic_deep()
            stops += (stop.at_depth(place.region, deepest) for stop in deep)
        stops += self.against_in_pregnancy(point, place.region)
        return in_order(stops) if len(stops) > len(needle) else needle

    def limbs_left_alone(self, modality: str, regions: Iterable[str]) -> dict[tuple[str, str], Stop]:
        """Limbs, as ("left", "leg"), barred from this modality that belong to these regions, with the
        gravest stop."""
        touched = {limb_of_region(region) for region in regions}
        found: dict[tuple[str, str], Stop] = {}
        for (limb, side), stops in sorted(self.limbs[modality].items()):
            known = [stop for stop in stops if stop.is_stop and not stop.is_open]
            if limb in touched and known:
                found[side, limb] = max(known, key=lambda stop: stop.severity)
        return found

    def _thoracic_deep(self) -> tuple[Stop, ...]:
        """The shoulder is not trunk, but the lung lies beneath it."""
        return self.thorax["deep_trunk"]

    def against_in_pregnancy(self, point: Point, region: str) -> tuple[Stop, ...]:
        """The point list of pregnancy. While pregnancy is unknown only its hard stops count."""
        stops = []
        for phase in self.pregnancy:
            level = pregnancy_level(point, region, phase)
            if level == "caution":
                continue  # the row in the matrix covers the whole body
            name = PHASES[phase]
            stops.append(
                Stop(level, self.pregnancy_because, f"{point.code} is kept out {name} of pregnancy (custom and "
                     "consent, not proven harm).", "CARR2015", "pregnancy_points")
            )  # fmt: skip
        if not self.pregnancy and self.pregnancy_because and point.pregnancy in ("forbid", "forbid_t1"):
            text = f"{point.code} stays out until pregnancy is ruled out."
            stops.append(Stop("forbidden", self.pregnancy_because, text, "CARR2015", "pregnancy_points", True))
        return tuple(stops)


def pregnancy_level(point: Point, region: str, phase: str) -> Severity:
    """The severity of one point in one phase (t1 weeks 1-12, t2 weeks 13-36, t3 from week 37)."""
    column = point.pregnancy
    if column == "forbid":
        return "needs_reason" if phase == "t3" else "forbidden"
    if column == "forbid_t1":
        return "forbidden" if phase == "t1" else "needs_reason"
    if column == "override" or (point.code == "ASHI" and region in LUMBOSACRAL):
        return "forbidden" if phase == "t1" and region in LUMBOSACRAL else "needs_reason"
    return "needs_reason" if phase == "t1" else "caution"


def build_guard(picture: ClinicalPicture, facts: Facts, knowledge: PlannerKnowledge, regions: frozenset[str]) -> Guard:
    """The guard of one patient; `regions` are those of the painful field."""
    held: list[Held] = []
    rows = compiled_rows(knowledge)
    for compiled in rows.may_hold(facts.words, picture):
        state, because = row_state(compiled, picture, facts)
        if state != "absent":
            held.append((compiled, state, because))
    because = ""
    if facts.pregnancy:
        because = "condition.pregnant" if "condition.pregnant" in facts.words else "condition.maybe_pregnant"
    elif "pregnancy:can_be" in facts.words:
        because = "condition.pregnant"
    return _guard_of(rows, tuple(held), regions, facts.pregnancy, because)


@lru_cache(maxsize=64)
def _guard_of(
    _: CompiledRows, held: tuple[Held, ...], regions: frozenset[str], pregnancy: tuple[str, ...], because: str
) -> Guard:
    """Kept, because one patient is asked about at each visit and each edit of a plan, and because it remembers what it
    was asked. Each knowledge has its own (its rows), since its points may be others."""
    tables = _tables_of(held)
    return Guard(
        whole=tables.whole,
        thorax=tables.thorax,
        field=tables.field,
        areas=tables.areas,
        limbs=tables.limbs,
        field_regions=regions,
        pregnancy=pregnancy,
        pregnancy_because=because,
        is_one_sided=tables.is_one_sided,
        present=tables.present,
        open=tables.open,
    )


class _Tables(NamedTuple):
    """What of a guard follows from its rows alone (see there); nothing may write to it."""

    whole: ByModality
    thorax: ByModality
    field: ByModality
    areas: Mapping[Area, ByModality]
    limbs: Mapping[str, Mapping[tuple[str, str], tuple[Stop, ...]]]
    is_one_sided: bool
    present: tuple[tuple[Contraindication, str], ...]
    open: tuple[tuple[Contraindication, str], ...]


@lru_cache(maxsize=128)
def _tables_of(held: tuple[Held, ...]) -> _Tables:
    """Most patients have the same rows open."""
    found: dict[Table, dict[str, list[Stop]]] = {"whole": {}, "thorax": {}, "field": {}, **{area: {} for area in AREAS}}
    limbs: dict[str, dict[tuple[str, str], list[Stop]]] = {modality: {} for modality in MODALITIES}
    for compiled, state, because in held:
        for table, modality, limb, stop in compiled.stops[state, because]:
            if table == "limbs":
                limbs[modality].setdefault(limb, []).append(stop)
            else:
                found[table].setdefault(modality, []).append(stop)
    return _Tables(
        whole=_in_order_by_modality(found["whole"]),
        thorax=_in_order_by_modality(found["thorax"]),
        field=_in_order_by_modality(found["field"]),
        areas={area: _in_order_by_modality(found[area]) for area in AREAS if found[area]},
        limbs={m: {key: tuple(stops) for key, stops in by.items()} for m, by in limbs.items()},
        is_one_sided=any(compiled.is_of_limb and state != "open" for compiled, state, _ in held),
        present=tuple((compiled.row, because) for compiled, state, because in held if state == "present"),
        open=tuple(sorted(((c.row, because) for c, state, because in held if state != "present"), key=_by_rank)),
    )


def _by_rank(asked: tuple[Contraindication, str]) -> tuple[int, str]:
    row = asked[0]
    return row.gate.rank if row.gate else 0, row.id


def row_state(compiled: CompiledRow, picture: ClinicalPicture, facts: Facts) -> tuple[State, str]:
    """present, suspected, open or absent; and the finding or fact behind it."""
    row, words = compiled.row, facts.words
    told = not compiled.findings.isdisjoint(words)
    if (told or not row.findings) and compiled.when.holds(words):
        return "present", next(finding for finding in row.findings if finding in words) if told else compiled.fact
    if not compiled.findings.isdisjoint(picture.suspected):
        return "suspected", next(finding for finding in row.findings if finding in picture.suspected)
    ask = compiled.ask
    is_open = ask and picture.is_unknown(ask) and compiled.gate.holds(words)
    if is_open and compiled.ruled_out_by.isdisjoint(picture.absent):
        return "open", ask
    return "absent", ""


def _in_order_by_modality(found: Mapping[str, list[Stop]]) -> ByModality:
    return {modality: in_order(found[modality]) if modality in found else () for modality in MODALITIES}
