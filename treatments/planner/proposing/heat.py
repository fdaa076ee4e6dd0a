"""Signs of heat beside warmth: what they keep out is told, and what they leave in doubt is named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from intake.assessment import load_intake_knowledge
from treatments.planner.facts import Facts
from treatments.planner.knowledge.besides import AdjunctRule
from treatments.planner.knowledge.matching import Rules, matching
from treatments.planner.treatment.proposal import Withheld
from treatments.planner.vocabulary.modalities import ADJUNCTS
from treatments.planner.vocabulary.severity import withheld_level
from treatments.planner.vocabulary.signs import load_signs

HEAT = "sign:heat"


def kept_cold(rules: Rules[AdjunctRule], planned: Collection[str], facts: Facts) -> list[Withheld]:
    """The kinds of warmth that the pattern would get, were it not for signs of heat."""
    if HEAT not in facts.words:
        return []
    without = replace(facts, words=facts.words - {HEAT})
    kinds = {rule.kind for rule in matching(rules, without) if ADJUNCTS[rule.kind].modality == "moxa_heat"}
    text = f"The pattern would be warmed, but there are signs of heat ({_named(facts)}): no warmth while they stand."
    level, because = withheld_level("needs_reason"), _signs(facts)[0]
    return [Withheld(kind, level, because, text, "KNOWN", "moxa_heat") for kind in sorted(kinds - {*planned})]


def unclear_heat(facts: Facts) -> str:
    """The caution beside warmth where some signs speak of heat and do not agree."""
    return f"Some signs speak of heat ({_named(facts)}): begin mild, and stop if it burns or the pain rises."


def _signs(facts: Facts) -> list[str]:
    return [sign for sign in load_signs().answers[HEAT] if sign in facts.words]


def _named(facts: Facts) -> str:
    """ "pulse: rapid; worse with: warmth" """
    known = load_intake_knowledge()
    return "; ".join(known.named(sign) for sign in _signs(facts) if ":" not in sign) or "damp-heat"
