"""Besides needles: cups, scraping, moxa, lamp, pressure and hands. All pass the guard (ear: ear.py, home: home.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from intake.assessment import Case
from treatments.planner.facts import Facts
from treatments.planner.knowledge.besides import AdjunctRule, PointAt
from treatments.planner.knowledge.matching import Rules, matching
from treatments.planner.knowledge.regions import painful_sites, regions_of, tender_region
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Point, SideRule
from treatments.planner.proposing.heat import kept_cold, unclear_heat
from treatments.planner.proposing.quotes import Quotes
from treatments.planner.safety.guard import Guard
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import gravest_stop, stopping, stops_at, withhold
from treatments.planner.treatment.items import Adjunct, PlannedPoint, PointRef, Stage
from treatments.planner.treatment.proposal import Withheld
from treatments.planner.vocabulary.body import (
    THORAX,
    WITH_ROOT,
    Side,
    limb_of_region,
    region_of_level,
)
from treatments.planner.vocabulary.modalities import ADJUNCTS


def plan_adjuncts(
    rules: Rules[AdjunctRule], facts: Facts, guard: Guard, knowledge: PlannerKnowledge, quotes: Quotes, places: int
) -> tuple[tuple[Adjunct, ...], list[Withheld]]:
    """The heaviest rule of each kind, with what others add to it; withheld where the guard says so, or heat. `places`:
    how many of those that hurt are named."""
    best: dict[str, AdjunctRule] = {}
    adding: dict[str, list[AdjunctRule]] = {}
    for rule in matching(rules, facts):
        if rule.adds:
            adding.setdefault(rule.kind, []).append(rule)
        elif rule.kind not in best or rule.weight > best[rule.kind].weight:
            best[rule.kind] = rule
    kept: list[Adjunct] = []
    out = kept_cold(rules, best, facts)
    for rule in sorted(best.values(), key=lambda rule: (-rule.weight, rule.id)):
        if rule.id in knowledge.silent:
            continue
        more = [one for one in adding.get(rule.kind, ()) if rule.points and one.id not in knowledge.silent]
        item, kept_out = _adjunct([rule, *more], facts, guard, knowledge, quotes, places)
        out.extend(kept_out)
        if item is not None:
            kept.append(item)
    return tuple(kept), out


def _adjunct(
    rules: Sequence[AdjunctRule], facts: Facts, guard: Guard, knowledge: PlannerKnowledge, quotes: Quotes, places: int
) -> tuple[Adjunct | None, list[Withheld]]:
    """What the first rule proposes, and the others add to it."""
    rule, points = rules[0], knowledge.points
    kind = ADJUNCTS[rule.kind]
    wanted = rule.points if len(rules) == 1 else _each_once(ref for one in rules for ref in one.points)
    regions = regions_of(_where(rules, facts, knowledge, places))
    touched = regions or tuple(points[ref.code].region for ref in wanted) or guard.field_regions
    stops = guard.against_beside(kind.modality, rule.kind, touched)
    barred = stopping(stops)
    if barred:
        return None, [withhold(rule.kind, kind.modality, stop) for stop in barred]
    refs, out = safe_refs(wanted, kind.modality, facts, guard, points, kind=rule.kind, needled=kind.needled)
    if wanted and not refs:
        return None, out
    alone = guard.limbs_left_alone(kind.modality, regions)
    if is_only_there(regions, alone, facts):
        return None, out + [withhold(rule.kind, kind.modality, stop) for stop in alone.values()]
    cautions = [stop.text for stop in stops]
    if kind.modality == "moxa_heat" and "sign:heat_unclear" in facts.words:
        cautions.append(unclear_heat(facts))
    where = _where(rules, facts, knowledge, places, sided=not alone)
    item = Adjunct(
        kind=rule.kind,
        detail=rule.detail,
        where=where + "".join(f"; not on the {side} {WITH_ROOT[limb]}" for side, limb in alone),
        minutes=rule.minutes,
        because=tuple(quotes.reason(one) for one in rules),
        points=refs,
        from_visit=rule.from_visit,
        size=rule.size,
        order=rule.order,
        cautions=tuple(dict.fromkeys(cautions)),
    )
    return item, out


def _each_once(refs: Iterable[PointAt]) -> tuple[PointAt, ...]:
    found: dict[str, PointAt] = {}
    for ref in refs:
        found.setdefault(ref.code, ref)
    return tuple(found.values())


def _where(
    rules: Sequence[AdjunctRule], facts: Facts, knowledge: PlannerKnowledge, most: int, *, sided: bool = False
) -> str:
    """The place in words: that of the rule, or those of the leading sites, each with the side that hurts (`sided`)."""
    words: list[str] = []
    for rule in rules:
        if "{" not in rule.where:
            words.append(rule.where)
            continue
        named: dict[str, None] = {}
        for site in painful_sites(facts, knowledge)[:most]:
            name = site.warm or site.cups if "{warm}" in rule.where else site.cups
            is_one = sided and site.one_sided and len(facts.painful) == 1
            named[f"{name}, on the {facts.painful[0]}" if is_one else name] = None
        place = ", ".join(named) or "low back"
        words.append(rule.where.replace("{cups}", place).replace("{warm}", place))
    return ", ".join(dict.fromkeys(words))


def is_only_there(regions: Sequence[str], alone: Mapping[tuple[str, str], Stop], facts: Facts) -> bool:
    """Whether a place lies only on barred limbs, on every painful side."""
    limbs = {limb_of_region(region) for region in regions}
    return bool(alone) and all((side, limb) in alone for limb in limbs for side in facts.painful)


def sides_of(side: SideRule, facts: Facts) -> tuple[Side, ...]:
    """The sides that a rule's word means in this patient. Pain on both sides, or in the middle, is treated on both."""
    if side == "both" or len(facts.painful) == 2:
        return ("left", "right")
    is_left = (facts.painful[0] == "left") == (side == "painful")
    return ("left",) if is_left else ("right",)


