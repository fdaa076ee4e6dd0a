"""Reads the knowledge files, finds every fault at once, and compiles them to tuples and sets for fast matching."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from clinic.lib.complaints import DEFAULT, Complaint, beside, complaints, folders
from clinic.lib.knowledge_files import Draft, Reader, all_kept
from intake.assessment.knowledge import schema
from intake.assessment.knowledge.checks import check, passing_faults, said_faults, was_faults
from intake.assessment.knowledge.common import read_common
from intake.assessment.knowledge.drafts import Files, draft_faults, without_drafts
from intake.assessment.knowledge.signs import (
    Sign,
    by_pattern,
    class_of,
    compile_old_injury,
    compile_signs,
    log_priors,
    pairs,
    speaking,
)

DIRECTORY = Path(__file__).resolve().parents[2] / "knowledge"

T = TypeVar("T")


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
    """All that the assessment knows of one complaint, ready to match. Immutable; shared between threads.

    Words, red flags and names of patterns are those of every complaint: what stops a plan stops it whatever for.
    """

    version: str
    complaint: Complaint
    pattern_ids: tuple[str, ...]  # that are told apart, branches first
    labels: Mapping[str, str]  # finding id -> the practitioner's words
    said: Mapping[str, str]  # finding id -> what a patient says with it, as a clause (see said.py)
    groups: Mapping[str, str]  # group -> what its findings are about ("Worse with")
    asked_of: Mapping[str, str]  # finding id -> P, C or PC
    order: Mapping[str, int]  # finding id -> place in findings.toml
    was: Mapping[str, str]  # finding id of before -> the id of today; what is stored is read by `now_called`
    weights: schema.WeightsFile
    signs: tuple[Sign, ...]  # those that can say most first
    signs_of: tuple[tuple[Sign, ...], ...]  # for each pattern those that speak for it, the loudest first
    old_injuries: Mapping[str, Sign]  # what the same findings say once they are old
    only_if_absent: Mapping[str, str]  # finding -> what must be known to be absent before it counts
    pairs: tuple[tuple[int | None, int | None], ...]  # (branch, root) as places in pattern_ids; first neither
    classes: tuple[str, ...]  # of each pair; of neither ""
    priors: tuple[float, ...]  # how likely each pair is before anything is known, as logarithms
    topics: Mapping[str, tuple[Sign, ...]]
    hand_topics: tuple[tuple[str, frozenset[str]], ...]  # topics only a practitioner can answer, with their findings
    patterns: schema.PatternsFile
    branches: tuple[int, ...]  # places in pattern_ids
    roots: tuple[int, ...]
    channels: schema.ChannelsFile
    contradictions: tuple[schema.ContradictionRule, ...]
    flags: schema.FlagsFile
    flag_by_finding: Mapping[str, schema.Flag]
    asked_beside: tuple[schema.Flag, ...]  # that may be asked beside a plan
    visit_questions: Mapping[str, str]  # red flags asked at every visit, with the question, in order
    passing: frozenset[str]  # conditions that pass with time
    rules: tuple[Rule, ...]
    pains_asked: tuple[int, ...]  # how strong the pain must be for one of the rules to hold
    lowerings: Mapping[str, tuple[Lowering, ...]]  # alert code -> explanations
    explaining: frozenset[str]  # findings with which a sign is explained as harmless
    drafts: tuple[Draft, ...]  # rows that are read and shown, and used by nothing

    def named(self, finding: str) -> str:
        """The same where no heading stands above it: "pulse: rapid"."""
        group = self.groups[finding.partition(".")[0]]
        return f"{group[:1].lower()}{group[1:]}: {self.label(finding)}"

    def label(self, finding: str) -> str:
        """The practitioner's words for a finding; the id itself if there are none."""
        return self.labels.get(self.was.get(finding, finding), finding)

    def now_called(self, findings: Mapping[str, T]) -> dict[str, T]:
        """Answers by finding, those under an id of before under that of today; of two a yes outranks."""
        if self.was.keys().isdisjoint(findings):
            return dict(findings)
        told: dict[str, T] = {}
        for finding, answer in findings.items():
            name = self.was.get(finding, finding)
            if not told.get(name):
                told[name] = answer
        return told

    def ever_called(self, findings: Collection[str]) -> set[str]:
        """The ids and those that they had before: what to look for among stored rows."""
        return {*findings} | {before for before, now in self.was.items() if now in findings}


def load_intake_knowledge(directory: Path | None = None, complaint: str = DEFAULT) -> IntakeKnowledge:
    """What is known of one complaint: the common files of `directory` (the app's own when None) and its pack, read and
    checked once per process; a pack nobody asks for is not compiled.

    Raises KnowledgeError with every fault of every file, KeyError for a complaint without a pack.
    """
    return _load(directory or DIRECTORY, complaint, folders())


