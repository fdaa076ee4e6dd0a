"""Reads the treatment knowledge once and checks it: every fault of every file is gathered before anything is raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import tomli

from treatments.planner.facts import KINDS
from treatments.planner.knowledge.clinic_file import with_own
from treatments.planner.knowledge.rules import (
    AdjunctRule,
    AshiRegion,
    DepthRule,
    DoseRule,
    EarMethod,
    EarPoint,
    EarRule,
    EarUse,
    ElectroGoal,
    ElectroPair,
    Exclusion,
    HomeRule,
    NeedleSize,
    OwnLimit,
    Person,
    PlannerKnowledge,
    Principle,
    Slots,
    Source,
    Technique,
)
from treatments.planner.knowledge.tables import Contraindication, PointRule, Site, When
from treatments.planner.knowledge.toml_reader import KnowledgeError, PointBook, Reader

__all__ = ["FOLDER", "KnowledgeError", "PointBook", "known_findings", "load_planner_knowledge", "reference_faults"]

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
FINDINGS_FILE = Path(__file__).resolve().parents[3] / "intake" / "knowledge" / "findings.toml"


RULE_FILES = ("rules/local.toml", "rules/distal.toml", "rules/pattern.toml")
STIMULATION = "stimulation.toml"


@lru_cache(maxsize=4)
def load_planner_knowledge(folder: Path = FOLDER, own: Path | None = None) -> PlannerKnowledge:
    """The checked knowledge of the folder, read once; with `own`, a clinic's own file laid over it (see own.py).

    Raises KnowledgeError with all faults.
    """
    if own is not None:
        whole = with_own(load_planner_knowledge(folder), own)
        if faults := reference_faults(whole):
            raise KnowledgeError([f"{own.name}: {fault}" for fault in faults])
        return whole
    read = Reader(folder)
    points = PointBook(folder / "points")
    version = read.file("meta.toml").get("knowledge_version", "")
    if not isinstance(version, str) or not version:
        read.faults.append("meta.toml: knowledge_version: missing")
    knowledge = PlannerKnowledge(
        version=str(version),
        sources={row.key: row for row in read.rows("sources.toml", "source", Source, "key")},
        sites={row.id: row for row in read.rows("sites.toml", "site", Site)},
        rules=tuple(rule for name in RULE_FILES for rule in read.rows(name, "rule", PointRule)),
        persons=read.rows(STIMULATION, "person", Person),
        slots=read.rows(STIMULATION, "slots", Slots),
        techniques=read.rows(STIMULATION, "technique", Technique),
        needles=read.rows(STIMULATION, "needle", NeedleSize),
        depths=read.rows(STIMULATION, "depth", DepthRule),
        ashi={row.region: row for row in read.rows(STIMULATION, "ashi", AshiRegion, "region")},
        goals=read.rows("electro.toml", "goal", ElectroGoal),
        pairs=tuple(sorted(read.rows("electro.toml", "pair", ElectroPair), key=lambda pair: pair.rank)),
        exclusions=read.rows("electro.toml", "exclusion", Exclusion),
        adjuncts=read.rows("adjuncts.toml", "adjunct", AdjunctRule),
        ear_rules=read.rows("ear.toml", "ear", EarRule),
        ear_uses=read.rows("ear.toml", "use", EarUse),
        ear_methods={row.id: row for row in read.rows("ear.toml", "method", EarMethod)},
        ear_points={row.code: row for row in read.rows("ear_points.toml", "ear_point", EarPoint, "code")},
        home=read.rows("home_care.toml", "home", HomeRule),
        doses=read.rows("dose.toml", "dose", DoseRule),
        principles={row.pattern: row for row in read.rows("principles.toml", "principle", Principle, "pattern")},
        contraindications=read.rows("contraindications.toml", "contraindication", Contraindication),
        points=points,
        own_limits={row.region: row for row in read.rows("own_limits.toml", "limit", OwnLimit, "region")},
    )
    read.refuse_unknown_tables(
        {
            **{name: {"review", "rule"} for name in RULE_FILES},
            STIMULATION: {"review", "person", "slots", "technique", "needle", "depth", "ashi"},
            "electro.toml": {"review", "goal", "pair", "exclusion"},
            "adjuncts.toml": {"review", "adjunct"},
            "ear.toml": {"review", "ear", "use", "method"},
            "ear_points.toml": {"review", "ear_point"},
            "sites.toml": {"review", "site"},
            "principles.toml": {"review", "principle"},
            "home_care.toml": {"review", "home"},
            "dose.toml": {"review", "dose"},
            "contraindications.toml": {"review", "contraindication"},
            "own_limits.toml": {"review", "limit"},
            "meta.toml": {"knowledge_version"},
        }
    )
    knowledge = replace(knowledge, draft_rules=tuple(read.drafts))
    faults = read.faults + points.faults
    faults += [_with_file(fault, read.places) for fault in reference_faults(knowledge)]
    if faults:
        raise KnowledgeError(faults)
    return knowledge


@lru_cache(maxsize=1)
def known_findings() -> frozenset[str]:
    """The ids of every finding a rule may name, from the intake's vocabulary."""
    groups = tomli.loads(FINDINGS_FILE.read_text(encoding="utf-8"))
    return frozenset(
        f"{group}.{key}"
        for group, table in groups.items()
        if isinstance(table, dict)
        for key in table.get("findings", {})
    )


