"""What no single knowledge file shows: names that do not exist, findings without a weight, rules that never fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from clinic.lib.complaints import Complaint
from clinic.lib.knowledge_files import Fault, nearest
from intake.assessment.knowledge import schema
from intake.assessment.knowledge.said import clause_is_whole

# Computed from age, duration, weeks and scores: see facts.py.
COMPUTED = frozenset(
    [
        "age.unknown",
        "age.under_12",
        "age.under_16",
        "age.under_18",
        "age.from_18_to_55",
        "age.over_49",
        "age.over_50",
        "age.over_55",
        "age.over_60",
        "age.over_64",
        "age.over_70",
        "count.asas",
        "count.nice",
        "count.nice_3",
        "count.mood",
        "derived.pregnancy_weeks",
        "derived.began_before_45",
        "derived.over_3_months",
    ]
)
CHANNELS = frozenset(
    [
        "bladder",
        "gallbladder",
        "governor_vessel",
        "belt_vessel",
        "small_intestine",
        "kidney",
        "liver",
        "stomach",
        "spleen",
        "lung",
        "large_intestine",
        "heart",
        "pericardium",
        "triple_energizer",
        "conception_vessel",
        "yang_heel_vessel",
        "extra",
    ]
)


def check(
    complaint: Complaint,
    labels: Mapping[str, str],
    foreign: frozenset[str],
    weights: schema.WeightsFile,
    patterns: schema.PatternsFile,
    channels: schema.ChannelsFile,
    contradictions: schema.ContradictionsFile,
    flags: schema.FlagsFile,
    rules: schema.FlagRulesFile,
) -> list[Fault]:
    """All faults across files, each with file and key. `foreign`: findings of other complaints, never weighed here."""
    return [
        *_complaint(complaint, labels, patterns, flags),
        *_weights(labels, foreign, weights, patterns),
        *_patterns(complaint, labels, patterns, set(weights.weights)),
        *_channels(labels, channels, patterns),
        *_contradictions(labels, contradictions),
        *_flags(labels, flags),
        *_rules(labels, flags, rules),
    ]


def _unknown(file: str, key: str, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[Fault]:
    have = set(known)
    for name in names:
        if name not in have:
            yield Fault(file, key, f"no {what} named {name}{nearest(name, have)}")


def _complaint(
    complaint: Complaint, labels: Mapping[str, str], patterns: schema.PatternsFile, flags: schema.FlagsFile
) -> Iterator[Fault]:
    name = f"complaints/{complaint.id}/complaint.toml"
    flagged = [flag.finding for flag in flags.flag]
    yield from _unknown(name, "sites", (f"site.{site}" for site in complaint.sites), labels, "finding")
    yield from _unknown(name, "site_parts", complaint.site_parts, labels, "finding")
    yield from _unknown(name, "site_parts", complaint.site_parts.values(), complaint.sites, "site")
    yield from _unknown(name, "required", complaint.required, flagged, "flag")
    yield from _unknown(name, "asked_at_every_visit", complaint.asked_at_every_visit, flagged, "flag")
    for elsewhere, findings in complaint.required_of.items():
        yield from _unknown(name, "required_of", [elsewhere], labels, "finding")
        yield from _unknown(name, f"required_of.{elsewhere}", findings, flagged, "flag")
    for fact, findings in complaint.required_if.items():
        yield from _unknown(name, "required_if", [fact], {*labels, *COMPUTED}, "fact")
        yield from _unknown(name, f"required_if.{fact}", findings, flagged, "flag")
    for group in complaint.required_any:
        yield from _unknown(name, "required_any", group, flagged, "flag")
    for key, ids in (("branches", complaint.branches), ("roots", complaint.roots)):
        yield from _unknown(name, key, ids, patterns.pattern, "pattern")
        for one in ids:
            if one in patterns.pattern and patterns.pattern[one].role != {"branches": "branch", "roots": "root"}[key]:
                yield Fault(name, key, f"{one} is a {patterns.pattern[one].role}")


def _weights(
    labels: Mapping[str, str], foreign: frozenset[str], file: schema.WeightsFile, patterns: schema.PatternsFile
) -> Iterator[Fault]:
    name = "weights.toml"
    groups = {finding.partition(".")[0] for finding in labels}
    for key in ("clinician_groups", "never_alone", "weightless_groups"):
        yield from _unknown(name, key, getattr(file, key), groups, "group")
    yield from _unknown(name, "weightless", file.weightless, labels, "finding")
    yield from _unknown(name, "old_injury.findings", file.old_injury.findings, file.weights, "weighted finding")
    yield from _unknown(name, "old_injury.votes", file.old_injury.votes, patterns.pattern, "pattern")
    if not file.chance.weak < file.chance.moderate < file.chance.strong:
        yield Fault(name, "chance", "must rise from weak to strong")
    against = {finding for row in patterns.pattern.values() for finding in row.against}
    said = [weight.said for weight in file.weights.values()]
    for finding, weight in file.weights.items():
        key = f"weights.{finding}"
        yield from _unknown(name, key, [finding], labels, "finding")
        yield from _unknown(name, key, weight.votes, patterns.pattern, "pattern")
        yield from _unknown(name, key, [weight.topic], file.topics, "topic")
        if weight.said is not None and said.count(weight.said) < 2:
            yield Fault(name, f"{key}.said", f"nothing else says {weight.said}")
        if weight.only_if_absent is not None:
            yield from _unknown(name, key, [weight.only_if_absent], labels, "finding")
        if not weight.votes and finding not in against:
            yield Fault(name, key, "says nothing for or against a pattern; list it under weightless")
    for finding in labels:
        if finding in foreign:
            continue
        told = [
            finding in file.weights,
            finding in file.weightless,
            finding.partition(".")[0] in file.weightless_groups,
        ]
        if sum(told) != 1:
            yield Fault(name, finding, "must be weighted or weightless, once")
    for topic in file.topics:
        if all(weight.topic != topic for weight in file.weights.values()):
            yield Fault(name, f"topics.{topic}", "no finding belongs to it")


def _patterns(
    complaint: Complaint, labels: Mapping[str, str], file: schema.PatternsFile, speaking: set[str]
) -> Iterator[Fault]:
    name = "patterns.toml"
    yield from _unknown(name, "icd11_class", file.icd11_class.values(), file.icd11_titles, "title for code")
    for pattern, row in file.pattern.items():
        key = f"pattern.{pattern}"
        for field in ("gate", "gate_old_injury"):
            yield from _unknown(name, f"{key}.{field}", getattr(row, field), labels, "finding")
        if pattern in complaint.patterns:
            yield from _unknown(name, f"{key}.against", row.against, speaking, "weighted finding")
        for when in row.icd11_when:
            yield from _unknown(name, f"{key}.icd11_when", when.any, labels, "finding")
        codes = [*row.icd11, *(code for when in row.icd11_when for code in when.codes)]
        yield from _unknown(name, f"{key}.icd11", codes, file.icd11_titles, "title for code")
        if row.contains is not None:
            yield from _unknown(name, f"{key}.contains", [row.contains], file.pattern, "pattern")
            contained = file.pattern.get(row.contains)
            if contained is not None and (contained.role != row.role or contained.contains is not None):
                yield Fault(name, f"{key}.contains", "must be a general pattern of the same role")


def _channels(labels: Mapping[str, str], file: schema.ChannelsFile, patterns: schema.PatternsFile) -> Iterator[Fault]:
    name = "channels.toml"
    yield from _unknown(name, "icd11", file.icd11, CHANNELS, "channel")
    yield from _unknown(name, "icd11", file.icd11.values(), patterns.icd11_titles, "title for code")
    for place, row in enumerate(file.rule):
        yield from _unknown(name, f"rule.{place}", [row.channel], CHANNELS, "channel")
        yield from _unknown(name, f"rule.{place}", [*row.all, *row.any], labels, "finding")


def _contradictions(labels: Mapping[str, str], file: schema.ContradictionsFile) -> Iterator[Fault]:
    for place, row in enumerate(file.contradiction):
        key = f"contradiction.{place}"
        yield from _unknown("contradictions.toml", key, [*row.all, *row.any, *row.absent], labels, "finding")
        if len(row.all) + bool(row.any) + len(row.absent) + bool(row.sex) + row.pregnancy_weeks < 2:
            yield Fault("contradictions.toml", key, "needs two things that disagree")


def _flags(labels: Mapping[str, str], file: schema.FlagsFile) -> Iterator[Fault]:
    name = "redflags.toml"
    facts = {*labels, *COMPUTED}
    flagged = [flag.finding for flag in file.flag]
    yield from _unknown(name, "lift", file.messages, file.lift, "lift for message")
    yield from _unknown(name, "help", file.messages, file.help, "help for message")
    for flag in file.flag:
        key = f"flag.{flag.code}"
        yield from _unknown(name, key, [flag.finding, *flag.answered_by], labels, "finding")
        yield from _unknown(name, key, flag.ask_if or [], facts, "fact")
        yield from _unknown(name, key, [flag.message], file.messages, "message")
    for kind, names in (("code", [flag.code for flag in file.flag]), ("finding", flagged)):
        for value in sorted({value for value in names if names.count(value) > 1}):
            yield Fault(name, f"flag.{value}", f"the {kind} appears twice")


def said_faults(labels: Mapping[str, str], said: Mapping[str, str]) -> Iterator[Fault]:
    """Clauses of findings that do not exist, and words in braces that nobody replaces."""
    yield from _unknown("findings.toml", "said", said, labels, "finding")
    for finding, text in said.items():
        if not clause_is_whole(text):
            yield Fault("findings.toml", f"said.{finding}", "only {they}, {them}, {their} and one [part for women]")


def was_faults(labels: Mapping[str, str], was: Mapping[str, str]) -> Iterator[Fault]:
    """An id of before that means nothing today, or that somebody uses again for something else."""
    yield from _unknown("findings.toml", "was", was.values(), labels, "finding")
    for finding in was.keys() & labels.keys():
        yield Fault("findings.toml", f"was.{finding}", "is a finding of today: no id is used for a second thing")


def passing_faults(labels: Mapping[str, str], file: schema.PassingFile) -> Iterator[Fault]:
    conditions = [finding for finding in labels if finding.startswith("condition.")]
    for row in file.passing:
        yield from _unknown("passing.toml", f"passing.{row.finding}", [row.finding], conditions, "condition")


def _rules(labels: Mapping[str, str], flags: schema.FlagsFile, file: schema.FlagRulesFile) -> Iterator[Fault]:
    name = "redflag_rules.toml"
    facts = {*labels, *COMPUTED, *(f"@{key}" for key in file.sets)}
    for key, members in file.sets.items():
        yield from _unknown(name, f"sets.{key}", members, {*labels, *COMPUTED}, "fact")
    for place, row in enumerate(file.rule):
        key = f"rule.{place} ({row.code})"
        names = [*row.all, *row.any, *row.also_any, *row.not_absent]
        yield from _unknown(name, key, names, facts, "fact")
        yield from _unknown(name, key, [row.message], flags.messages, "message")
        if not row.all and not row.any:
            yield Fault(name, key, "needs `all` or `any`, or it would always fire")
    codes = {*(flag.code for flag in flags.flag), *(row.code for row in file.rule)}
    grave = {flag.code for flag in flags.flag if flag.level == "emergency"}
    for place, explanation in enumerate(file.explanation):
        key = f"explanation.{place}"
        names = [*explanation.any, *explanation.absent, *explanation.unless, *explanation.unless_another]
        yield from _unknown(name, key, names, facts, "fact")
        yield from _unknown(name, key, explanation.of, codes, "alert")
        for code in sorted(grave.intersection(explanation.of)):
            yield Fault(name, key, f"{code} is an emergency and is lowered by no explanation")
        if not explanation.any and not explanation.absent:
            yield Fault(name, key, "explains nothing")