def safe_refs(
    refs: Sequence[PointAt],
    modality: str,
    facts: Facts,
    guard: Guard,
    points: Mapping[str, Point],
    kind: str = "",
    needled: bool = False,
) -> tuple[tuple[PointRef, ...], list[Withheld]]:
    """Points of an adjunct or of home care on the sides where they may be treated; the others with their reason."""
    kept: list[PointRef] = []
    out: list[Withheld] = []
    for ref in refs:
        point = points[ref.code]
        if point.sides == "midline":
            wanted: tuple[Side, ...] = ("midline",)
        else:
            wanted = sides_of(ref.side, facts)
        free: list[Side] = []
        for side in wanted:
            if modality == "moxa_heat" and point.moxa == "no":
                continue
            stop = gravest_stop(stops_at(point, side, modality, guard, kind, needled))
            if stop is None:
                free.append(side)
            else:
                out.append(withhold(ref.code if side == "midline" else f"{ref.code} {side}", modality, stop))
        if len(free) == 2 and not guard.is_one_sided:
            kept.append(PointRef(ref.code, "both"))
        else:
            kept.extend(PointRef(ref.code, side) for side in free)
    return tuple(kept), out


def keep_off_needles(
    adjuncts: Sequence[Adjunct], stages: Sequence[Stage], case: Case, knowledge: PlannerKnowledge
) -> tuple[Adjunct, ...]:
    """Cups left, or moxa, on a chest wall do not go over needles that are in or just out: a visit of their own."""
    points = [point for stage in stages for point in stage.points]
    needled = {region for point in points for region in _needled_regions(point, case, knowledge)} & THORAX

    def is_over(adjunct: Adjunct) -> bool:
        if adjunct.order in ("before_needles", "own_visit") or ADJUNCTS[adjunct.kind].runs_alone:
            return False
        is_left = ADJUNCTS[adjunct.kind].modality == "cupping" and "retained" in adjunct.detail
        touched = {*regions_of(adjunct.where), *(knowledge.points[ref.code].region for ref in adjunct.points)}
        return (is_left or ADJUNCTS[adjunct.kind].modality == "moxa_heat") and not needled.isdisjoint(touched)

    return tuple(
        replace(one, order="own_visit", detail=f"{one.detail}, on a visit without needles there")
        if is_over(one)
        else one
        for one in adjuncts
    )


def keep_to_needles(adjuncts: Sequence[Adjunct], stages: Sequence[Stage]) -> tuple[Adjunct, ...]:
    """What is done on needles that are in (warm needle) keeps to those of the plan, and without them is left out."""
    needled = {(point.code, side) for stage in stages for point in stage.points for side in _each(point.side)}
    kept = []
    for adjunct in adjuncts:
        if ADJUNCTS[adjunct.kind].needled:
            refs = []
            for ref in adjunct.points:
                sides = [side for side in _each(ref.side) if (ref.code, side) in needled]
                refs += [ref] if sides == _each(ref.side) else [PointRef(ref.code, side) for side in sides]
            if not refs:
                continue
            kept.append(replace(adjunct, points=tuple(refs)))
        else:
            kept.append(adjunct)
    return tuple(kept)


def _each(side: Side) -> list[Side]:
    return ["left", "right"] if side == "both" else [side]


def _needled_regions(point: PlannedPoint, case: Case, knowledge: PlannerKnowledge) -> tuple[str, ...]:
    if point.levels:
        return tuple(region_of_level(level) for level in point.levels)
    if point.code == "ASHI":
        region = tender_region(point.where, case.palpation, knowledge)
        return (region,) if region else tuple(THORAX)
    return (knowledge.points[point.code].region,)
