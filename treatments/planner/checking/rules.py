"""Faults among the rules themselves: rules that never hold, are never reached, or contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from clinic.lib.knowledge_files import Fault
from treatments.planner.knowledge.besides import AdjunctRule, EarUse, HomeRule
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import PointRule, Rule, When
from treatments.planner.vocabulary.facts import LYING_ONLY, branches, roots
from treatments.planner.vocabulary.modalities import ADJUNCTS

_Weighed = AdjunctRule | EarUse | HomeRule
EXCLUSIVE = ("class", "stage", "branch", "root", "side", "visit", "channel")  # one value of each at a time
# What a fact implies (facts.py): a rule that requires the one and excludes the other never holds.
BRINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LYING_ONLY, ("person:lying",)),
    "strain:acute": ("stage:acute",),
    "injury:first_72h": ("stage:acute",),
    "age:over_75": ("age:over_65", "person:lying"),
    "training:exhausted": ("body.training_load",),
    "person:pregnant": ("pregnancy:any", "person:lying"),
}


def condition_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """Rules that can never fire: they exclude what they require, or require two values of a kind that has only one."""
    return [Fault("", rule.id, f"when: {why}") for rule in knowledge.every_rule() for why in never_holds(rule.when)]


def never_holds(when: When) -> tuple[str, ...]:
    """Why a condition can never hold; empty where it can."""
    return _never_holds(tuple(when.all), tuple(when.any), tuple(when.none), branches() + roots())


@lru_cache(maxsize=4096)  # each complaint has the rules that all share, and two checks ask
def _never_holds(
    every: tuple[str, ...], some: tuple[str, ...], none: tuple[str, ...], patterns: tuple[str, ...]
) -> tuple[str, ...]:
    held = tuple(dict.fromkeys(word for one in every for word in (one, *_brought(one, patterns))))
    why = [f"{word!r} is asked for and excluded" for word in held if word in none]
    if some and set(some) <= set(none):
        why.append("all of `any` is excluded")
    for kind in EXCLUSIVE:
        values = sorted({word for word in held if word.startswith(f"{kind}:")})
        if len(values) > 1:
            why.append(f"{' and '.join(values)} never hold together")
        if len(values) == 1 and some and all(w.startswith(f"{kind}:") and w != values[0] for w in some):
            why.append(f"{values[0]} never holds together with {', '.join(some)}")
    return tuple(why)


def _brought(fact: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    kind, _, value = fact.partition(":")
    if kind in ("branch", "root") and value in patterns:
        return (f"pattern:{value}",)
    return BRINGS.get(fact, ())


def order_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """Where the first match counts, a rule after one that always matches is never reached."""
    faults: list[Fault] = []
    tables: tuple[tuple[str, Sequence[Rule]], ...] = (
        ("worth", knowledge.worths),
        ("retention", knowledge.retentions),
        ("goal", knowledge.goals),
        ("dose", knowledge.doses),
    )
    for name, rules in tables:
        for place, rule in enumerate(rules):
            for earlier in rules[:place]:
                if implies(rule.when, earlier.when):
                    faults.append(
                        Fault(
                            "", rule.id, f"never reached: {earlier.id} comes first in {name} and fits whenever it does"
                        )
                    )
    for place, rule in enumerate(knowledge.techniques):
        for earlier in knowledge.techniques[:place]:
            if set(rule.serves) <= set(earlier.serves) and implies(rule.when, earlier.when):
                faults.append(Fault("", rule.id, f"never reached: {earlier.id} comes first and fits whenever it does"))
    for one, other in _rivals(knowledge):
        replaced = other.id.startswith("own.") and not one.id.startswith("own.")  # what a clinic puts in its place
        if not replaced and other.weight >= one.weight and implies(one.when, other.when):
            faults.append(Fault("", one.id, f"never reached: {other.id} is as heavy and fits whenever it does"))
    return faults


def _rivals(knowledge: PlannerKnowledge) -> list[tuple[_Weighed, _Weighed]]:
    """All pairs of rules of which only the heavier is proposed: of one kind, one group of home care, or the ear."""
    found: list[tuple[_Weighed, _Weighed]] = []
    heaviest = [rule for rule in knowledge.adjuncts if not rule.adds]
    found += [(a, b) for a in heaviest for b in heaviest if a is not b and a.kind == b.kind]
    found += [(a, b) for a in knowledge.home for b in knowledge.home if a is not b and a.group == b.group]
    uses = knowledge.ear_uses
    found += [(a, b) for a in uses for b in uses if a is not b and (a.of_needles > 0) == (b.of_needles > 0)]
    return found


def implies(special: When, general: When) -> bool:
    """Whether `general` holds whenever `special` does (judged by the words alone)."""
    any_held = bool(set(special.all) & set(general.any)) or (special.any and set(special.any) <= set(general.any))
    return (
        set(general.all) <= set(special.all)
        and (not general.any or bool(any_held))
        and set(general.none) <= set(special.none)
    )


def can_hold_together(a: When, b: When) -> bool:
    """Whether the two conditions could both hold for one patient, judged by their words."""
    both = When(all=tuple(dict.fromkeys(a.all + b.all)), none=tuple(dict.fromkeys(a.none + b.none)))
    if never_holds(both):
        return False
    return all(not w.any or not set(w.any) <= set(both.none) for w in (a, b))


def contradictions(knowledge: PlannerKnowledge) -> list[Fault]:
    """One point both reinforced and reduced for the same purpose; equal weights of one kind; warmth in heat."""
    faults: list[Fault] = []
    told: dict[tuple[str, str], list[tuple[PointRule, str]]] = {}
    sides: dict[tuple[str, str, float], list[tuple[PointRule, str]]] = {}
    for rule in knowledge.rules:
        for choice in rule.points:
            sides.setdefault((choice.code, rule.serves, choice.weight), []).append((rule, choice.side or rule.side))
            if choice.technique:
                told.setdefault((choice.code, rule.serves), []).append((rule, choice.technique))
    for (code, serves), sayings in told.items():
        for place, (rule, technique) in enumerate(sayings):
            for other, another in sayings[place + 1 :]:
                opposed = {technique, another} == {"reinforcing", "reducing"}
                if opposed and can_hold_together(rule.when, other.when):
                    faults.append(
                        Fault("", f"{rule.id} and {other.id}", f"{code} as {serves} is both reinforced and reduced")
                    )
    for one in knowledge.adjuncts:
        if ADJUNCTS[one.kind].is_warm and "sign:heat" not in one.when.none:
            faults.append(Fault("", one.id, "when.none: warmth must exclude sign:heat"))
    for (code, serves, _), rows in sides.items():
        for place, (rule, side) in enumerate(rows):
            for other, another in rows[place + 1 :]:
                if side != another and can_hold_together(rule.when, other.when):
                    faults.append(
                        Fault("", f"{rule.id} and {other.id}", f"{code} as {serves}: {side} or {another} is left open")
                    )
    for first, second in _rivals(knowledge):
        same = first.id < second.id and first.weight == second.weight
        if same and can_hold_together(first.when, second.when):
            faults.append(
                Fault("", f"{first.id} and {second.id}", "same kind and weight: which one counts is left open")
            )
    return faults
