"""The contraindications of one knowledge, compiled once: conditions as sets, and every stop a row can make, with
the guard's table it belongs to. All that remains to be decided per patient is which rows hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from intake.assessment import ClinicalPicture
from treatments.planner.knowledge.matching import Condition, condition_of
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Contraindication, When
from treatments.planner.safety.stops import Stop
from treatments.planner.vocabulary.modalities import MODALITIES, Modality
from treatments.planner.vocabulary.severity import Severity

State = Literal["present", "suspected", "open", "absent"]
Table = Literal["whole", "thorax", "field", "limbs", "trunk", "below_knee", "neck"]
FIELD_ONLY = frozenset({"needle", "deep_trunk", "tacks", "seeds", "magnets", "acupressure"})
LIMBS: dict[str, tuple[tuple[str, str], ...]] = {
    "left_leg": (("leg", "left"),),
    "right_leg": (("leg", "right"),),
    "left_arm": (("arm", "left"),),
    "right_arm": (("arm", "right"),),
    "arms": (("arm", "left"), ("arm", "right")),
}
NO_LIMB = ("none", "")


class Placed(NamedTuple):
    """A stop and where it applies."""

    table: Table
    modality: Modality
    limb: tuple[str, str]
    stop: Stop


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRow:
    """One row: `fact` makes it hold where no finding does; `stops` by its state and the finding that says so."""

    row: Contraindication
    findings: frozenset[str]
    when: Condition
    ask: str  # of the row's gate: the finding to ask about; "" without a gate
    gate: Condition
    ruled_out_by: frozenset[str]
    fact: str
    is_of_limb: bool
    stops: Mapping[tuple[State, str], tuple[Placed, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRows:
    """All rows in their order, and where each can be found by what makes it hold."""

    rows: tuple[CompiledRow, ...]
    words: frozenset[str]  # all that they look at
    always: tuple[int, ...]  # places of the rows that hold by a fact
    by_finding: Mapping[str, tuple[int, ...]]
    by_question: Mapping[str, tuple[int, ...]]  # whose gate asks it

    def may_hold(self, words: frozenset[str], picture: ClinicalPicture) -> list[CompiledRow]:
        """Those that could be present, suspected or open, in order."""
        places = set(self.always)
        for finding in self.by_finding.keys() & (words | picture.suspected):
            places.update(self.by_finding[finding])
        for question, asking in self.by_question.items():
            if picture.is_unknown(question):
                places.update(asking)
        return [self.rows[place] for place in sorted(places)]


@lru_cache(maxsize=64)
def compiled_rows(knowledge: PlannerKnowledge) -> CompiledRows:
    """Compiled once per knowledge; a server holds one or two, a test of many clinics' own files dozens."""
    rows = tuple(compile_row(row) for row in knowledge.contraindications)
    by_finding: dict[str, list[int]] = {}
    by_question: dict[str, list[int]] = {}
    for place, compiled in enumerate(rows):
        for finding in compiled.row.findings:
            by_finding.setdefault(finding, []).append(place)
        if compiled.row.gate is not None:
            by_question.setdefault(compiled.row.gate.ask, []).append(place)
    return CompiledRows(
        rows,
        frozenset().union(*(row.findings.union(*row.when, *row.gate) for row in rows)),
        tuple(place for place, compiled in enumerate(rows) if not compiled.row.findings),
        {finding: tuple(places) for finding, places in by_finding.items()},
        {question: tuple(places) for question, places in by_question.items()},
    )


def compile_row(row: Contraindication) -> CompiledRow:
    fact = "" if row.findings else row.when.facts()[0]
    states: list[tuple[State, str]] = [("present", because) for because in row.findings or (fact,)]
    states += [("suspected", finding) for finding in row.findings]
    states += [("open", row.gate.ask)] if row.gate else []
    return CompiledRow(
        row=row,
        findings=frozenset(row.findings),
        when=condition_of(row.when),
        ask=row.gate.ask if row.gate else "",
        gate=condition_of(row.gate.when if row.gate else When()),
        ruled_out_by=frozenset(row.gate.ruled_out_by if row.gate else ()),
        fact=fact,
        is_of_limb=row.scope in LIMBS,
        stops={(state, because): tuple(_placed(row, state, because)) for state, because in states},
    )


def _placed(row: Contraindication, state: State, because: str) -> Iterable[Placed]:
    for modality in MODALITIES:
        stop = _stop(row, modality, state, because)
        if stop is None:
            continue
        area = row.only_at.get(modality)
        if area is not None:
            yield Placed(area, modality, NO_LIMB, stop)
            if stop.is_stop and state != "open":
                yield Placed("whole", modality, NO_LIMB, stop._replace(level="caution"))
        elif row.scope in LIMBS:
            yield from (Placed("limbs", modality, limb, stop) for limb in LIMBS[row.scope])
        elif row.scope == "thorax" and modality in ("needle", "deep_trunk"):
            yield Placed("thorax", modality, NO_LIMB, stop)
        elif row.scope == "neck":
            yield Placed("neck", modality, NO_LIMB, stop)
        elif row.scope == "field" and modality in FIELD_ONLY:
            yield Placed("field", modality, NO_LIMB, stop)
        else:
            yield Placed("whole", modality, NO_LIMB, stop)


def _stop(row: Contraindication, modality: Modality, state: State, because: str) -> Stop | None:
    level = row.level(modality)
    if not level:
        return None
    shallow = row.shallow if modality == "deep_trunk" else None
    if state == "present":
        return Stop(level, because, row.text, row.source, row.id, spares=row.spares, shallow=shallow)
    if state == "suspected":  # withholds what a yes would forbid; where a yes asks for a reason, this asks for care
        text = f"The patient's own words raise it, nobody has cleared it: {row.text}"
        milder: Severity = "forbidden" if level == "forbidden" else "caution"
        return Stop(milder, because, text, row.source, row.id, True, row.spares, shallow)
    gate = row.gate
    if level != "forbidden" or gate is None or modality not in gate.modalities:
        return None
    return Stop("forbidden", because, f"Not known yet: {gate.why}", row.source, row.id, True, row.spares)
