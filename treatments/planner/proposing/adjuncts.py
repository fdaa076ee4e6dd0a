"""Beside the needles: cups, scraping, moxa, lamp, pressure and hands; home care. All pass the guard (ear: ear.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from intake.assessment import Case
from treatments.planner.facts import Facts
from treatments.planner.knowledge.matching import Compiled, matching
from treatments.planner.knowledge.regions import region_of_level, regions_in, tender_region
from treatments.planner.knowledge.rules import AdjunctRule, HomeRule, PlannerKnowledge, PointAt
from treatments.planner.knowledge.tables import Point
from treatments.planner.proposing.candidates import site_tables
from treatments.planner.safety.guard import THORAX, Guard, Place, Stop, limb_of_region, pregnancy_level
from treatments.planner.treatment.items import Adjunct, HomeCare, PlannedPoint, PointRef, Reason, Side, Stage
from treatments.planner.treatment.proposal import Withheld

MODALITY_OF = {
    "cupping_dry": "cupping",
    "gua_sha": "guasha",
    "moxa_indirect": "moxa_heat",
    "warm_needle": "moxa_heat",
    "heat_lamp": "moxa_heat",
    "acupressure": "acupressure",
    "tuina": "acupressure",
}
WITH_ROOT = {"leg": "buttock, hip and leg", "arm": "shoulder and arm"}  # what is left alone together
WITH_ROOT_REGIONS = ("leg", "forearm")
LEVEL_NAMES = {"override": "needs_override", "forbid": "forbidden"}


def level_name(stop: Stop) -> str:
    """The contract's word for a stop's level."""
    return LEVEL_NAMES[stop.level]


def hard(stops: Sequence[Stop]) -> Stop | None:
    """The first stop that keeps something out."""
    return next((stop for stop in stops if stop.level != "caution"), None)


def withhold(item: str, modality: str, stop: Stop) -> Withheld:
    """An entry of what was kept out."""
    return Withheld(item, level_name(stop), stop.because, stop.text, stop.source, modality)  # type: ignore[arg-type]


def plan_adjuncts(
    rules: Sequence[Compiled[AdjunctRule]], facts: Facts, guard: Guard, knowledge: PlannerKnowledge
) -> tuple[tuple[Adjunct, ...], list[Withheld]]:
    """The heaviest rule of each kind; kept out where the guard says so."""
    best: dict[str, AdjunctRule] = {}
    for rule in matching(rules, facts):
        if rule.kind not in best or rule.weight > best[rule.kind].weight:
            best[rule.kind] = rule
    place = ", ".join(dict.fromkeys(site.cups for site in site_tables(facts, knowledge)[:2])) or "low back"
    kept: list[Adjunct] = []
    out: list[Withheld] = []
    for rule in sorted(best.values(), key=lambda rule: (-rule.weight, rule.id)):
        if rule.id in knowledge.silent:
            continue
        modality = MODALITY_OF[rule.kind]
        stops = guard.against(modality)
        barred = [stop for stop in stops if stop.level != "caution"]
        if barred:
            out.extend(withhold(rule.kind, modality, stop) for stop in barred)
            continue
        refs, dropped = safe_refs(
            rule.points, modality, facts, guard, knowledge.points, needled=rule.kind == "warm_needle"
        )
        out.extend(dropped)
        if rule.points and not refs:
            continue
        where = rule.where.replace("{cups}", place)
        regions = regions_in(where)
        alone = guard.limbs_left_alone(modality, regions)
        if _is_only_there(regions, alone, facts):
            out.extend(withhold(rule.kind, modality, stop) for stop in alone.values())
            continue
        kept.append(
            Adjunct(
                kind=rule.kind,
                detail=rule.detail,
                where=where + "".join(f"; not on the {side} {WITH_ROOT[limb]}" for side, limb in alone),
                minutes=rule.minutes,
                because=(Reason(rule.id, rule.text, rule.sources),),
                points=refs,
                from_visit=rule.from_visit,
                size=rule.size,
                order=rule.order,
                cautions=tuple(dict.fromkeys(stop.text for stop in stops)),
            )
        )
    return tuple(kept), out


def _is_only_there(regions: Sequence[str], alone: Mapping[tuple[str, str], Stop], facts: Facts) -> bool:
    """Whether a place lies on barred limbs alone, on every painful side."""
    limbs = {limb_of_region(region) for region in regions}
    return bool(alone) and all((side, limb) in alone for limb in limbs for side in facts.painful)


def safe_refs(
    refs: Sequence[PointAt],
    modality: str,
    facts: Facts,
    guard: Guard,
    points: Mapping[str, Point],
    needled: bool = False,
) -> tuple[tuple[PointRef, ...], list[Withheld]]:
    """Points of an adjunct or of home care on the sides where they may be worked; the others with their reason."""
    kept: list[PointRef] = []
    out: list[Withheld] = []
    for ref in refs:
        point = points[ref.code]
        if point.sides == "midline":
            wanted: tuple[Side, ...] = ("midline",)
        elif ref.side == "both":
            wanted = ("left", "right")
        else:
            wanted = ("left",) if facts.painful[0] == "left" else ("right",)
        free: list[Side] = []
        for side in wanted:
            if modality == "moxa_heat" and point.moxa == "no":
                continue
            stop = hard(stops_at(point, side, modality, guard, needled))
            if stop is None:
                free.append(side)
            else:
                out.append(withhold(ref.code if side == "midline" else f"{ref.code} {side}", modality, stop))
        if len(free) == 2 and not guard.is_one_sided:
            kept.append(PointRef(ref.code, "both"))
        else:
            kept.extend(PointRef(ref.code, side) for side in free)
    return tuple(kept), out


def keep_cups_off_needles(
    adjuncts: Sequence[Adjunct], stages: Sequence[Stage], case: Case, knowledge: PlannerKnowledge
) -> tuple[Adjunct, ...]:
    """Cups that stay on a chest wall are not put over needles just drawn: they get a visit of their own."""
    points = [point for stage in stages for point in stage.points]
    needled = {region for point in points for region in _needled_regions(point, case, knowledge)} & THORAX
    return tuple(
        replace(adjunct, order="own_visit", detail=f"{adjunct.detail}, on a visit without needles there")
        if adjunct.kind == "cupping_dry"
        and adjunct.order == "after_needles"
        and "retained" in adjunct.detail
        and not needled.isdisjoint(regions_in(adjunct.where))
        else adjunct
        for adjunct in adjuncts
    )


def _needled_regions(point: PlannedPoint, case: Case, knowledge: PlannerKnowledge) -> tuple[str, ...]:
    if point.levels:
        return tuple(region_of_level(level) for level in point.levels)
    if point.code == "ASHI":
        region = tender_region(point.where, case.palpation, knowledge)
        return (region,) if region else tuple(THORAX)
    return (knowledge.points[point.code].region,)


def stops_at(point: Point, side: str, modality: str, guard: Guard, needled: bool = False) -> list[Stop]:
    """Every stop against pressing, warming or (`needled`) needling one point on one side beside the plan's needles."""
    place = Place(point.region, point.limb, side)
    stops = [*guard.against(modality, place), *_limb_left_alone(point, side, guard)]
    if needled:
        stops += guard.against_needle(point, place)
    return stops + _pressed_in_pregnancy(point, guard)


