"""Rules of ours that a clinic does not want: which may be turned off, and the knowledge without them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from clinic.lib.knowledge_files import nearest
from treatments.planner.knowledge.besides import AdjunctRule, EarRule, EarUse, HomeRule
from treatments.planner.knowledge.rules import ElectroPair, PlannerKnowledge
from treatments.planner.knowledge.tables import PointRule, Rule

SWITCHABLE = (PointRule, ElectroPair, AdjunctRule, EarRule, EarUse, HomeRule)


def why_protected(one: str, base: PlannerKnowledge) -> str:
    """Why a rule must stay; "" if it may be turned off. What protects a patient cannot be."""
    known = {rule.id: rule for rule in base.every_rule()}
    rows = {row.id for row in base.contraindications}
    if one in rows or one.removeprefix("contraindications.") in rows:
        return "a contraindication cannot be switched off"
    rule = known.get(one)
    if rule is None:
        return f"no such rule{nearest(one, known) or '; red flags cannot be switched off'}"
    if not may_be_off(rule):
        return "a rule that keeps patients safe cannot be switched off"
    return ""


def may_be_off(rule: Rule) -> bool:
    return rule.evidence != "safety" and isinstance(rule, SWITCHABLE)


@lru_cache(maxsize=32)
def without(base: PlannerKnowledge, ids: frozenset[str]) -> PlannerKnowledge:
    """The same knowledge with these rules off; ids that are unknown here, or protected, change nothing."""
    off = tuple(rule for rule in base.every_rule() if rule.id in ids and may_be_off(rule))
    if not off:
        return base
    gone = {rule.id for rule in off}
    kept_place = {rule.id for rule in off if isinstance(rule, AdjunctRule | EarUse | HomeRule)}
    return replace(
        base,
        version=f"{base.version}~{sha256(' '.join(sorted(gone)).encode()).hexdigest()[:6]}",
        rules=tuple(rule for rule in base.rules if rule.id not in gone),
        pairs=tuple(rule for rule in base.pairs if rule.id not in gone),
        ear_rules=tuple(rule for rule in base.ear_rules if rule.id not in gone),
        switched_off=(*base.switched_off, *off),
        silent=base.silent | kept_place,
    )
