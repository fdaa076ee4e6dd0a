"""Separates the rows that are drafts: checked with the rest, shown, and never used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from clinic.lib.complaints import Complaint
from clinic.lib.knowledge_files import Draft, Fault, set_aside
from intake.assessment.knowledge import schema


class Files(NamedTuple):
    """The files whose rows may be drafts."""

    weights: schema.WeightsFile
    patterns: schema.PatternsFile
    channels: schema.ChannelsFile
    contradictions: schema.ContradictionsFile
    flags: schema.FlagsFile
    rules: schema.FlagRulesFile


def without_drafts(files: Files) -> tuple[Files, tuple[Draft, ...]]:
    """The files without their drafts, and the drafts."""
    weights, patterns, channels, contradictions, flags, rules = files
    weighed = weights.weights
    _, draft_weights = set_aside(
        "weights.toml",
        ((finding, row, f"{', '.join(row.votes)}") for finding, row in weighed.items()),
    )
    paths, draft_channels = set_aside("channels.toml", ((row.channel, row, row.text) for row in channels.rule))
    disagreeing, draft_contradictions = set_aside(
        "contradictions.toml",
        ((" + ".join(row.all + row.absent), row, row.text) for row in contradictions.contradiction),
    )
    raised, draft_flags = set_aside(
        "redflags.toml", ((row.code, row, f"{row.level}: {row.reason}") for row in flags.flag)
    )
    combined, draft_rules = set_aside(
        "redflag_rules.toml", ((row.code, row, f"{row.level}: {row.reason}") for row in rules.rule)
    )
    explained, draft_explanations = set_aside(
        "redflag_rules.toml", ((", ".join(row.of), row, row.text) for row in rules.explanation)
    )
    not_used = {draft.key for draft in draft_weights}
    used = {finding: row for finding, row in weighed.items() if finding not in not_used}
    spoken = {
        name: row.model_copy(update={"against": [finding for finding in row.against if finding in used]})
        for name, row in patterns.pattern.items()
    }
    topics = {row.topic for row in used.values()}
    live = Files(
        weights.model_copy(
            update={"weights": used, "topics": {key: text for key, text in weights.topics.items() if key in topics}}
        ),
        patterns.model_copy(update={"pattern": spoken}),
        channels.model_copy(update={"rule": paths}),
        contradictions.model_copy(update={"contradiction": disagreeing}),
        flags.model_copy(update={"flag": raised}),
        rules.model_copy(update={"rule": combined, "explanation": explained}),
    )
    drafts = (
        *draft_weights, *draft_channels, *draft_contradictions, *draft_flags, *draft_rules, *draft_explanations,
    )  # fmt: skip
    return live, drafts


def draft_faults(complaint: Complaint, flags: schema.FlagsFile) -> Iterator[Fault]:
    """What must be known before planning, or is asked at every visit, cannot be a draft."""
    groups = (complaint.required, *complaint.required_any, *complaint.required_of.values())
    needed = {finding for group in groups for finding in group}
    for flag in flags.flag:
        if flag.status == "draft" and flag.finding in needed:
            yield Fault("redflags.toml", f"flag.{flag.code}", "is required before a plan and cannot be a draft")
        elif flag.status == "draft" and flag.finding in complaint.asked_at_every_visit:
            yield Fault("redflags.toml", f"flag.{flag.code}", "is asked at every visit and cannot be a draft")
