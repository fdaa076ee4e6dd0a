"""A clinic's own knowledge: one file on top of ours, checked the same way; it may add and remove, but never loosen.

It may add points, sources, rules that give points, adjuncts, ear zones, home care and courses, and rules that only
tighten (kinds of person, depth, no current). It may switch off rules of ours that propose something. It cannot touch
contraindications, red flags, pregnancy, caps, budgets, the current or what awaits an answer: there is no table for
them here, and all it adds passes the same Guard. Anything it must not do is a fault, never silently corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field

from clinic.lib.complaints import DEFAULT
from clinic.lib.knowledge_files import Fault, KnowledgeError, Strict, Table, nearest
from treatments.planner.knowledge.besides import AdjunctRule, EarRule, EarUse, HomeRule
from treatments.planner.knowledge.clinic_file_checks import (
    adjunct_faults,
    home_faults,
    name_faults,
    point_faults,
    reference_faults,
    rule_faults,
    source_faults,
)
from treatments.planner.knowledge.point_names import plain_name
from treatments.planner.knowledge.rules import (
    DepthRule,
    DoseRule,
    NoElectroRule,
    OwnLimit,
    PatientProfile,
    PlannerKnowledge,
    Source,
)
from treatments.planner.knowledge.switching import why_protected
from treatments.planner.knowledge.tables import Point, PointRule, Rule
from treatments.planner.knowledge.toml_reader import PointBook, Reader

PREFIX = "own."
PAGE = "own points"  # stands for the file of what is kept on the page
RULES: dict[str, type[Rule]] = {
    "rule": PointRule,
    "adjunct": AdjunctRule,
    "ear": EarRule,
    "home": HomeRule,
    "dose": DoseRule,
    "person": PatientProfile,
    "depth": DepthRule,
    "exclusion": NoElectroRule,
}
CAREFUL = {"person", "depth", "exclusion"}  # fewer needles, less depth, no current: whatever the complaint
TABLES = {"meta", "review", "switched_off", "source", "point", *RULES}
CUN_MM = 22.5  # only to say a depth in both
# Defaults of a clinic's own point. What its row must not say is in clinic_file_checks.py.
DEFAULTS: dict[str, Any] = {
    "status": "reviewed",
    "by": "the clinic",
    "date": "not given",
    "evidence": "design",
    "aliases": [],
    "channel": "extra",
    "angle_note": "",
    "electro": "no",
    "pregnancy": "forbid",
    "moxa": "no",
    "risk_note": "",
    "classes": [],
    "technique": "even",
    "caution": "A point of this clinic's own, outside the WHO list: place and depth are the clinic's word.",
    "use": "manual",
    "depth_of_data": "basic",
    "confidence": "UNSURE",
}
AnyRule = TypeVar("AnyRule", bound=Rule)


class Meta(Strict):
    """Name and version of the file; both are part of the knowledge version kept with each proposal."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=20)]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$", max_length=10)]