def is_fact(word: str) -> bool:
    """Whether a rule may use this word: a finding of the vocabulary or a computed fact of `facts.KINDS`."""
    kind, colon, value = word.partition(":")
    if colon:
        return value in KINDS.get(kind, ())
    return word in known_findings()


def _with_file(fault: str, places: Mapping[str, str]) -> str:
    """A fault told of a row, with the file in which the row stands before it."""
    file = places.get(fault.partition(":")[0].partition("[")[2].partition("]")[0] or fault.partition(":")[0])
    return f"{file}: {fault}" if file else fault


def reference_faults(knowledge: PlannerKnowledge) -> list[str]:
    """Every name that points nowhere: facts, points, sources, ear zones, sites; and every id told twice."""
    faults: list[str] = []
    seen: set[str] = set()

    def facts(owner: str, when: When) -> None:
        faults.extend(f"{owner}: when: no such fact {word!r}" for word in when.facts() if not is_fact(word))

    def point(owner: str, code: str) -> None:
        if code not in knowledge.points:
            faults.append(f"{owner}: no such point {code!r}")
            return
        try:
            use = knowledge.points[code].use
        except KnowledgeError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
            return
        if use != "plan":
            faults.append(f"{owner}: point {code!r} may not be proposed (use is not plan)")

    for rule in knowledge.every_rule():
        if rule.id in seen:
            faults.append(f"{rule.id}: told twice")
        seen.add(rule.id)
        facts(rule.id, rule.when)
        faults.extend(f"{rule.id}: no such source {key!r}" for key in rule.sources if key not in knowledge.sources)
    for row in knowledge.contraindications:
        if row.id in seen:
            faults.append(f"contraindication[{row.id}]: told twice")
        seen.add(row.id)
        facts(f"contraindication[{row.id}]", row.when)
        for word in row.findings:
            if not is_fact(word):
                faults.append(f"contraindication[{row.id}]: no such finding {word!r}")
        if row.source not in knowledge.sources:
            faults.append(f"contraindication[{row.id}]: no such source {row.source!r}")
        if row.gate is not None:
            facts(f"contraindication[{row.id}].gate", row.gate.when)
            faults.extend(
                f"contraindication[{row.id}].gate: {modality} is not forbidden by the row"
                for modality in row.gate.modalities
                if row.level(modality) != "forbid"
            )
    for candidate in knowledge.rules:
        for choice in candidate.points:
            point(candidate.id, choice.code)
    refs = [(rule.id, rule.points) for rule in knowledge.adjuncts]
    refs += [(rule.id, rule.points) for rule in knowledge.home]
    for owner, points in refs:
        for ref in points:
            point(owner, ref.code)
    for pair in knowledge.pairs:
        point(pair.id, pair.a)
        point(pair.id, pair.b)
    for ear in knowledge.ear_rules:
        for zone in ear.points:
            known = knowledge.ear_points.get(zone.code)
            if known is None:
                faults.append(f"{ear.id}: no such ear zone {zone.code!r}")
            elif "seeds" not in known.methods:
                faults.append(f"{ear.id}: ear zone {zone.code!r} is not worked with seeds, the method of every patient")
    for use in knowledge.ear_uses:
        method = knowledge.ear_methods.get(use.method)
        if method is None:
            faults.append(f"{use.id}: no such ear method {use.method!r}")
        elif (use.of_needles > 0) != (method.keep_days == 0):
            faults.append(f"{use.id}: of_needles: told for what is needled in the visit, and for nothing else")
    for site in knowledge.sites.values():
        faults.extend(f"site[{site.id}]: no such ear zone {c!r}" for c in site.ear if c not in knowledge.ear_points)
        if site.id not in KINDS["site"]:
            faults.append(f"site[{site.id}]: not a site of the vocabulary")
        if site.region not in knowledge.ashi:
            faults.append(f"site[{site.id}]: region {site.region!r} has no limits for tender points")
    return faults