def _limb_left_alone(point: Point, side: str, guard: Guard) -> tuple[Stop, ...]:
    """A limb that must not be needled is left alone altogether: a caution for pressure there keeps it out as well."""
    if point.limb == "none":
        return ()
    return tuple(stop for stop in guard.limbs["needle"].get((point.limb, side), ()) if stop.level == "forbid")


def _pressed_in_pregnancy(point: Point, guard: Guard) -> list[Stop]:
    """Points on the pregnancy list are not pressed or warmed either, also while pregnancy is open."""
    stops = [stop for stop in guard.against_in_pregnancy(point, point.region) if stop.level == "forbid"]
    listed = point.pregnancy != "ok"
    if guard.pregnancy and listed and not stops:
        levels = {pregnancy_level(point, point.region, phase) for phase in guard.pregnancy}
        if levels & {"override", "forbid"}:
            text = f"{point.code} is on the pregnancy list: not pressed or warmed without a reason."
            return [Stop("override", guard.pregnancy_because, text, "CARR2015", "pregnancy_points")]
    return stops if listed else []


def plan_home(
    rules: Sequence[Compiled[HomeRule]], facts: Facts, guard: Guard, knowledge: PlannerKnowledge
) -> tuple[tuple[HomeCare, ...], list[Withheld]]:
    """The heaviest item of each group, in the patient's words; the aftercare text last."""
    best: dict[str, HomeRule] = {}
    for rule in matching(rules, facts):
        if rule.group not in best or rule.weight > best[rule.group].weight:
            best[rule.group] = rule
    place = next((site.plain for site in site_tables(facts, knowledge)), "back")
    kept: list[HomeCare] = []
    out: list[Withheld] = []
    for rule in sorted(best.values(), key=lambda rule: (-rule.weight, rule.id)):
        if rule.id in knowledge.silent:
            continue
        cautions: tuple[str, ...] = ()
        refs: tuple[PointRef, ...] = ()
        sheet = rule.sheet.replace("{place}", place)
        if rule.modality:
            # At home nothing is gated by what is merely not asked yet: the sheet itself says where not to use it.
            stops = tuple(stop for stop in guard.against(rule.modality) if not stop.is_open or stop.level == "caution")
            stop = hard(stops)
            if stop is not None:
                out.append(withhold(f"home {rule.kind}", rule.modality, stop))
                continue
            refs, dropped = safe_refs(rule.points, rule.modality, facts, guard, knowledge.points)
            out.extend(dropped)
            if dropped:  # the sheet names every place: a sheet with a barred place is not handed out
                continue
            cautions = tuple(dict.fromkeys(stop.text for stop in stops))
            if "{place}" in rule.sheet:
                alone = guard.limbs_left_alone(rule.modality, WITH_ROOT_REGIONS)
                if _is_only_there(regions_in(place), alone, facts):
                    out += [withhold(f"home {rule.kind}", rule.modality, alone_stop) for alone_stop in alone.values()]
                    continue
                sheet += "".join(f" Not on the {side} {WITH_ROOT[limb]}." for side, limb in alone)
        kept.append(HomeCare(rule.kind, sheet, (Reason(rule.id, rule.text, rule.sources),), refs, cautions))
    return tuple(kept), out