def with_own(base: PlannerKnowledge, path: Path, elsewhere: Callable[[], frozenset[str]]) -> PlannerKnowledge:
    """`base` with the clinic's file on top. `elsewhere`: the rules of other complaints, which it may switch off, too.

    What it proposes is judged by our rules for the back and holds for it; whoever has rules for another complaint adds
    a folder. Its points, what it is more careful in, and what it switches off hold for every complaint.

    Raises KnowledgeError with all faults, each with file and key.
    """
    read = Reader(path.parent)
    name = path.name
    data = read.file(name)
    read.raise_faults()
    read.refuse_unknown_tables({name: TABLES})
    review = data.get("review", {})
    if isinstance(review, dict):
        known = ("status", "by", "date")  # an own rule states its own grade
        read.faults += [
            Fault(name, f"review: {key}", f"unknown key{nearest(key, known)}") for key in sorted({*review} - {*known})
        ]
    meta = read.table(name, "meta", Meta, data.get("meta") or {})
    sources = read.rows(name, "source", Source, "key")
    points = _points(read, name, base, review if isinstance(review, dict) else {}, set())
    rules = {key: read.rules(name, key, model) for key, model in RULES.items()}
    drafts = [draft.row for draft in read.drafts if isinstance(draft.row, Rule)]
    if base.complaint.id != DEFAULT:
        rules, drafts = {key: rows if key in CAREFUL else () for key, rows in rules.items()}, []
    every = [rule for rows in rules.values() for rule in rows] + drafts
    off = _switched_off(data.get("switched_off", []), name, base, elsewhere, read.faults)
    read.faults += [
        replace(fault, file=name)
        for fault in (
            *source_faults(sources, base),
            *(
                Fault("", rule.id, f"id: must start with {PREFIX!r}")
                for rule in every
                if not rule.id.startswith(PREFIX)
            ),
            *(Fault("", rule.id, "evidence: safety rules are ours") for rule in every if rule.evidence == "safety"),
            *rule_faults(_of(rules["rule"], PointRule)),
            *adjunct_faults(_of(rules["adjunct"], AdjunctRule), base, points),
            *home_faults(_of(rules["home"], HomeRule), base),
            *reference_faults(points, {*base.sources, *(source.key for source in sources)}),
        )
    ]
    if read.faults or meta is None:
        raise KnowledgeError(read.faults)
    assert isinstance(base.points, PointBook)
    gone = {rule.id for rule in off}
    place = _after_careful_doses(base.doses)
    return replace(
        base,
        version=f"{base.version}+{meta.name}.{meta.version}",
        sources={**base.sources, **{source.key: source for source in sources}},
        points=base.points.with_own(points),
        rules=(*(rule for rule in base.rules if rule.id not in gone), *_of(rules["rule"], PointRule)),
        pairs=tuple(rule for rule in base.pairs if rule.id not in gone),
        adjuncts=(*base.adjuncts, *_of(rules["adjunct"], AdjunctRule)),
        ear_rules=(*(rule for rule in base.ear_rules if rule.id not in gone), *_of(rules["ear"], EarRule)),
        home=(*base.home, *_of(rules["home"], HomeRule)),
        doses=(*base.doses[:place], *_of(rules["dose"], DoseRule), *base.doses[place:]),
        persons=(*base.persons, *_of(rules["person"], PatientProfile)),
        depths=(*base.depths, *_of(rules["depth"], DepthRule)),
        exclusions=(*base.exclusions, *_of(rules["exclusion"], NoElectroRule)),
        draft_rules=(*base.draft_rules, *drafts),
        switched_off=off,
        silent=frozenset(rule.id for rule in off if isinstance(rule, AdjunctRule | EarUse | HomeRule)),
    )


def _of(rows: Sequence[Rule], model: type[AnyRule]) -> tuple[AnyRule, ...]:
    return tuple(row for row in rows if isinstance(row, model))


def _after_careful_doses(doses: Sequence[DoseRule]) -> int:
    """Own courses come after ours for pregnancy, as the first match counts; what the weak are spared (`sparing`) holds
    for them as well."""
    careful = [
        place for place, dose in enumerate(doses) if {"person:pregnant", "condition.frail"} & {*dose.when.facts()}
    ]
    return max(careful, default=-1) + 1


# ------------------------------------------------------------------------------------------------ switched off


def _switched_off(
    ids: Any, name: str, base: PlannerKnowledge, elsewhere: Callable[[], frozenset[str]], faults: list[Fault]
) -> tuple[Rule, ...]:
    """Our rules that propose something the clinic does not want. What protects a patient cannot be switched off."""
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        faults.append(Fault(name, "switched_off", "must be a list of rule ids, written above the first [table]"))
        return ()
    known = {rule.id: rule for rule in base.every_rule()}
    found: list[Rule] = []
    for one in dict.fromkeys(ids):
        if one not in known and one in elsewhere():
            continue  # a rule of another complaint
        if why := why_protected(one, base):
            faults.append(Fault(name, f"switched_off: {one!r}", why))
        else:
            found.append(known[one])
    return tuple(found)


