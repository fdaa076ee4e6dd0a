"""Reads the knowledge files, finds every fault at once, and compiles them to tuples and sets for fast matching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clinic.lib.knowledge_files import Draft, Reader
from intake.assessment.knowledge import schema
from intake.assessment.knowledge.checks import PATTERN_IDS, check, passing_faults
from intake.assessment.knowledge.drafts import Files, draft_faults, without_drafts

__all__ = ["PATTERN_IDS", "IntakeKnowledge", "Weighing", "load_intake_knowledge"]

DIRECTORY = Path(__file__).resolve().parents[2] / "knowledge"
STRONG = 3


@dataclass(frozen=True, slots=True)
class Weighing:
    """One finding's weights in half points, the practitioner's factor included."""

    finding: str
    s: int
    d: int
    votes: tuple[tuple[int, int], ...]  # (index in PATTERN_IDS, half points)
    topic: str
    never_alone: bool
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A red-flag combination; empty sets always hold."""

    row: schema.FlagRule
    all: frozenset[str]
    any: frozenset[str]
    also_any: frozenset[str]
    not_absent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lowering:
    """An ordinary explanation."""

    row: schema.Explanation
    any: frozenset[str]
    unless: frozenset[str]
    unless_another: frozenset[str]


@dataclass(frozen=True, slots=True)
class IntakeKnowledge:
    """All that the assessment knows, ready to match. Immutable; shared between threads."""

    version: str
    labels: Mapping[str, str]  # finding id -> the practitioner's words
    asked_of: Mapping[str, str]  # finding id -> P, C or PC
    order: Mapping[str, int]  # finding id -> place in findings.toml
    weights: schema.WeightsFile
    weighings: Mapping[str, Weighing]
    strong: tuple[Weighing, ...]  # signs of weight 3: their absence counts, too
    old_injury_votes: tuple[tuple[int, int], ...]
    durations: tuple[tuple[int, Weighing], ...]  # (from days, weighing), longest first
    topics: Mapping[str, tuple[Weighing, ...]]
    hand_topics: tuple[tuple[str, frozenset[str]], ...]  # topics only a practitioner can answer, with their findings
    patterns: schema.PatternsFile
    branches: tuple[int, ...]  # places in PATTERN_IDS
    roots: tuple[int, ...]
    voters: tuple[tuple[tuple[str, int, bool], ...], ...]  # per pattern (finding, half points, strong), strongest first
    opponents: tuple[tuple[tuple[str, float], ...], ...]  # per pattern (finding, weight) that speaks against it
    channels: schema.ChannelsFile
    contradictions: tuple[schema.ContradictionRule, ...]
    flags: schema.FlagsFile
    flag_by_finding: Mapping[str, schema.Flag]
    visit_questions: Mapping[str, str]  # red flags asked at every visit, with the question, in order
    passing: frozenset[str]  # conditions that pass with time
    rules: tuple[Rule, ...]
    lowerings: Mapping[str, tuple[Lowering, ...]]  # alert code -> explanations
    drafts: tuple[Draft, ...]  # rows that are read and shown, and used by nothing

    def label(self, finding: str) -> str:
        """The practitioner's words for a finding; the id itself if there are none."""
        return self.labels.get(finding, finding)


def load_intake_knowledge(directory: Path | None = None) -> IntakeKnowledge:
    """The knowledge of `directory` (the app's own when None), read and checked once per process.

    Raises KnowledgeError with every fault of every file.
    """
    return _load(directory or DIRECTORY)


