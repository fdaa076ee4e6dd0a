"""Reads the treatment knowledge once and checks it: all faults of all files are collected before anything is raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from clinic.lib.knowledge_files import Fault, KnowledgeError, Model
from treatments.planner.knowledge.clinic_file import with_own
from treatments.planner.knowledge.references import reference_faults
from treatments.planner.knowledge.rules import (
    AdjunctRule,
    AshiRegion,
    ByHand,
    DepthRule,
    DoseRule,
    EarMethod,
    EarPoint,
    EarRule,
    EarUse,
    ElectroGoal,
    ElectroPair,
    HomeRule,
    Limit,
    NeedleSize,
    NoElectroRule,
    OwnLimit,
    PatientProfile,
    PlannerKnowledge,
    Principle,
    Retention,
    Source,
    Style,
    Technique,
    Worth,
)
from treatments.planner.knowledge.tables import Contraindication, Neutral, PointRule, Rule, Site
from treatments.planner.knowledge.toml_reader import PointBook, Reader

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
BACK = "complaints/back"  # what is only the back's
RULE_FILES = (f"{BACK}/rules/local.toml", f"{BACK}/rules/distal.toml", "rules/pattern.toml", "rules/cause.toml")
STIMULATION = "stimulation.toml"
STIMULATION_TABLES = ("person", "worth", "style", "retention", "technique", "needle", "depth", "ashi")


@lru_cache(maxsize=4)
def load_planner_knowledge(directory: Path = FOLDER, own: Path | None = None) -> PlannerKnowledge:
    """The checked knowledge of the directory, read once; with `own`, a clinic's own file on top (see clinic_file.py).

    Raises KnowledgeError with all faults.
    """
    if own is not None:
        whole = with_own(load_planner_knowledge(directory), own)
        if faults := reference_faults(whole):
            raise KnowledgeError(replace(fault, file=own.name) for fault in faults)
        return whole
    read = Reader(directory)
    points = PointBook(directory / "points")
    version = read.file("meta.toml").get("knowledge_version", "")
    if not isinstance(version, str) or not version:
        read.faults.append(Fault("meta.toml", "knowledge_version", "missing"))
    knowledge = PlannerKnowledge(
        version=str(version),
        sources={row.key: row for row in read.rows("sources.toml", "source", Source, "key")},
        sites={row.id: row for row in read.rows("sites.toml", "site", Site)},
        rules=tuple(rule for name in RULE_FILES for rule in read.rules(name, "rule", PointRule)),
        persons=read.rules(STIMULATION, "person", PatientProfile),
        worths=read.rules(STIMULATION, "worth", Worth),
        styles={row.id: row for row in read.rows(STIMULATION, "style", Style)},
        retentions=read.rules(STIMULATION, "retention", Retention),
        techniques=read.rules(STIMULATION, "technique", Technique),
        needles=read.rules(STIMULATION, "needle", NeedleSize),
        depths=read.rules(STIMULATION, "depth", DepthRule),
        ashi={row.region: row for row in read.rows(STIMULATION, "ashi", AshiRegion, "region")},
        by_hand=_only(read, "by_hand", ByHand),
        goals=read.rules("electro.toml", "goal", ElectroGoal),
        pairs=tuple(sorted(read.rules("electro.toml", "pair", ElectroPair), key=lambda pair: pair.rank)),
        exclusions=read.rules("electro.toml", "exclusion", NoElectroRule),
        adjuncts=read.rules("adjuncts.toml", "adjunct", AdjunctRule),
        ear_rules=read.rules("ear.toml", "ear", EarRule),
        ear_uses=read.rules("ear.toml", "use", EarUse),
        ear_methods={row.id: row for row in read.rows("ear.toml", "method", EarMethod)},
        ear_points={row.code: row for row in read.rows("ear_points.toml", "ear_point", EarPoint, "code")},
        home=read.rules(f"{BACK}/home_care.toml", "home", HomeRule),
        doses=read.rules(f"{BACK}/dose.toml", "dose", DoseRule),
        principles={row.pattern: row for row in read.rows("principles.toml", "principle", Principle, "pattern")},
        contraindications=read.rows("contraindications.toml", "contraindication", Contraindication),
        neutral=read.rows("contraindications.toml", "neutral", Neutral, "finding"),
        limits={row.id: row for row in read.rows("review_limits.toml", "limit", Limit)},
        points=points,
        own_limits={row.region: row for row in read.rows("own_limits.toml", "limit", OwnLimit, "region")},
    )
    read.refuse_unknown_tables(
        {
            **{name: {"review", "rule"} for name in RULE_FILES},
            STIMULATION: {"review", "by_hand", *STIMULATION_TABLES},
            "electro.toml": {"review", "goal", "pair", "exclusion"},
            "adjuncts.toml": {"review", "adjunct"},
            "ear.toml": {"review", "ear", "use", "method"},
            "ear_points.toml": {"review", "ear_point"},
            "sites.toml": {"review", "site"},
            "principles.toml": {"review", "principle"},
            f"{BACK}/home_care.toml": {"review", "home"},
            f"{BACK}/dose.toml": {"review", "dose"},
            "contraindications.toml": {"review", "contraindication", "neutral"},
            "review_limits.toml": {"review", "limit"},
            "sources.toml": {"source"},
            "own_limits.toml": {"review", "limit"},
            "meta.toml": {"knowledge_version"},
        }
    )
    knowledge = replace(knowledge, draft_rules=tuple(draft.row for draft in read.drafts if isinstance(draft.row, Rule)))
    faults = read.faults + points.faults
    faults += [_with_file(fault, read.places) for fault in reference_faults(knowledge)]
    if faults:
        raise KnowledgeError(faults)
    return knowledge


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
