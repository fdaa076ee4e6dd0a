"""Review of stages and needles: where, how deep, in which position, how many and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from treatments.planner.knowledge.budget import budget
from treatments.planner.knowledge.rules import DepthRule, PatientProfile
from treatments.planner.knowledge.tables import Point
from treatments.planner.review.context import Context, Spot
from treatments.planner.treatment.hand_made import ReadPoint, ReadStage
from treatments.planner.vocabulary.body import LIMB_OF_REGION, POSITIONS, SIDES, THORAX, UPRIGHT
from treatments.planner.vocabulary.facts import LYING_ONLY
from treatments.planner.vocabulary.severity import Severity, rank

_PREGNANT_PRONE: dict[str, Severity] = {"t1": "caution", "t2": "needs_reason", "t3": "forbidden"}


def check_needles(ctx: Context) -> None:
    """All stages and their points; fills `ctx.spots` for the checks that follow."""
    stages = ctx.plan.stages
    most = ctx.limit("stages")
    if len(stages) > most:
        text = f"{len(stages)} positions: turning the patient more than once is tiring; two are the most."
        ctx.add("needs_reason", "too_many_stages", text, f"stages[{most}]", "stages")
    for stage in stages:
        _check_position(ctx, stage)
        for read in stage.points:
            _check_point(ctx, stage, read)
        _check_retention(ctx, stage)
    _check_budget(ctx)
    _check_duplicates(ctx)


def _check_position(ctx: Context, stage: ReadStage) -> None:
    position, path = stage.position, f"{stage.path}.position"
    if position not in POSITIONS:
        said = f"`{position}` is not a valid position" if position else "The position is missing"
        ctx.add(
            "forbidden", "position", f"{said}: choose prone, supine, on the side or seated.", path, _stage_name(stage)
        )
        return
    if position == "prone":
        if ctx.has("condition.cannot_lie_prone"):
            text = "The patient cannot lie face down: use the side."
            ctx.add("needs_reason", "cannot_lie_prone", text, path, "prone", ("condition.cannot_lie_prone",), "KNOWN")
        levels = [_PREGNANT_PRONE[phase] for phase in ctx.facts.pregnancy]
        if levels:
            gravest = max(levels, key=rank)
            text = "Pregnant: not face down; lay the patient on the side."
            ctx.add(gravest, "pregnant_prone", text, path, "prone", (ctx.guard.pregnancy_because,), "KNOWN")
    if position == UPRIGHT and (because := ctx.has(*sorted(LYING_ONLY))):
        text = "Seated needling can make this patient faint: treat lying down."
        ctx.add("needs_reason", "seated_faint", text, path, "seated", because, "BACC-LEAF")
    if position == "side_lying" and stage.side_up not in ("left", "right"):
        ctx.add("caution", "side_up", "On the side: say which side lies up.", stage.path, _stage_name(stage))


def _check_point(ctx: Context, stage: ReadStage, read: ReadPoint) -> None:
    point, name = ctx.find(read.code), read.shown
    if point is None:
        text = f"{read.code} is no point that Ashi knows.{ctx.nearest(read.code, ctx.knowledge.points)}"
        ctx.add("forbidden", "unknown_point", text, read.path, name)
        return
    regions = ctx.regions_of(read, point)
    limb = point.limb if point.code != "ASHI" else LIMB_OF_REGION.get(regions[0], "none")
    spot = Spot(stage, read, point, regions, limb)
    ctx.spots.append(spot)
    _check_use(ctx, spot, name)
    _check_side(ctx, spot, name)
    deepest = read.depth_mm[1] if read.depth_mm else inf  # not written down is not shallow
    stops = [
        stop
        for region in regions
        for side in spot.sides
        for stop in ctx.guard.against_needle(point, ctx.place(spot, region, side), deepest)
    ]
    ctx.add_stops(dict.fromkeys(stops), "needle", name, read.path, name)
    _check_reach(ctx, spot, name)
    _check_depth(ctx, spot, name)


def _check_use(ctx: Context, spot: Spot, name: str) -> None:
    point, path = spot.point, spot.read.path
    source = point.sources[0]
    if point.use == "never":
        text = f"{name} is not needled with Ashi: {_sentence(point.caution or point.risk_note or 'too dangerous')}"
        ctx.add("forbidden", "never_needled", text, path, name, (), source)
    elif point.use == "manual":
        text = f"{name} is only chosen by hand, never proposed: {_sentence(point.caution or 'say why')}"
        ctx.add("needs_reason", "chosen_by_hand", text, path, name, (), source)
    if point.code == "EX-B2" and not spot.read.levels:
        ctx.add("forbidden", "level_missing", f"{name}: say which levels, such as L4.", path, name)
    if point.code == "ASHI" and not spot.read.where:
        ctx.add("forbidden", "where_missing", "A tender point without a place: say where it is.", path, name)


def _check_side(ctx: Context, spot: Spot, name: str) -> None:
    side, path = spot.read.side, spot.read.path
    if side is None:
        ctx.add("forbidden", "side_missing", f"{name}: say which side.", path, name)
    elif side not in SIDES:
        ctx.add("forbidden", "side_wrong", f"{name}: `{side}` is not a valid side.", path, name)
    elif spot.point.code != "ASHI" and (side == "midline") != (spot.point.sides == "midline"):
        lies = "on the midline" if spot.point.sides == "midline" else "left and right, not on the midline"
        ctx.add("forbidden", "side_wrong", f"{name} lies {lies}.", path, name)
    elif spot.stage.position == "side_lying" and side not in ("midline", spot.stage.side_up or side):
        text = f"{name}: the patient lies on that side; only the {spot.stage.side_up} side is free."
        ctx.add("caution", "side_below", text, path, name)


def _check_reach(ctx: Context, spot: Spot, name: str) -> None:
    position = spot.stage.position
    if position not in POSITIONS or (spot.read.with_movement and position == UPRIGHT):
        return
    allowed: Sequence[str] = spot.point.positions
    if spot.point.code == "ASHI":
        limits = [ctx.knowledge.ashi[region] for region in spot.regions if region in ctx.knowledge.ashi]
        allowed = tuple(POSITIONS) if not limits else [p for limit in limits for p in limit.positions]
    if position not in allowed:
        where = ", ".join(p.replace("_", " ") for p in allowed)
        text = f"{name} cannot be reached {position.replace('_', ' ')}; it can be reached {where}."
        ctx.add("needs_reason", "unreachable", text, spot.read.path, name, (), spot.point.sources[0])


def cap_of(ctx: Context, spot: Spot, region: str) -> tuple[int, float, tuple[DepthRule, ...]]:
    """Cap in mm in general, for this patient, and the rules that lower it."""
    point: Point = spot.point
    cap = point.cap_mm
    limits = ctx.knowledge.ashi.get(region) if point.code == "ASHI" else None
    if limits is not None:
        cap = limits.depth_mm[1]
    elif point.code == "EX-B2" and spot.read.levels:
        cap = point.limits_at(thoracic=region in THORAX)[1]
    lowering = tuple(
        rule
        for rule in ctx.depths
        if rule.on == "all" or (rule.on == "thorax" and region in THORAX) or rule.on == "abdomen" == region
    )
    lowered = float(cap)
    for rule in lowering:
        lowered *= rule.factor
    return cap, max(1.0, lowered), lowering  # a proposal never goes shallower than 1 mm either


def _check_depth(ctx: Context, spot: Spot, name: str) -> None:
    read, point, path = spot.read, spot.point, spot.read.path
    cap, lowered, lowering = min((cap_of(ctx, spot, region) for region in spot.regions), key=lambda c: c[1])
    is_over_lung = "pneumothorax" in point.risks if point.code not in ("ASHI", "EX-B2") else spot.is_thoracic(THORAX)
    deepest = read.depth_mm[1] if read.depth_mm else None
    if deepest is None:
        if is_over_lung:
            text = f"{name} lies over the lung: write the depth down, {int(lowered)} mm at most."
            ctx.add("caution", "depth_missing", text, path, name, (), "PTX-CASES")
    elif deepest > cap:
        level: Severity = "forbidden" if is_over_lung else "needs_reason"
        text = f"{name}: {deepest:g} mm is past the cap of {cap} mm" + (
            ", and the lung lies below." if is_over_lung else "."
        )
        ctx.add(level, "depth_past_cap", text, path, name, (), point.sources[0])
    elif deepest > lowered:
        why = " ".join(rule.text for rule in lowering)
        text = f"{name}: {deepest:g} mm is too deep for this patient, {int(lowered)} mm at most. {why}"
        because = [word for rule in lowering for word in ctx.reasons_of(rule)]
        source = lowering[0].sources[0]
        ctx.add("needs_reason", "depth_past_patient_cap", text, path, name, dict.fromkeys(because), source)
    if deepest is not None and read.length_mm is not None and deepest > read.length_mm:
        text = f"{name}: a needle of {read.length_mm:g} mm cannot go {deepest:g} mm deep."
        ctx.add("caution", "needle_too_short", text, path, name)
    _check_angle(ctx, spot, name, lowering, is_over_lung)


def _check_angle(ctx: Context, spot: Spot, name: str, lowering: Sequence[DepthRule], is_over_lung: bool) -> None:
    angle, point = spot.read.angle, spot.point
    own = point.angle
    if point.code == "ASHI":
        own = next((ctx.knowledge.ashi[r].angle for r in spot.regions if r in ctx.knowledge.ashi), own)
    if is_over_lung and angle == "perpendicular" and own != "perpendicular":
        text = f"{name} lies over the lung: needle it {own}, never perpendicular."
        ctx.add("forbidden", "perpendicular_thorax", text, spot.read.path, name, (), "PTX-CASES")
        return
    flat = [rule for rule in lowering if rule.transverse]
    if flat and angle not in ("", "transverse") and spot.is_thoracic(THORAX):
        because = ctx.reasons_of(flat[0])
        ctx.add(
            "needs_reason", "transverse_only", f"{name}: {flat[0].text}", spot.read.path, name, because, "PTX-CASES"
        )


def gentle_persons(ctx: Context, persons: Sequence[PatientProfile]) -> list[PatientProfile]:
    """The matching kinds of patient that call for a light hand."""
    return [person for person in persons if person.later <= ctx.limit("gentle_needles")]


def _check_retention(ctx: Context, stage: ReadStage) -> None:
    minutes, path = stage.retention_min, f"{stage.path}.retention_min"
    if minutes is None:
        if stage.points:
            ctx.add("caution", "retention_missing", "Say how long the needles stay.", path, _stage_name(stage))
        return
    if not ctx.persons:
        return
    person = min(ctx.persons, key=lambda p: (p.retention[1], p.id))
    most = person.retention[1]
    if minutes <= most:
        return
    is_gentle = bool(gentle_persons(ctx, [person]))
    level: Severity = "needs_reason" if is_gentle or minutes > ctx.limit("long_retention_min") else "caution"
    text = f"{minutes:g} min is long for this patient, {most} min at most. {person.text}"
    ctx.add(level, "retention_long", text, path, _stage_name(stage), ctx.reasons_of(person), person.sources[0])


def _check_budget(ctx: Context) -> None:
    needles = ctx.plan.needles
    if not ctx.persons or not needles:
        return
    most = budget(ctx.persons, ctx.facts.visit)
    if needles <= most:
        return
    first = ctx.facts.visit <= 1
    person = min(ctx.persons, key=lambda p: (p.first if first else p.later, p.id))
    is_grave = bool(gentle_persons(ctx, [person])) or needles > ctx.limit("needles")
    level: Severity = "needs_reason" if is_grave else "caution"
    visit = "the first visit" if first else "this visit"
    text = f"{needles} needles are many for {visit}, {most} at most. {person.text}"
    ctx.add(level, "too_many_needles", text, "stages", "needles", ctx.reasons_of(person), person.sources[0])


def _check_duplicates(ctx: Context) -> None:
    seen: dict[tuple[str, str, str, str], str] = {}
    for spot in ctx.spots:
        read = spot.read
        for level in read.levels or ("",):
            for side in spot.sides:
                place = (spot.point.code, read.where, level, side)
                if place in seen and seen[place] != read.path:
                    text = f"{read.shown} appears twice in the plan."
                    ctx.add("caution", "duplicate", text, read.path, read.shown)
                seen.setdefault(place, read.path)


def _stage_name(stage: ReadStage) -> str:
    return f"{(stage.position or 'unknown').replace('_', ' ')} stage"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!")) else text + "."
