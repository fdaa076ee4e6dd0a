"""Reads the treatment knowledge once and checks it: every fault of every file is gathered before anything is raised."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .facts import KINDS
from .knowledge import Contraindication, Point, PointRule, Site, When
from .recipes import (
    AdjunctRule,
    AshiRegion,
    DepthRule,
    DoseRule,
    EarMethod,
    EarPoint,
    EarRule,
    ElectroGoal,
    ElectroPair,
    Exclusion,
    HomeRule,
    NeedleSize,
    Person,
    PlannerKnowledge,
    Principle,
    Slots,
    Source,
    Technique,
)

FOLDER = Path(__file__).resolve().parent.parent / "knowledge"
FINDINGS_FILE = Path(__file__).resolve().parent.parent.parent / "intake" / "knowledge" / "findings.toml"
Model = TypeVar("Model", bound=BaseModel)


class KnowledgeError(Exception):
    """The knowledge files have faults. `faults` holds one line for each: file, key, what is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class PointBook(Mapping[str, Point]):
    """All body points by code. A point's text is parsed when it is first asked for: most are never needed.

    Raises KnowledgeError for a point whose row has faults, KeyError for a code that does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._texts: dict[str, tuple[str, str]] = {}
        self._points: dict[str, Point] = {}
        self.faults: list[str] = []
        for path in sorted(folder.glob("*.toml")):
            for text in re.split(r"^\[\[point\]\]\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
                code = re.search(r'^code\s*=\s*"([^"]+)"', text, flags=re.MULTILINE)
                if code is None:
                    self.faults.append(f"points/{path.name}: a point without code")
                elif code[1] in self._texts:
                    self.faults.append(f"points/{path.name}: point[{code[1]}]: told twice")
                else:
                    self._texts[code[1]] = (f"points/{path.name}", text)

    def __getitem__(self, code: str) -> Point:
        point = self._points.get(code)
        if point is None:
            file, text = self._texts[code]
            try:
                point = Point.model_validate(tomllib.loads(text))
            except (ValidationError, tomllib.TOMLDecodeError) as error:
                raise KnowledgeError(_lines(file, f"point[{code}]", error)) from None
            self._points[code] = point
        return point

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, code: object) -> bool:
        return code in self._texts

    def read_all(self) -> list[str]:
        """Parses every point and gives the faults of all."""
        faults = list(self.faults)
        for code in self._texts:
            try:
                self[code]
            except KnowledgeError as error:
                faults.extend(error.faults)
        return faults


class _Reader:
    """Reads the tables of the folder; keeps every fault instead of stopping at the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self._files: dict[str, dict[str, Any]] = {}

    def file(self, name: str) -> dict[str, Any]:
        if name not in self._files:
            self._files[name] = {}
            try:
                self._files[name] = tomllib.loads((self.folder / name).read_text(encoding="utf-8"))
            except FileNotFoundError:
                self.faults.append(f"{name}: the file is missing")
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                self.faults.append(f"{name}: not readable as TOML: {error}")
        return self._files[name]

    def rows(self, name: str, key: str, model: type[Model], label: str = "id") -> tuple[Model, ...]:
        """All rows of one table. A file's `[review]` block stands for rows that do not name their own review."""
        data = self.file(name)
        review = data.get("review", {}) if "status" in model.model_fields else {}
        found: list[Model] = []
        for place, row in enumerate(data.get(key, [])):
            try:
                found.append(model.model_validate({**review, **row}))
            except ValidationError as error:
                self.faults.extend(_lines(name, f"{key}[{row.get(label, place)}]", error))
        return tuple(found)

    def refuse_unknown_tables(self, tables: Mapping[str, set[str]]) -> None:
        for name, known in tables.items():
            for key in sorted(set(self.file(name)) - known):
                self.faults.append(f"{name}: {key}: unknown table")


