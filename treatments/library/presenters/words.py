"""Rules of the planner's knowledge in words a clinician can read aloud."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from intake.assessment import load_intake_knowledge
from treatments.planner.knowledge.besides import AdjunctRule, EarRule, EarUse, HomeRule
from treatments.planner.knowledge.rules import (
    DepthRule,
    DoseRule,
    ElectroGoal,
    ElectroPair,
    Gentle,
    NeedleSize,
    NoElectroRule,
    PatientProfile,
    Protocol,
    Retention,
    Sensation,
    Sparing,
    Technique,
    Worth,
)
from treatments.planner.knowledge.tables import PointRule, Rule, When

SERVES = {
    "local": "Local points",
    "segmental": "Segmental points",
    "distal": "Distal points",
    "branch": "Points for the branch",
    "root": "Points for the root",
    "calm": "Calming points",
    "cause": "Points for the cause",
    "ashi": "Ashi points",
}
BEFORE = {  # what a finding's label leaves unsaid
    "onset": "began with",
    "quality": "pain:",
    "worsened_by": "worse from",
    "eased_by": "better from",
    "time": "when:",
    "tongue": "tongue",
    "pulse": "pulse",
    "palpation": "by touch:",
}
SIDES = {
    "painful": "painful side",
    "both": "both sides",
    "opposite": "opposite side",
    "one": "one side",
    "midline": "midline",
}
KINDS: tuple[tuple[str, type[Rule], str], ...] = (
    ("points", PointRule, "Points"),
    ("person", PatientProfile, "How many needles, how long, how strong"),
    ("worth", Worth, "What each job of the plan is worth"),
    ("protocol", Protocol, "How a later visit differs"),
    ("retention", Retention, "How long the needles stay in"),
    ("technique", Technique, "Technique"),
    ("sensation", Sensation, "How strongly the needles are felt"),
    ("gentle", Gentle, "In whom nothing is reduced"),
    ("needle", NeedleSize, "Needle size"),
    ("depth", DepthRule, "Depth"),
    ("electro", ElectroGoal, "Electro: goal"),
    ("pairs", ElectroPair, "Electro: pairs"),
    ("no_electro", NoElectroRule, "Electro: when not"),
    ("adjuncts", AdjunctRule, "Cups, gua sha, moxa, heat, hands"),
    ("ear", EarRule, "Ear: zones"),
    ("ear_method", EarUse, "Ear: method"),
    ("home", HomeRule, "Home care"),
    ("dose", DoseRule, "Dose and reviews"),
    ("sparing", Sparing, "Dose: what the weak are spared"),
)


def channel_name(channel: str) -> str:
    return channel.replace("_", " ")


@lru_cache(maxsize=4096)
def fact_words(fact: str) -> str:
    """``site:low_back`` as "low back", a finding by the name the assessment gives it."""
    labels = load_intake_knowledge().labels
    if fact in labels:
        return f"{BEFORE.get(fact.partition('.')[0], '')} {labels[fact]}".strip()
    kind, _, value = fact.partition(":")
    if not value:
        return fact.replace("_", " ").replace(".", ": ")
    if kind in ("branch", "root"):
        pattern = load_intake_knowledge().patterns.pattern.get(value)
        return f"{kind}: {pattern.name}" if pattern else f"{kind}: {value.replace('_', ' ')}"
    return f"{kind} {value.replace('_', ' ')}"


def when_words(when: When) -> str:
    """The condition of a rule as one phrase; "always" if it has none."""
    parts = []
    if when.all:
        parts.append(" and ".join(fact_words(fact) for fact in when.all))
    if when.any:
        words = [fact_words(fact) for fact in when.any]
        parts.append(words[0] if len(words) == 1 else f"any of: {', '.join(words)}")
    if when.none:
        parts.append("unless " + ", ".join(fact_words(fact) for fact in when.none))
    return "; ".join(parts) or "always"


def does_words(rule: Rule) -> str:
    """The effect of a rule."""
    if isinstance(rule, PointRule):
        points = ", ".join(
            choice.code + (f" {'/'.join(choice.levels)}" if choice.levels else "") for choice in rule.points
        )
        return f"{SERVES[rule.serves]}, {SIDES[rule.side]}: {points}" + (
            ", with movement" if rule.with_movement else ""
        )
    if isinstance(rule, PatientProfile):
        low, high = rule.retention
        return (
            f"at most {rule.first} needles at the first visit, {rule.later} later; {low} to {high} minutes; "
            f"deqi {rule.deqi_local} locally, {rule.deqi_root} at the root"
        )
    if isinstance(rule, Worth):
        ranked = sorted(rule.worth.items(), key=lambda job: (-job[1], job[0]))
        return ", ".join(f"{SERVES.get(job, job)} {worth:g}" for job, worth in ranked)
    if isinstance(rule, Protocol):
        ranked = sorted(rule.times.items(), key=lambda job: (-job[1], job[0]))
        times = ", ".join(f"{SERVES.get(job, job)} × {by:g}" for job, by in ranked)
        return f"{times}{'; begins on the other face of the body' if rule.turns else ''}"
    if isinstance(rule, Retention):
        return f"{rule.minutes} minutes in all"
    if isinstance(rule, Technique):
        return f"{rule.technique} for {', '.join(rule.serves)} points"
    if isinstance(rule, Sensation):
        return f"deqi {rule.deqi} for {', '.join(rule.serves)} points"
    if isinstance(rule, Gentle):
        return "what would be reduced is worked evenly"
    if isinstance(rule, NeedleSize):
        return (
            f"{rule.diameter_mm:g} × {rule.length_mm} mm, fine {rule.fine_diameter_mm:g} × {rule.fine_length_mm} mm, "
            f"for {', '.join(region.replace('_', ' ') for region in rule.regions)}"
        )
    if isinstance(rule, DepthRule):
        flat = ", needle laid flat" if rule.transverse else ""
        return f"depth to {rule.factor:.0%} of the cap ({rule.on}){flat}"
    return _does_more(rule)


def _does_more(rule: Rule) -> str:
    if isinstance(rule, ElectroGoal):
        if rule.max_pairs == 0:
            return "no current"
        return (
            f"{rule.frequency_hz} Hz, {rule.wave.replace('_', '-')}, {rule.minutes} min, felt {rule.felt_strength}, "
            f"at most {rule.max_pairs} pairs, from visit {rule.from_visit}"
        )
    if isinstance(rule, ElectroPair):
        return f"{rule.a}{_level(rule.level_a)} with {rule.b}{_level(rule.level_b)} on one side"
    if isinstance(rule, NoElectroRule):
        return f"no current because of {fact_words(rule.because)}"
    if isinstance(rule, AdjunctRule):
        return (
            f"{rule.kind.replace('_', ' ')}, {rule.detail}: {rule.where}, {rule.minutes} min, "
            f"from visit {rule.from_visit}"
        )
    if isinstance(rule, EarRule):
        return "ear zones " + ", ".join(choice.code for choice in rule.points)
    if isinstance(rule, EarUse):
        least = f", where the visit has at least {rule.of_needles} needles" if rule.of_needles else ""
        return f"ear: {rule.method.replace('_', ' ')} on the {rule.zones} heaviest zones{least}"
    if isinstance(rule, HomeRule):
        return f"{rule.kind.replace('_', ' ')}: {rule.sheet.replace('{your}', 'your').removesuffix('.')}"
    if isinstance(rule, DoseRule):
        phases = ", then ".join(f"{phase.per_week} a week for {phase.weeks} weeks" for phase in rule.phases)
        return f"{phases}; review at {', '.join(str(n) for n in rule.review_at)}"
    if isinstance(rule, Sparing):
        return f"at most {rule.most_per_week} a week, spread over {rule.most_weeks} weeks at most"
    return ""


def _level(level: str) -> str:
    return f" at {level}" if level else ""


def codes_in(rule: Rule) -> frozenset[str]:
    """Body points named by a rule."""
    if isinstance(rule, PointRule):
        return frozenset(choice.code for choice in rule.points)
    if isinstance(rule, ElectroPair):
        return frozenset({rule.a, rule.b})
    if isinstance(rule, AdjunctRule | HomeRule):
        return frozenset(point.code for point in rule.points)
    return frozenset()


def rule_row(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "when": when_words(rule.when),
        "does": does_words(rule),
        "text": rule.text,
        "sources": rule.sources,
        "status": rule.status,
        "by": rule.by,
        "date": rule.date,
        "evidence": rule.evidence,
        "is_design": "DESIGN" in rule.sources,
    }
