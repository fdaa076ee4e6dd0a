"""Ear points: which zones, by which method, on which ear. All pass the guard.

Facts alone decide which method is wanted, so that a contraindication only ever removes: what is barred gives way to the
next lighter method on the same zones; seeds are the lightest.
"""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.facts import Facts
from treatments.planner.knowledge.matching import Compiled, matching
from treatments.planner.knowledge.regions import painful_sites
from treatments.planner.knowledge.rules import EarPoint, EarRule, EarUse, PlannerKnowledge
from treatments.planner.proposing.quotes import Quotes
from treatments.planner.safety.guard import Guard
from treatments.planner.safety.withholding import stopping, withhold
from treatments.planner.treatment.items import EarItem, EarPointRef
from treatments.planner.treatment.proposal import Withheld

SITE_WEIGHT = 80.0  # of the first zone of the painful place


def ear_uses(uses: Sequence[Compiled[EarUse]], facts: Facts, budget: int) -> list[EarUse]:
    """The methods that match, heaviest first; needles only if the visit has enough of them to spend."""
    fitting = [use for use in matching(uses, facts) if budget >= use.of_needles]
    return sorted(fitting, key=lambda use: (-use.weight, use.id))


def ear_needles(uses: Sequence[EarUse]) -> int:
    """How many needles of the visit's budget go to the ear."""
    return next((use.zones for use in uses if use.of_needles), 0)


def plan_ear(
    rules: Sequence[Compiled[EarRule]],
    uses: Sequence[EarUse],
    facts: Facts,
    guard: Guard,
    knowledge: PlannerKnowledge,
    quotes: Quotes,
) -> tuple[tuple[EarItem, ...], list[Withheld]]:
    """At most: needles for the visit, and one method to take home, which then goes on the other ear."""
    weights, reasons = _zones(rules, facts, knowledge)
    ranked = sorted(weights, key=lambda code: (-weights[code], code))
    side = facts.painful[0] if len(facts.painful) == 1 else "left"
    items: list[EarItem] = []
    out: list[Withheld] = []
    for is_home in (False, True):
        for use in uses:
            if (use.of_needles == 0) != is_home or use.id in knowledge.silent:
                continue
            method = knowledge.ear_methods[use.method]
            stops = guard.against(method.modality)
            barred = stopping(stops)
            if barred:
                out += [withhold(method.id, method.modality, stop) for stop in barred]
                continue
            zones = [knowledge.ear_points[code] for code in ranked]
            allowed = [zone for zone in zones if method.id in zone.methods and _is_allowed(zone, guard)][: use.zones]
            if not allowed:
                continue
            why = dict.fromkeys(quotes.reason(rule) for rule in (use, *(reasons[zone.code] for zone in allowed)))
            items.append(
                EarItem(
                    method=method.id,
                    side=_other(side) if items else side,
                    points=tuple(EarPointRef(zone.code, zone.name) for zone in allowed),
                    because=tuple(why),
                    detail=method.detail,
                    keep_days=method.keep_days,
                    cautions=tuple(dict.fromkeys(stop.text for stop in stops)),
                )
            )
            break
    return tuple(items), out


def _zones(
    rules: Sequence[Compiled[EarRule]], facts: Facts, knowledge: PlannerKnowledge
) -> tuple[dict[str, float], dict[str, EarRule]]:
    """Zone -> the highest weight a rule gives it, and that rule."""
    weights: dict[str, float] = {}
    reasons: dict[str, EarRule] = {}
    for rule in matching(rules, facts):
        choices = [(choice.code, choice.weight) for choice in rule.points]
        if rule.from_sites:
            codes = dict.fromkeys(code for site in painful_sites(facts, knowledge) for code in site.ear)
            choices += [(code, SITE_WEIGHT - place) for place, code in enumerate(codes)]
        for code, weight in choices:
            if weight > weights.get(code, 0.0):
                weights[code] = weight
                reasons[code] = rule
    return weights, reasons


def _is_allowed(zone: EarPoint, guard: Guard) -> bool:
    return zone.pregnancy == "ok" or not guard.pregnancy_because


def _other(side: str) -> str:
    return "right" if side == "left" else "left"
