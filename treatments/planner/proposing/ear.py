"""Ear points: which zones, by which method, on which ear. All pass the guard.

Facts alone decide which method is wanted, so that a contraindication only ever removes: what is barred gives way to the
next lighter method on the same zones; seeds are the lightest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from treatments.planner.facts import Facts
from treatments.planner.knowledge.besides import EarJob, EarPoint, EarRule, EarUse
from treatments.planner.knowledge.matching import Rules, matching
from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.regions import painful_sites
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing.quotes import Quotes
from treatments.planner.safety.guard import Guard
from treatments.planner.safety.withholding import stopping, withhold
from treatments.planner.treatment.items import EarItem, EarPointRef
from treatments.planner.treatment.proposal import Withheld

# Each of these jobs gets its heaviest zone before any gets a second. A root in the background takes none from a second
# place that hurts.
IN_STAGNATION: tuple[EarJob, ...] = ("pain", "place", "branch")
OTHERWISE: tuple[EarJob, ...] = ("pain", "place", "root")


def ear_uses(uses: Rules[EarUse], facts: Facts, budget: int) -> list[EarUse]:
    """The methods that match, heaviest first; needles only if the visit has enough of them to spend."""
    fitting = [use for use in matching(uses, facts) if budget >= use.of_needles]
    return sorted(fitting, key=lambda use: (-use.weight, use.id))


def ear_needles(uses: Sequence[EarUse]) -> int:
    """How many needles of the visit's budget go to the ear."""
    return next((use.zones for use in uses if use.of_needles), 0)


def plan_ear(
    rules: Rules[EarRule],
    uses: Sequence[EarUse],
    facts: Facts,
    guard: Guard,
    knowledge: PlannerKnowledge,
    quotes: Quotes,
    numbers: Numbers,
) -> tuple[tuple[EarItem, ...], list[Withheld]]:
    """At most: needles for the visit, and one method to take home, which then goes on the other ear."""
    jobs = IN_STAGNATION if "class:stagnation" in facts.words else OTHERWISE
    ranked = _ranked(_zones(rules, facts, knowledge, numbers), jobs)
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
            why = dict.fromkeys(quotes.reason(rule) for rule in (use, *(ranked[zone.code] for zone in allowed)))
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
    rules: Rules[EarRule], facts: Facts, knowledge: PlannerKnowledge, numbers: Numbers
) -> dict[EarJob, dict[str, tuple[float, EarRule]]]:
    """For each job its zones with the highest weight a rule gives them, and that rule."""
    found: dict[EarJob, dict[str, tuple[float, EarRule]]] = {}
    for rule in matching(rules, facts):
        choices = [(choice.code, choice.weight) for choice in rule.points]
        if rule.from_sites:
            codes = dict.fromkeys(code for site in painful_sites(facts, knowledge) for code in site.ear)
            choices += [(code, numbers.ear_site - numbers.ear_next_site * place) for place, code in enumerate(codes)]
        zones = found.setdefault(rule.serves, {})
        for code, weight in choices:
            if code not in zones or weight > zones[code][0]:
                zones[code] = (weight, rule)
    return found


def _ranked(zones: Mapping[EarJob, Mapping[str, tuple[float, EarRule]]], jobs: Sequence[EarJob]) -> dict[str, EarRule]:
    """All zones in the order in which they are taken, each with the rule that gives the reason: the heaviest of every
    job first, then whatever is heaviest. A zone that serves two jobs does both."""
    taken: dict[str, EarRule] = {}
    for job in jobs:
        mine = zones.get(job, {})
        if mine and taken.keys().isdisjoint(mine):
            best = min(mine, key=lambda code: (-mine[code][0], code))
            taken[best] = mine[best][1]
    rest = [(weight, code, rule) for mine in zones.values() for code, (weight, rule) in mine.items()]
    for _, code, rule in sorted(rest, key=lambda one: (-one[0], one[1], one[2].id)):
        taken.setdefault(code, rule)
    return taken


def _is_allowed(zone: EarPoint, guard: Guard) -> bool:
    return zone.pregnancy == "ok" or not guard.pregnancy_because


def _other(side: str) -> str:
    return "right" if side == "left" else "left"