# ---------------------------------------------------------------------------------------------------- points


class OwnRow(NamedTuple):
    """A point kept on the page: the tables that would stand in a file, and since when it is not used any more."""

    tables: Table
    retired: str = ""


def with_points(
    base: PlannerKnowledge, rows: Sequence[OwnRow]
) -> tuple[PlannerKnowledge, tuple[tuple[Fault, ...], ...]]:
    """`base` with the points that practitioners keep on the page, and the faults of each row.

    They are read and checked like those of the file. One with a fault stays out: no review lets a plan with it pass.
    A retired one is known and never needled. None is proposed: no rule of a file can name what stands in no file.
    """
    points: list[Point] = []
    sources: dict[str, Source] = {}
    faults: list[tuple[Fault, ...]] = []
    taken: set[str] = set()
    for row in rows:
        read = Reader(Path())
        read.given(PAGE, row.tables)
        read.refuse_unknown_tables({PAGE: {"source", "point"}})
        told = read.rows(PAGE, "source", Source, "key")
        found = _points(read, PAGE, base, {}, taken)
        read.faults += source_faults(told, base)
        read.faults += reference_faults(found, {*base.sources, *(source.key for source in told)})
        read.faults += [Fault(PAGE, one.code, "use: is proposed by no rule") for one in found if one.use != "manual"]
        faults.append(tuple(read.faults))
        if not read.faults:
            sources |= {source.key: source for source in told}
            points += [_retired(point, row.retired) if row.retired else point for point in found]
    if not points:
        return base, tuple(faults)
    assert isinstance(base.points, PointBook)
    whole = replace(base, sources={**base.sources, **sources}, points=base.points.with_own(points))
    return whole, tuple(faults)


def _retired(point: Point, since: str) -> Point:
    return point.model_copy(update={"use": "never", "caution": f"This clinic took it out of use on {since}."})


def _points(
    read: Reader, name: str, base: PlannerKnowledge, review: dict[str, Any], taken: set[str]
) -> tuple[Point, ...]:
    found: list[Point] = []
    for place, row in enumerate(read.tables(name, "point")):
        label = f"point[{row.get('code', place)}]"
        region = row.get("region")
        limit = base.own_limits.get(region) if isinstance(region, str) else None
        if limit is None:
            read.faults.append(Fault(name, label, f"region: own points may lie in {', '.join(base.own_limits)}"))
            continue
        point = read.table(name, label, Point, {**_defaults(row, limit, base), **review, **row})
        if point is None:
            continue
        faults = [*point_faults(point, limit), *name_faults(point, base, taken)]
        read.faults += [Fault(name, label, fault) for fault in faults]
        found.append(point)
        taken |= {point.code, plain_name(point.name)}
    return tuple(found)


def _defaults(row: dict[str, Any], limit: OwnLimit, base: PlannerKnowledge) -> dict[str, Any]:
    """What is not said is the careful choice: the angle that a tender point of that region has, the risks of the
    region, one name for all."""
    tender = base.ashi.get(limit.region)
    name = row.get("name", "")
    depth = row.get("depth_mm", [limit.from_mm, limit.cap_mm])
    cun = [round(mm / CUN_MM, 1) for mm in depth] if _are_numbers(depth) else depth
    return {
        **DEFAULTS,
        "pinyin": name,
        "hanzi": name,
        "hanzi_traditional": row.get("hanzi", name),
        "english": name,
        "angle": tender.angle if tender else "perpendicular",
        "limb": limit.limb,
        "cap_mm": limit.cap_mm,
        "depth_mm": depth,
        "depth_cun": cun,
        "positions": list(limit.positions),
        "risks": list(limit.risks),
    }


def _are_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(one, int | float) for one in values)
