"""Reads the treatment knowledge once and checks it: all faults of all files are collected before anything is raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from clinic.lib.complaints import DEFAULT, SHIPPED, Complaint, beside, complaints, folders
from clinic.lib.knowledge_files import Fault, KnowledgeError, Model, all_kept
from treatments.planner.knowledge.besides import AdjunctRule, EarMethod, EarPoint, EarRule, EarUse
from treatments.planner.knowledge.clinic_file import with_own
from treatments.planner.knowledge.numbers import FILE as NUMBERS
from treatments.planner.knowledge.numbers import Number
from treatments.planner.knowledge.pack import with_pack
from treatments.planner.knowledge.references import reference_faults
from treatments.planner.knowledge.rules import (
    AshiRegion,
    ByHand,
    DepthRule,
    ElectroGoal,
    ElectroPair,
    Gentle,
    Limit,
    NeedleSize,
    NoElectroRule,
    OwnLimit,
    PatientProfile,
    PlannerKnowledge,
    Principle,
    Protocol,
    Retention,
    Sensation,
    Source,
    Stock,
    Style,
    Technique,
    Worth,
)
from treatments.planner.knowledge.tables import Contraindication, Neutral, PointRule, Rule, Site
from treatments.planner.knowledge.toml_reader import PointBook, Reader

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
RULE_FILES = ("rules/pattern.toml", "rules/cause.toml")
STIMULATION = "stimulation.toml"
STIMULATION_TABLES = (
    "person", "worth", "style", "protocol", "retention", "technique", "sensation", "gentle", "needle", "depth", "ashi"
)  # fmt: skip


def load_planner_knowledge(
    directory: Path = FOLDER, own: Path | None = None, complaint: str = DEFAULT
) -> PlannerKnowledge:
    """The checked knowledge of one complaint, read once; with `own`, a clinic's own file on top (see clinic_file.py).
    A pack nobody asks for is neither read nor compiled.

    Raises KnowledgeError with all faults, KeyError for a complaint without a pack.
    """
    return _load(directory, own, complaint, folders())


@lru_cache(maxsize=16)
@all_kept()
def _load(directory: Path, own: Path | None, complaint: str, where: tuple[Path, ...]) -> PlannerKnowledge:
    if own is None:
        return _with_pack(directory, complaints()[complaint], where)

    def elsewhere() -> frozenset[str]:
        others = (load_planner_knowledge(directory, complaint=one) for one in complaints() if one != complaint)
        return frozenset(rule.id for other in others for rule in other.every_rule())

    whole = with_own(load_planner_knowledge(directory, complaint=complaint), own, elsewhere)
    if faults := reference_faults(whole):
        raise KnowledgeError(replace(fault, file=own.name) for fault in faults)
    return whole


def _with_pack(directory: Path, pack: Complaint, where: tuple[Path, ...]) -> PlannerKnowledge:
    common, places, faults = _common(directory, where)
    folder = directory / "complaints" / pack.id if pack.folder.parent == SHIPPED else pack.folder
    read = Reader(folder)
    knowledge = with_pack(common, pack, read)
    places = {**places, **read.places}
    if faults := (*faults, *read.faults, *(_with_file(fault, places) for fault in reference_faults(knowledge))):
        raise KnowledgeError(faults)
    return knowledge


@lru_cache(maxsize=4)
def _common(directory: Path, where: tuple[Path, ...]) -> tuple[PlannerKnowledge, Mapping[str, str], tuple[Fault, ...]]:
    """What every complaint shares, the file of each row, and the faults. References are checked with a pack on top."""
    read = Reader(directory)
    points = PointBook(directory / "points")
    version = read.file("meta.toml").get("knowledge_version", "")
    if not isinstance(version, str) or not version:
        read.faults.append(Fault("meta.toml", "knowledge_version", "missing"))

    def every(name: str, key: str, model: type[Model], label: str = "id") -> Iterator[Model]:
        """The rows of the common file and of the packs' files of that name."""
        yield from read.rows(name, key, model, label)
        for other, path in beside(name):
            yield from read.rows(read.add(other, path), key, model, label)
            read.refuse_unknown_tables({other: {"review", key}})

    knowledge = PlannerKnowledge(
        version=str(version),
        complaint=complaints()[DEFAULT],
        sources={row.key: row for row in every("sources.toml", "source", Source, "key")},
        sites={row.id: row for row in every("sites.toml", "site", Site)},
        rules=tuple(rule for name in RULE_FILES for rule in read.rules(name, "rule", PointRule)),
        persons=read.rules(STIMULATION, "person", PatientProfile),
        worths=read.rules(STIMULATION, "worth", Worth),
        styles={row.id: row for row in read.rows(STIMULATION, "style", Style)},
        protocols=read.rules(STIMULATION, "protocol", Protocol),
        retentions=read.rules(STIMULATION, "retention", Retention),
        techniques=read.rules(STIMULATION, "technique", Technique),
        sensations=read.rules(STIMULATION, "sensation", Sensation),
        gentle=read.rules(STIMULATION, "gentle", Gentle),
        needles=read.rules(STIMULATION, "needle", NeedleSize),
        depths=read.rules(STIMULATION, "depth", DepthRule),
        ashi={row.region: row for row in read.rows(STIMULATION, "ashi", AshiRegion, "region")},
        stock=_only(read, "stock", Stock),
        by_hand=_only(read, "by_hand", ByHand),
        goals=read.rules("electro.toml", "goal", ElectroGoal),
        pairs=tuple(sorted(read.rules("electro.toml", "pair", ElectroPair), key=lambda pair: pair.rank)),
        exclusions=read.rules("electro.toml", "exclusion", NoElectroRule),
        adjuncts=read.rules("adjuncts.toml", "adjunct", AdjunctRule),
        ear_rules=read.rules("ear.toml", "ear", EarRule),
        ear_uses=read.rules("ear.toml", "use", EarUse),
        ear_methods={row.id: row for row in read.rows("ear.toml", "method", EarMethod)},
        ear_points={row.code: row for row in read.rows("ear_points.toml", "ear_point", EarPoint, "code")},
        home=(),
        doses=(),
        sparings=(),
        principles={row.pattern: row for row in every("principles.toml", "principle", Principle, "pattern")},
        contraindications=tuple(every("contraindications.toml", "contraindication", Contraindication)),
        neutral=read.rows("contraindications.toml", "neutral", Neutral, "finding"),
        limits={row.id: row for row in read.rows("review_limits.toml", "limit", Limit)},
        numbers={row.id: row for row in read.rows(NUMBERS, "number", Number)},
        points=points,
        own_limits={row.region: row for row in read.rows("own_limits.toml", "limit", OwnLimit, "region")},
    )
    read.refuse_unknown_tables(
        {
            **{name: {"review", "rule"} for name in RULE_FILES},
            STIMULATION: {"review", "by_hand", "stock", *STIMULATION_TABLES},
            "electro.toml": {"review", "goal", "pair", "exclusion"},
            "adjuncts.toml": {"review", "adjunct"},
            "ear.toml": {"review", "ear", "use", "method"},
            "ear_points.toml": {"review", "ear_point"},
            "sites.toml": {"review", "site"},
            "principles.toml": {"review", "principle"},
            "contraindications.toml": {"review", "contraindication", "neutral"},
            "review_limits.toml": {"review", "limit"},
            NUMBERS: {"review", "number"},
            "sources.toml": {"source"},
            "own_limits.toml": {"review", "limit"},
            "meta.toml": {"knowledge_version"},
        }
    )
    knowledge = replace(knowledge, draft_rules=tuple(draft.row for draft in read.drafts if isinstance(draft.row, Rule)))
    return knowledge, read.places, (*read.faults, *points.faults)


def _only(read: Reader, key: str, model: type[Model]) -> Model:
    """The only row of a table of stimulation.toml. Raises KnowledgeError if there is none to go on with."""
    rows = read.rows(STIMULATION, key, model)
    if len(rows) != 1:
        read.faults.append(Fault(STIMULATION, key, "one row, no more and no less"))
        read.raise_faults()
    return rows[0]


def _with_file(fault: Fault, places: Mapping[str, str]) -> Fault:
    """A row's fault, prefixed with the row's file."""
    if fault.file:
        return fault
    row = fault.key.partition(":")[0]
    return replace(fault, file=places.get(row.partition("[")[2].partition("]")[0] or row, ""))


def forget() -> None:
    """Reads every file again, for who has changed one."""
    _load.cache_clear()
    _common.cache_clear()