@lru_cache(maxsize=4)
def _load(directory: Path) -> IntakeKnowledge:
    read = Reader(directory)
    version = read.whole("version.toml", schema.VersionFile)
    groups = _read_groups(read)
    weights = read.whole("weights.toml", schema.WeightsFile)
    patterns = read.whole("patterns.toml", schema.PatternsFile)
    channels = read.whole("channels.toml", schema.ChannelsFile)
    contradictions = read.whole("contradictions.toml", schema.ContradictionsFile)
    flags = read.whole("redflags.toml", schema.FlagsFile)
    rules = read.whole("redflag_rules.toml", schema.FlagRulesFile)
    passing = read.whole("passing.toml", schema.PassingFile)
    read.raise_faults()
    assert version and weights and patterns and channels and contradictions and flags and rules and passing

    labels = {f"{g}.{k}": text for g, group in groups.items() for k, text in group.findings.items()}
    read.faults += check(labels, weights, patterns, channels, contradictions, flags, rules)
    read.faults += draft_faults(flags)
    read.faults += passing_faults(labels, passing)
    read.raise_faults()
    live, drafts = without_drafts(Files(weights, patterns, channels, contradictions, flags, rules))
    weights, patterns, channels, contradictions, flags, rules = live

    weighings = {f: _weighing(f, w, weights) for f, w in weights.weights.items()}
    topics: dict[str, list[Weighing]] = {topic: [] for topic in weights.topics}
    for weighing in weighings.values():
        topics[weighing.topic].append(weighing)
    lowerings: dict[str, list[Lowering]] = {}
    for row in rules.explanation:
        lowering = Lowering(
            row=row,
            any=_members(row.any, rules.sets),
            unless=_members(row.unless, rules.sets),
            unless_another=_members(row.unless_another, rules.sets),
        )
        for code in row.of:
            lowerings.setdefault(code, []).append(lowering)
    return IntakeKnowledge(
        version=version.version,
        labels=labels,
        asked_of={f"{g}.{k}": group.by for g, group in groups.items() for k in group.findings},
        order={finding: place for place, finding in enumerate(labels)},
        weights=weights,
        weighings=weighings,
        strong=tuple(w for f, w in weighings.items() if STRONG in (weights.weights[f].s, weights.weights[f].d)),
        old_injury_votes=_votes(weights.old_injury.votes, 2),
        durations=tuple(
            (
                row.from_,
                Weighing("complaint.duration_days", row.s * 2, row.d * 2, _votes(row.votes, 2), "", False, False),
            )
            for row in sorted(weights.duration, key=lambda row: -row.from_)
        ),
        topics={topic: tuple(members) for topic, members in topics.items()},
        hand_topics=tuple(
            (topic, frozenset(w.finding for w in members))
            for topic, members in topics.items()
            if all(w.by_hand for w in members)
        ),
        patterns=patterns,
        branches=tuple(i for i, name in enumerate(PATTERN_IDS) if patterns.pattern[name].role == "branch"),
        roots=tuple(i for i, name in enumerate(PATTERN_IDS) if patterns.pattern[name].role == "root"),
        voters=tuple(_voters(index, weighings, weights) for index in range(len(PATTERN_IDS))),
        opponents=tuple(_opponents(patterns.pattern[name], weighings, weights) for name in PATTERN_IDS),
        channels=channels,
        contradictions=tuple(contradictions.contradiction),
        flags=flags,
        flag_by_finding={flag.finding: flag for flag in flags.flag},
        visit_questions={finding: _as_question(labels[finding]) for finding in flags.asked_at_every_visit},
        passing=frozenset(row.finding for row in passing.passing if row.status == "reviewed"),
        rules=tuple(
            Rule(
                row=row,
                all=_members(row.all, rules.sets),
                any=_members(row.any, rules.sets),
                also_any=_members(row.also_any, rules.sets),
                not_absent=_members(row.not_absent, rules.sets),
            )
            for row in rules.rule
        ),
        lowerings={code: tuple(rows) for code, rows in lowerings.items()},
        drafts=drafts,
    )


def _read_groups(read: Reader) -> dict[str, schema.FindingGroup]:
    groups = {
        name: read.table("findings.toml", name, schema.FindingGroup, group)
        for name, group in read.file("findings.toml").items()
    }
    return {name: group for name, group in groups.items() if group is not None}


def _as_question(label: str) -> str:
    return f"{label[0].upper()}{label[1:]}?"


def _weighing(finding: str, weight: schema.Weight, file: schema.WeightsFile) -> Weighing:
    group = finding.partition(".")[0]
    by_hand = group in file.clinician_groups
    halves = int(2 * file.clinician_factor) if by_hand else 2
    return Weighing(
        finding=finding,
        s=weight.s * halves,
        d=weight.d * halves,
        votes=_votes(weight.votes, halves),
        topic=weight.topic,
        never_alone=group in file.never_alone,
        by_hand=by_hand,
    )


def _voters(
    index: int, weighings: Mapping[str, Weighing], file: schema.WeightsFile
) -> tuple[tuple[str, int, bool], ...]:
    name = PATTERN_IDS[index]
    rows = [
        (finding, halves, file.weights[finding].votes[name] == STRONG)
        for finding, weighing in weighings.items()
        for i, halves in weighing.votes
        if i == index
    ]
    return tuple(sorted(rows, key=lambda row: -row[1]))


def _opponents(
    pattern: schema.Pattern, weighings: Mapping[str, Weighing], file: schema.WeightsFile
) -> tuple[tuple[str, float], ...]:
    return tuple(
        (f, max(weighings[f].s, weighings[f].d) / 2 if f in weighings else float(file.speaks_against_deficiency[f]))
        for f in pattern.against
    )


def _votes(votes: schema.Votes, halves: int) -> tuple[tuple[int, int], ...]:
    return tuple((PATTERN_IDS.index(pattern), points * halves) for pattern, points in votes.items())


def _members(names: Iterable[str], sets: Mapping[str, list[str]]) -> frozenset[str]:
    members: set[str] = set()
    for name in names:
        members.update(sets.get(name[1:], ()) if name.startswith("@") else (name,))
    return frozenset(members)
