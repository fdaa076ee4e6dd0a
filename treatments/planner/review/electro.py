"""Review of current: which needles may be joined in this patient, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from treatments.planner.knowledge.matching import first, matching
from treatments.planner.review.context import Context, Spot
from treatments.planner.safety.stops import Stop
from treatments.planner.treatment.hand_made import ReadElectro, ReadStage
from treatments.planner.vocabulary.body import ABOVE_L2, BACK, FRONT, HEAD, THORAX
from treatments.planner.vocabulary.facts import WEAK
from treatments.planner.vocabulary.severity import Severity

_SPINE_ABOVE_L2 = ("L1", "L2")


@dataclass(frozen=True, slots=True)
class _Lead:
    """One end of a pair: the needle it is clipped to."""

    code: str
    level: str
    spot: Spot

    @property
    def regions(self) -> frozenset[str]:
        return frozenset(self.spot.regions)

    @property
    def is_above_l2(self) -> bool:
        return not self.regions.isdisjoint(ABOVE_L2) or (self.level or self.spot.point.level) in _SPINE_ABOVE_L2


def check_electro(ctx: Context) -> None:
    for stage in ctx.plan.stages:
        for current in stage.electro:
            _check_current(ctx, stage, current)


def _check_current(ctx: Context, stage: ReadStage, current: ReadElectro) -> None:
    name = _named(current)
    if not current.leads:
        ctx.add(
            "forbidden",
            "ea_no_leads",
            "Electro-acupuncture has no leads: choose which needles to connect.",
            current.path,
            name,
        )
    _check_patient(ctx, current, name)
    _check_minutes(ctx, stage, current, name)
    if len(current.leads) > ctx.limit("current_pairs"):
        text = f"{len(current.leads)} pairs at once are many; one or two are usual."
        ctx.add("caution", "ea_many_pairs", text, current.path, name)
    for i, (a, b) in enumerate(current.leads):
        levels = current.lead_levels[i] if i < len(current.lead_levels) else ("", "")
        pair = f"{_end(a, levels[0])}–{_end(b, levels[1])}"
        ends = [_lead(ctx, stage, current, code, level, pair) for code, level in zip((a, b), levels, strict=True)]
        if ends[0] is not None and ends[1] is not None:
            _check_pair(ctx, current, ends[0], ends[1], pair)


def _check_patient(ctx: Context, current: ReadElectro, name: str) -> None:
    """Whether this patient may have current at all now."""
    ctx.add_stops(ctx.guard.against("ea"), "ea", name, current.path, name)
    is_today = current.from_visit <= ctx.facts.visit
    for rule in matching(ctx.program.exclusions, ctx.gentle):
        waits = "visit:first" in rule.when.facts() and not is_today
        if not waits:
            because = ctx.reasons_of(rule)
            ctx.add("needs_reason", rule.id, rule.text, current.path, "ea", because, rule.sources[0])
    goal = first(ctx.program.goals, ctx.facts)
    if goal is not None and goal.max_pairs == 0:
        text = f"Current is not advised here. {goal.text}"
        ctx.add("needs_reason", goal.id, text, current.path, "ea", ctx.reasons_of(goal), goal.sources[0])
    elif goal is not None and is_today and ctx.facts.visit < goal.from_visit:
        text = f"Current is advised from visit {goal.from_visit} on, when the reaction to needles is known."
        ctx.add("needs_reason", "ea_early", text, current.path, "ea", ("visit:first",), goal.sources[0])
    if (weak := ctx.has(*WEAK)) and _is_strong(current.felt_strength, ctx.limit("strong_current")):
        text = "Strong current is too much for a weak patient: just felt is enough."
        ctx.add("needs_reason", "ea_strong", text, current.path, name, weak, "CNT7")


def _is_strong(felt: str, strong: int) -> bool:
    """At least this strength out of 10, or described as strong."""
    words = felt.lower().strip()
    try:
        return float(words) >= strong
    except ValueError:
        return words.startswith("strong")


def _check_minutes(ctx: Context, stage: ReadStage, current: ReadElectro, name: str) -> None:
    minutes, path = current.minutes, f"{current.path}.minutes"
    if minutes is None:
        ctx.add("caution", "ea_minutes_missing", "Say how long the current runs.", path, name)
    elif minutes > (most := ctx.knowledge.limits["current_min"]).value:
        text = f"{minutes:g} min of current: {most.value} min is the limit."
        ctx.add("forbidden", "ea_too_long", text, path, name, (), most.source)
    elif stage.retention_min is not None and minutes > stage.retention_min:
        text = f"The current runs {minutes:g} min, but the needles stay {stage.retention_min:g} min."
        ctx.add("caution", "ea_longer_than_retention", text, path, name)


def _lead(ctx: Context, stage: ReadStage, current: ReadElectro, code: str, level: str, pair: str) -> _Lead | None:
    """The needle a lead is clipped to; an alert if there is none, or if it must not carry current."""
    point = ctx.find(code)
    if point is None:
        text = f"{code} is no point that Ashi knows.{ctx.nearest(code, ctx.knowledge.points)}"
        ctx.add("forbidden", "unknown_point", text, current.path, code)
        return None
    same = [s for s in ctx.spots if s.point.code == point.code and s.stage is stage]
    if level:
        same = [s for s in same if level in s.read.levels]
    if not same:
        text = f"{_end(code, level)} carries current but is not needled in this position."
        ctx.add("forbidden", "ea_not_needled", text, current.path, pair)
        return None
    on_side = [s for s in same if current.side in s.sides or s.read.side == "midline"]
    if current.side in ("left", "right") and not on_side:
        text = f"{_end(code, level)} is not needled on the {current.side} side: current stays on one side."
        ctx.add("forbidden", "ea_different_sides", text, current.path, pair)
        return None
    spot = (on_side or same)[0]
    if point.electro == "no":
        text = f"{point.code} never carries current."
        ctx.add("forbidden", "ea_point", text, current.path, point.code, (), point.sources[0])
    elif point.electro == "override":
        text = f"{point.code} carries current only with a reason."
        ctx.add("needs_reason", "ea_point", text, current.path, point.code, (), point.sources[0])
    stops: dict[Stop, None] = {}
    for region in spot.regions:
        for side in spot.sides if current.side not in ("left", "right") else (current.side,):
            stops.update(dict.fromkeys(ctx.guard.against("ea", ctx.place(spot, region, side))))
    ctx.add_stops(stops, "ea", f"Current at {point.code}", current.path, point.code)
    return _Lead(point.code, level, spot)


def _check_pair(ctx: Context, current: ReadElectro, a: _Lead, b: _Lead, pair: str) -> None:
    path = current.path

    def say(level: Severity, code: str, text: str, source: str = "CUMM2011") -> None:
        ctx.add(level, code, text, path, pair, (), source)

    crosses = (a.code, a.level) == (b.code, b.level) or current.side in ("both", "midline")
    if current.side is None:
        say("forbidden", "ea_side_missing", f"{pair}: say on which side the current runs.")
    elif crosses and (a.is_above_l2 or b.is_above_l2):
        say("forbidden", "ea_across_spine", f"{pair}: no current from left to right across the spine above L2.")
    elif crosses and (a.code, a.level) == (b.code, b.level):
        say("needs_reason", "ea_across", f"{pair}: current runs from left to right; keep each pair on one side.")
    elif crosses:
        say(
            "forbidden",
            "ea_one_side",
            f"{pair}: current belongs on one side, left or right; make two entries for both.",
        )
    regions = a.regions | b.regions
    limbs = {a.spot.limb, b.spot.limb}
    if "neck" in regions:
        say("forbidden", "ea_neck", f"{pair}: no current on or across the neck.")
    elif bool(a.regions & HEAD) != bool(b.regions & HEAD):
        say("forbidden", "ea_head_to_body", f"{pair}: no current between head and body.")
    elif "chest" in regions:
        say("forbidden", "ea_chest", f"{pair}: no current across chest or heart.")
    elif "arm" in limbs and limbs != {"arm"}:
        say("forbidden", "ea_chest", f"{pair}: from the arm to elsewhere the current would cross the chest.")
    elif (a.regions & FRONT and b.regions & BACK) or (b.regions & FRONT and a.regions & BACK):
        say("forbidden", "ea_front_back", f"{pair}: no current from front to back through the trunk.")
    elif not regions.isdisjoint(THORAX):
        say("needs_reason", "ea_thorax", f"{pair}: over the ribs only with a reason, on one side.")
    elif not _is_listed(ctx, a, b):
        say("needs_reason", "ea_pair_unlisted", f"{pair} is not among the usual pairs.", "DESIGN")


def _is_listed(ctx: Context, a: _Lead, b: _Lead) -> bool:
    for rule in ctx.knowledge.pairs:
        for one, other in ((a, b), (b, a)):
            if (
                (rule.a, rule.b) == (one.code, other.code)
                and rule.level_a in ("", one.level)
                and rule.level_b
                in (
                    "",
                    other.level,
                )
            ):
                return True
    return False


def _end(code: str, level: str) -> str:
    return f"{code} {level}".strip()


def _named(current: ReadElectro) -> str:
    pairs = ", ".join(f"{a}–{b}" for a, b in current.leads)
    return f"current {pairs}".strip()