@lru_cache(maxsize=16)
@all_kept()
def _load(directory: Path, about: str, where: tuple[Path, ...]) -> IntakeKnowledge:
    complaint = complaints()[about]
    ids = complaint.patterns
    common = read_common(directory, where)
    read = Reader(directory)
    read.faults += common.faults
    weights = read.whole(
        "weights.toml", schema.WeightsFile, beside("weights.toml", complaint=about), replaced=("weights", "topics")
    )
    channels = read.whole("channels.toml", schema.ChannelsFile, beside("channels.toml", complaint=about))
    contradictions = read.whole(
        "contradictions.toml", schema.ContradictionsFile, beside("contradictions.toml", complaint=about)
    )
    if common.faults:
        read_common.cache_clear()  # they will be mended
    read.raise_faults()
    version, patterns, flags, rules, passing = common.files
    assert version and weights and patterns and channels and contradictions and flags and rules and passing

    own: set[str] = set()  # a pack may weigh what says nothing elsewhere
    for name, _ in beside("weights.toml", complaint=about):
        own |= read.file(name).get("weights", {}).keys() - {*read.file(name).get("weightless", ())}
    weights = weights.model_copy(update={"weightless": [one for one in weights.weightless if one not in own]})
    labels, said, was = common.labels, common.said, common.was
    foreign = common.findings_of_others(about)
    read.faults += check(complaint, labels, foreign, weights, patterns, channels, contradictions, flags, rules)
    read.faults += draft_faults(complaint, flags)
    read.faults += passing_faults(labels, passing)
    read.faults += said_faults(labels, said)
    read.faults += was_faults(labels, was)
    read.raise_faults()
    live, drafts = without_drafts(Files(weights, patterns, channels, contradictions, flags, rules))
    weights, patterns, channels, contradictions, flags, rules = live
    weights = speaking(weights, patterns, ids)

    signs = compile_signs(weights, patterns, ids)
    topics = _members_of(weights.topics, signs)
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
        version=versioned(version.version, complaint),
        complaint=complaint,
        pattern_ids=ids,
        labels=labels,
        said=said,
        groups=common.groups,
        asked_of=common.asked_of,
        was=was,
        order=common.order,
        weights=weights,
        signs=signs,
        signs_of=by_pattern(signs, ids),
        old_injuries=compile_old_injury(weights, patterns, ids),
        only_if_absent={f: row.only_if_absent for f, row in weights.weights.items() if row.only_if_absent is not None},
        pairs=pairs(patterns, ids),
        classes=tuple(class_of(branch, root) for branch, root in pairs(patterns, ids)),
        priors=log_priors(patterns, ids),
        topics=topics,
        hand_topics=tuple(
            (topic, frozenset(sign.finding for sign in members))
            for topic, members in topics.items()
            if all(sign.by_hand for sign in members)
        ),
        patterns=patterns,
        branches=tuple(i for i, name in enumerate(ids) if patterns.pattern[name].role == "branch"),
        roots=tuple(i for i, name in enumerate(ids) if patterns.pattern[name].role == "root"),
        channels=channels,
        contradictions=tuple(contradictions.contradiction),
        flags=flags,
        flag_by_finding={flag.finding: flag for flag in flags.flag},
        asked_beside=common.asked_beside(flags, complaint),
        visit_questions={finding: _as_question(labels[finding]) for finding in complaint.asked_at_every_visit},
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
        pains_asked=tuple(sorted({row.pain_at_least for row in rules.rule if row.pain_at_least is not None})),
        lowerings={code: tuple(rows) for code, rows in lowerings.items()},
        explaining=frozenset(one for rows in lowerings.values() for row in rows for one in row.any),
        drafts=drafts,
    )


def forget() -> None:
    """Reads every file again, for who has changed one."""
    _load.cache_clear()
    read_common.cache_clear()


NOTHING: frozenset[str] = frozenset()  # of thousands of rows: Python makes each anew, of 216 bytes


def versioned(version: str, complaint: Complaint) -> str:
    """The version of the common knowledge, and of the pack where it has a later one of its own."""
    return version if complaint.id == DEFAULT else f"{version}+{complaint.id}.{complaint.version}"


def _as_question(label: str) -> str:
    return f"{label[0].upper()}{label[1:]}?"


def _members_of(topics: Iterable[str], signs: Iterable[Sign]) -> dict[str, tuple[Sign, ...]]:
    signs = tuple(signs)
    return {topic: tuple(sign for sign in signs if sign.topic == topic) for topic in topics}


def _members(names: Iterable[str], sets: Mapping[str, list[str]]) -> frozenset[str]:
    members: set[str] = set()
    for name in names:
        members.update(sets.get(name[1:], ()) if name.startswith("@") else (name,))
    return frozenset(members) if members else NOTHING