def _lines(file: str, key: str, error: ValidationError | tomllib.TOMLDecodeError) -> list[str]:
    if isinstance(error, ValidationError):
        return [
            f"{file}: {key}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        ]
    return [f"{file}: {key}: {error}"]


RULE_FILES = ("rules/local.toml", "rules/distal.toml", "rules/pattern.toml")
STIMULATION = "stimulation.toml"


@lru_cache(maxsize=4)
def load_planner_knowledge(folder: Path = FOLDER) -> PlannerKnowledge:
    """The checked knowledge of the folder, read once. Raises KnowledgeError with all faults."""
    read = _Reader(folder)
    points = PointBook(folder / "points")
    rules = tuple(rule for name in RULE_FILES for rule in read.rows(name, "rule", PointRule))
    version = read.file("meta.toml").get("knowledge_version", "")
    if not isinstance(version, str) or not version:
        read.faults.append("meta.toml: knowledge_version: missing")
    knowledge = PlannerKnowledge(
        version=str(version),
        sources={row.key: row for row in read.rows("sources.toml", "source", Source, "key")},
        sites={row.id: row for row in read.rows("sites.toml", "site", Site)},
        rules=tuple(rule for rule in rules if rule.status == "reviewed"),
        persons=_reviewed(read.rows(STIMULATION, "person", Person)),
        slots=_reviewed(read.rows(STIMULATION, "slots", Slots)),
        techniques=_reviewed(read.rows(STIMULATION, "technique", Technique)),
        needles=_reviewed(read.rows(STIMULATION, "needle", NeedleSize)),
        depths=_reviewed(read.rows(STIMULATION, "depth", DepthRule)),
        ashi={row.region: row for row in read.rows(STIMULATION, "ashi", AshiRegion, "region")},
        goals=_reviewed(read.rows("electro.toml", "goal", ElectroGoal)),
        pairs=tuple(sorted(_reviewed(read.rows("electro.toml", "pair", ElectroPair)), key=lambda pair: pair.rank)),
        exclusions=_reviewed(read.rows("electro.toml", "exclusion", Exclusion)),
        adjuncts=_reviewed(read.rows("adjuncts.toml", "adjunct", AdjunctRule)),
        ear_rules=_reviewed(read.rows("ear.toml", "ear", EarRule)),
        ear_methods={row.id: row for row in read.rows("ear.toml", "method", EarMethod)},
        ear_points={row.code: row for row in read.rows("ear_points.toml", "ear_point", EarPoint, "code")},
        home=_reviewed(read.rows("home_care.toml", "home", HomeRule)),
        doses=_reviewed(read.rows("dose.toml", "dose", DoseRule)),
        principles={row.pattern: row for row in read.rows("principles.toml", "principle", Principle, "pattern")},
        contraindications=read.rows("contraindications.toml", "contraindication", Contraindication),
        points=points,
        drafts=tuple(rule.id for rule in rules if rule.status == "draft"),
    )
    read.refuse_unknown_tables(
        {
            **{name: {"review", "rule"} for name in RULE_FILES},
            STIMULATION: {"review", "person", "slots", "technique", "needle", "depth", "ashi"},
            "electro.toml": {"review", "goal", "pair", "exclusion"},
            "adjuncts.toml": {"review", "adjunct"},
            "ear.toml": {"review", "ear", "method"},
            "home_care.toml": {"review", "home"},
            "dose.toml": {"review", "dose"},
            "contraindications.toml": {"contraindication"},
            "meta.toml": {"knowledge_version"},
        }
    )
    faults = read.faults + points.faults
    if not faults:
        faults = reference_faults(knowledge)
    if faults:
        raise KnowledgeError(faults)
    return knowledge


Ruled = TypeVar("Ruled", Person, Slots, Technique, NeedleSize, DepthRule, ElectroGoal, ElectroPair, Exclusion,
                AdjunctRule, EarRule, HomeRule, DoseRule)  # fmt: skip


def _reviewed(rules: tuple[Ruled, ...]) -> tuple[Ruled, ...]:
    """Drafts are read and checked and stay inert."""
    return tuple(rule for rule in rules if rule.status == "reviewed")


@lru_cache(maxsize=1)
def known_findings() -> frozenset[str]:
    """The ids of every finding a rule may name, from the intake's vocabulary."""
    groups = tomllib.loads(FINDINGS_FILE.read_text(encoding="utf-8"))
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


def reference_faults(knowledge: PlannerKnowledge) -> list[str]:
    """Every name that points nowhere: facts, points, sources, ear zones, sites; and every id told twice."""
    faults: list[str] = []
    seen: set[str] = set()

    def facts(owner: str, when: When) -> None:
        faults.extend(f"{owner}: when: no such fact {word!r}" for word in when.facts() if not is_fact(word))

    def point(owner: str, code: str) -> None:
        if code not in knowledge.points:
            faults.append(f"{owner}: no such point {code!r}")
        elif knowledge.points[code].use != "plan":
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
        faults.extend(
            f"{ear.id}: no such ear zone {c.code!r}" for c in ear.points if c.code not in knowledge.ear_points
        )
    for site in knowledge.sites.values():
        faults.extend(f"site[{site.id}]: no such ear zone {c!r}" for c in site.ear if c not in knowledge.ear_points)
        if site.id not in KINDS["site"]:
            faults.append(f"site[{site.id}]: not a site of the vocabulary")
        if site.region not in knowledge.ashi:
            faults.append(f"site[{site.id}]: region {site.region!r} has no limits for tender points")
    return faults
