"""Review of what is done besides needling: cups, scraping, moxa, lamp, pressure, ear points and home care."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Literal

from treatments.planner.knowledge.point_names import find_ear
from treatments.planner.knowledge.regions import regions_in
from treatments.planner.knowledge.rules import LimitId
from treatments.planner.review.context import Context
from treatments.planner.safety.withholding import stops_at
from treatments.planner.treatment.hand_made import ReadItem, ReadRef
from treatments.planner.vocabulary.body import THORAX, WITH_ROOT
from treatments.planner.vocabulary.facts import WEAK
from treatments.planner.vocabulary.modalities import ADJUNCTS, SUCTION, Modality, draws_blood
from treatments.planner.vocabulary.severity import Severity

MARKLESS = re.compile(r"\b(flash|empty)\b")
SLIDING_ONLY = re.compile(r"\b(sliding|moving|running)\b")
NOT_CLAUSE = re.compile(r"\b(?:not|never|away from|without)\b[^;.]*")
RETAINED = re.compile(r"\b(retain\w*|stationary|left)\b")
# modality -> the limit for its minutes, and the one for patients who get little of everything
_MINUTES: dict[str, tuple[LimitId, LimitId]] = {
    "cupping": ("cupping_min", "cupping_gentle_min"),
    "guasha": ("guasha_min", "guasha_gentle_min"),
    "moxa_heat": ("moxa_heat_min", "moxa_heat_gentle_min"),
}
HEAT_PATTERNS = {"branch:damp_heat": "damp-heat", "root:kidney_yin_deficiency": "kidney yin deficiency"}


def check_beside(ctx: Context) -> None:
    for item in ctx.plan.adjuncts:
        _check_adjunct(ctx, item)
    _check_together(ctx)
    for item in ctx.plan.ear:
        _check_ear(ctx, item)
    for item in ctx.plan.home_care:
        _check_home(ctx, item)


def _check_adjunct(ctx: Context, item: ReadItem) -> None:
    name = _name(item)
    if draws_blood(item.kind, item.detail):
        text = f"{name}: techniques that draw blood are not offered by Ashi."
        ctx.add("forbidden", "bleeding_technique", text, item.path, name, (), "KNOWN")
        return
    kind = ADJUNCTS.get(item.kind)
    if kind is None:
        text = f"{name} is not known to Ashi, so its safety is not checked: say why it is right here."
        ctx.add("needs_reason", "unknown_adjunct", text, item.path, name)
        return
    modality = kind.modality
    stops = ctx.guard.against_beside(modality, item.kind, _regions(ctx, item))
    ctx.add_stops(stops, modality, name, item.path, name)
    for ref in item.points:
        _check_ref(ctx, ref, modality, item.kind, kind.needled)
    if kind.needled:
        _check_needled(ctx, item, name)
    if kind.is_warm:
        _check_heat(ctx, item.path, name, is_home=False)
    _check_limbs(ctx, item, modality, name)
    _check_injury(ctx, item, modality, name)
    _check_minutes(ctx, item, modality, name)
    _check_after_needles(ctx, item, modality, name)


def _check_ref(ctx: Context, ref: ReadRef, modality: Modality, kind: str, needled: bool = False) -> None:
    """One point of an adjunct or of home care: known, allowed here, on a side that may be treated."""
    point = ctx.find(ref.code)
    if point is None:
        text = f"{ref.code} is no point that Ashi knows.{ctx.nearest(ref.code, ctx.knowledge.points)}"
        ctx.add("forbidden", "unknown_point", text, ref.path, ref.code)
        return
    if modality == "moxa_heat" and point.moxa == "no":
        text = f"{ref.code} is not warmed with moxa."
        ctx.add("needs_reason", "no_moxa", text, ref.path, ref.code, (), point.sources[0])
    sides = ("left", "right") if ref.side in ("both", None) and point.sides != "midline" else (ref.side or "midline",)
    stops = [stop for side in sides for stop in stops_at(point, side, modality, ctx.guard, kind, needled)]
    ctx.add_stops(dict.fromkeys(stops), modality, ref.code, ref.path, ref.code)


def _check_limbs(ctx: Context, item: ReadItem, modality: Modality, name: str) -> None:
    """Cups, scraping, warmth or hands on a limb that must be left alone, as far as the words for the place say."""
    words = item.where.lower()
    told = set(re.findall(r"\w+", NOT_CLAUSE.sub(" ", words)))
    for (side, limb), stop in ctx.guard.limbs_left_alone(modality, regions_in(item.where)).items():
        other = "right" if side == "left" else "left"
        if side in told or "both" in told:
            ctx.add_stops((stop,), modality, name, item.path, name)
        elif other not in told and not any(side in clause for clause in NOT_CLAUSE.findall(words)):
            text = f"{name}: say where; not on the {side} {WITH_ROOT[limb]}."
            ctx.add("needs_reason", "limb_left_alone", text, item.path, name, (stop.because,), stop.source)


def _check_needled(ctx: Context, item: ReadItem, name: str) -> None:
    needled = {spot.point.code for spot in ctx.spots}
    missing = [ref.code for ref in item.points if (point := ctx.find(ref.code)) and point.code not in needled]
    if missing:
        text = f"{name}: {', '.join(missing)} is not needled in this plan."
        ctx.add("caution", "not_needled", text, item.path, name)


def _check_heat(ctx: Context, path: str, name: str, is_home: bool) -> None:
    """Warmth in a heat pattern or in yin deficiency."""
    if because := ctx.has(*HEAT_PATTERNS):
        level: Severity = "needs_reason" if is_home else "forbidden"
        text = f"{name}: no warmth in {HEAT_PATTERNS[because[0]]}."
        ctx.add(level, "heat_in_heat", text, path, name, because, "KNOWN")
    elif because := ctx.has("sign:heat"):
        text = f"{name}: there are signs of heat; warmth can feed them."
        ctx.add("needs_reason", "heat_signs", text, path, name, because, "KNOWN")
    elif because := ctx.has("sign:heat_unclear"):
        text = f"{name}: some signs speak of heat; begin mild, and stop if it burns or the pain rises."
        ctx.add("caution", "heat_unclear", text, path, name, because, "DESIGN")
    elif because := ctx.has("sign:empty_heat", "pattern:kidney_yin_deficiency"):
        text = f"{name}: there are signs of empty heat; keep the warmth mild."
        ctx.add("caution", "empty_heat", text, path, name, because, "KNOWN")


def _check_injury(ctx: Context, item: ReadItem, modality: Modality, name: str) -> None:
    """The first 72 hours after a fall, blow or strain: no suction, scraping or heat over it."""
    fresh = ctx.has("injury:first_72h")
    if not fresh or item.from_visit > ctx.facts.visit:
        return
    regions = _regions(ctx, item)
    if regions and regions.isdisjoint(ctx.field):
        return
    if modality in SUCTION:
        text = f"{name}: not over a fresh injury in the first 72 hours."
        ctx.add("forbidden", "fresh_injury", text, item.path, name, fresh, "KNOWN")
    elif modality == "moxa_heat":
        text = f"{name}: no heat over a fresh injury in the first 72 hours."
        ctx.add("needs_reason", "fresh_injury", text, item.path, name, fresh, "KNOWN")


def _check_minutes(ctx: Context, item: ReadItem, modality: Modality, name: str) -> None:
    minutes, limits = item.minutes, _MINUTES.get(modality)
    if minutes is None or limits is None:
        return
    most, least = (ctx.limit(one) for one in limits)
    path, source = f"{item.path}.minutes", ctx.knowledge.limits[limits[0]].source
    weak = ctx.has(*WEAK)
    if minutes > most:
        ctx.add(
            "needs_reason", "too_long", f"{name}: {minutes:g} min, {most} min is the limit.", path, name, (), source
        )
    elif weak and minutes > least:
        text = f"{name}: {minutes:g} min is long for this patient; {least} min is enough."
        ctx.add("caution", "long_for_patient", text, path, name, weak, source)


def _check_after_needles(ctx: Context, item: ReadItem, modality: Modality, name: str) -> None:
    """Suction or moxa over a chest wall just needled."""
    if item.order in ("before_needles", "own_visit") or modality not in ("cupping", "moxa_heat"):
        return
    if ADJUNCTS[item.kind].runs_alone or (modality == "cupping" and not _is_retained(item)):
        return
    needled = frozenset(region for spot in ctx.spots for region in spot.regions) & THORAX
    if needled.isdisjoint(_regions(ctx, item)):
        return
    if modality == "cupping":
        text = f"{name}: no cups left over a chest wall that was just needled; cup before, or on another visit."
        ctx.add("forbidden", "cups_over_needled_thorax", text, item.path, name, (), "PTX-CASES")
    else:
        text = f"{name}: moxa over a chest wall that was just needled; choose one of the two."
        ctx.add("needs_reason", "moxa_over_needled_thorax", text, item.path, name, (), "PTX-CASES")


def _is_retained(item: ReadItem) -> bool:
    words = item.detail.lower()
    if RETAINED.search(words):
        return True
    return not (SLIDING_ONLY.search(words) or MARKLESS.search(words))


def _check_together(ctx: Context) -> None:
    """Suction and scraping both break small vessels: not on one place at one visit."""
    marked = [i for i in ctx.plan.adjuncts if i.kind in ADJUNCTS and ADJUNCTS[i.kind].modality in SUCTION]
    for one, other in combinations(marked, 2):
        if one.kind == other.kind or "own_visit" in (one.order, other.order):
            continue
        if any(re.search(r"visits? without", item.detail.lower()) for item in (one, other)):
            continue
        a, b = _regions(ctx, one), _regions(ctx, other)
        if not a or not b or a & b:
            text = "Cups and gua sha on the same place at the same visit: choose one."
            ctx.add("needs_reason", "cups_and_gua_sha", text, other.path, _name(other), (), "KNOWN")


def _regions(ctx: Context, item: ReadItem) -> frozenset[str]:
    """Regions an adjunct touches, by its words, its points, or the painful field."""
    found = set(regions_in(item.where))
    for ref in item.points:
        point = ctx.find(ref.code)
        if point is not None:
            found.add(point.region)
    return frozenset(found) or ctx.field


def _check_ear(ctx: Context, item: ReadItem) -> None:
    name = f"ear {item.kind or 'points'}".replace("_", " ")
    method = ctx.knowledge.ear_methods.get(item.kind)
    if method is None:
        known = ", ".join(ctx.knowledge.ear_methods)
        text = f"`{item.kind}` is no method for ear points; known are {known}."
        ctx.add("forbidden", "ear_method", text, item.path, name)
        return
    modality = "tacks" if method.id == "press_tacks" else method.modality
    ctx.add_stops(ctx.guard.against(modality), modality, name, item.path, name)
    if item.keep_days is not None and method.keep_days and item.keep_days > method.keep_days:
        level: Severity = (
            "needs_reason" if modality == "tacks" or item.keep_days > ctx.limit("ear_keep_days") else "caution"
        )
        text = f"{name.capitalize()} stay {item.keep_days:g} days: {method.keep_days} are the most."
        path = f"{item.path}.keep_days"
        ctx.add(level, "ear_too_long", text, path, name, (), "APA")
    for ref in item.points:
        zone = ctx.knowledge.ear_points.get(ref.code) or find_ear(ref.code, ctx.knowledge)
        if zone is None:
            near = ctx.nearest(ref.code, ctx.knowledge.ear_points)
            text = f"{ref.code} is no ear zone that Ashi knows.{near}"
            ctx.add("forbidden", "unknown_ear_point", text, ref.path, ref.code)
            continue
        if method.id not in zone.methods:
            text = f"{zone.name} is not worked with {method.id.replace('_', ' ')}."
            ctx.add("needs_reason", "ear_zone_method", text, ref.path, ref.code, (), zone.sources[0])
        if zone.pregnancy != "ok" and ctx.guard.pregnancy_because:
            barred: Severity = "needs_reason" if zone.pregnancy == "override" else "forbidden"
            text = f"{zone.name} is kept out in pregnancy, and until pregnancy is ruled out."
            because = (ctx.guard.pregnancy_because,)
            ctx.add(barred, "ear_pregnancy", text, ref.path, ref.code, because, "GOLDF")


def _check_home(ctx: Context, item: ReadItem) -> None:
    modality: Modality | Literal[""] = "acupressure" if item.points else ""
    for rule in ctx.knowledge.home:
        if rule.kind == item.kind:
            modality = rule.modality or modality
            break
    if not modality:
        return
    name = f"home {item.kind}"
    # as in proposals: a question not asked yet does not block home care, its sheet says where not to use it
    beside = ctx.guard.against_beside(modality, item.kind, _regions(ctx, item))
    stops = [stop for stop in beside if not stop.is_open]
    ctx.add_stops(stops, modality, name, item.path, name)
    for ref in item.points:
        _check_ref(ctx, ref, modality, item.kind)
    if modality == "moxa_heat":
        _check_heat(ctx, item.path, name, is_home=True)
        _check_injury(ctx, item, modality, name)


def _name(item: ReadItem) -> str:
    return (item.kind or "adjunct").replace("_", " ")
