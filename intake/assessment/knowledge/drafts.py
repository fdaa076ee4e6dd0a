"""Sets aside the rows that are drafts: checked with the rest, shown, and never used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from intake.assessment.knowledge import schema
from intake.assessment.knowledge.checks import KnowledgeFault

Row = TypeVar("Row", bound=schema.Reviewed)


@dataclass(frozen=True, slots=True)
class Draft:
    """One row that is not used yet: its file, its key there, and what it would say."""

    file: str
    key: str
    text: str


class Files(NamedTuple):
    """The files whose rows can be drafts."""

    weights: schema.WeightsFile
    patterns: schema.PatternsFile
    channels: schema.ChannelsFile
    contradictions: schema.ContradictionsFile
    flags: schema.FlagsFile
    rules: schema.FlagRulesFile


def set_aside(files: Files) -> tuple[Files, tuple[Draft, ...]]:
    """The files without their drafts, and the drafts."""
    weights, patterns, channels, contradictions, flags, rules = files
    used = {finding: row for finding, row in weights.weights.items() if row.status == "reviewed"}
    votes = {*used, *weights.speaks_against_deficiency}
    spoken = {
        name: row.model_copy(update={"against": [finding for finding in row.against if finding in votes]})
        for name, row in patterns.pattern.items()
    }
    topics = {row.topic for row in used.values()}
    live = Files(
        weights.model_copy(
            update={"weights": used, "topics": {key: text for key, text in weights.topics.items() if key in topics}}
        ),
        patterns.model_copy(update={"pattern": spoken}),
        channels.model_copy(update={"rule": _reviewed(channels.rule)}),
        contradictions.model_copy(update={"contradiction": _reviewed(contradictions.contradiction)}),
        flags.model_copy(update={"flag": _reviewed(flags.flag)}),
        rules.model_copy(update={"rule": _reviewed(rules.rule), "explanation": _reviewed(rules.explanation)}),
    )
    return live, tuple(_drafts(files))


def draft_faults(flags: schema.FlagsFile) -> Iterator[KnowledgeFault]:
    """What must be known before a plan cannot be a draft."""
    needed = {*flags.required, *(finding for group in flags.required_any for finding in group)}
    for flag in flags.flag:
        if flag.status == "draft" and flag.finding in needed:
            yield KnowledgeFault(
                "redflags.toml", f"flag.{flag.code}", "is required before a plan and cannot be a draft"
            )


def _reviewed(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.status == "reviewed"]


def _drafts(files: Files) -> Iterator[Draft]:
    for finding, weight in files.weights.weights.items():
        if weight.status == "draft":
            yield Draft("weights.toml", finding, f"stagnation {weight.s}, deficiency {weight.d}")
    for channel in files.channels.rule:
        if channel.status == "draft":
            yield Draft("channels.toml", channel.channel, channel.text)
    for contradiction in files.contradictions.contradiction:
        if contradiction.status == "draft":
            yield Draft("contradictions.toml", " + ".join(contradiction.all + contradiction.absent), contradiction.text)
    for flag in files.flags.flag:
        if flag.status == "draft":
            yield Draft("redflags.toml", flag.code, f"{flag.level}: {flag.reason}")
    for rule in files.rules.rule:
        if rule.status == "draft":
            yield Draft("redflag_rules.toml", rule.code, f"{rule.level}: {rule.reason}")
    for explanation in files.rules.explanation:
        if explanation.status == "draft":
            yield Draft("redflag_rules.toml", ", ".join(explanation.of), explanation.text)
