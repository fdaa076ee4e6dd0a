"""Current: whether, from which visit, between which needles. Pairs are legal, on one side, in one stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from treatments.planner.facts import Facts
from treatments.planner.knowledge.matching import Rules, first, matching
from treatments.planner.knowledge.rules import ElectroGoal, ElectroPair, NoElectroRule
from treatments.planner.knowledge.tables import Point
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.quotes import Quotes
from treatments.planner.safety.guard import Guard, Place
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import stopping, withhold
from treatments.planner.treatment.items import Electro
from treatments.planner.treatment.proposal import Treatment, Withheld
from treatments.planner.vocabulary.body import THORAX
from treatments.planner.vocabulary.severity import withheld_level

Pair = tuple[ElectroPair, str, str]  # pair, side, position
ITEM = "electro"
NO_PAIR = (
    "No two needles of this plan may carry current together: only listed pairs on one side, never over chest or neck."
)
SHALLOW = "A needle that is kept shallow carries no current."
NO_NEEDLES = "No needles, so no current."
SAFETY_STEPS = (
    "Device at zero before clipping and before unclipping; raise slowly while the patient speaks; raise again after "
    "5 minutes when it fades; never leave the patient unable to call."
)


def legal_pairs(
    goal: ElectroGoal, pairs: Rules[ElectroPair], facts: Facts, points: Mapping[str, Point]
) -> list[ElectroPair]:
    """The pairs that this goal may use in this patient, best first."""
    return [
        pair
        for pair in matching(pairs, facts)
        if goal.pairs in ("any", pair.reach) and _may_carry(points[pair.a]) and _may_carry(points[pair.b])
    ]


def _may_carry(point: Point) -> bool:
    return point.electro == "yes" and point.region not in THORAX


def pairs_of(
    chosen: Sequence[Chosen], pairs: Sequence[ElectroPair], points: Mapping[str, Point], most: int
) -> list[Pair]:
    """Legal pairs among the chosen needles, best first, no needle twice on one side."""
    found: list[Pair] = []
    used: set[tuple[str, str, str]] = set()
    for pair in pairs:
        ends = [_end(chosen, pair.a, pair.level_a, points), _end(chosen, pair.b, pair.level_b, points)]
        a, b = ends
        if a is None or b is None or a.position != b.position:
            continue
        for side in ("left", "right"):
            if len(found) >= most or not (_is_on(a, side) and _is_on(b, side)):
                continue
            keys = {(pair.a, pair.level_a, side), (pair.b, pair.level_b, side)}
            if used.isdisjoint(keys):
                used |= keys
                found.append((pair, side, a.position))
    return found


def _end(chosen: Sequence[Chosen], code: str, level: str, points: Mapping[str, Point]) -> Chosen | None:
    if points[code].electro != "yes":
        return None
    for item in chosen:
        same = item.candidate.code == code and (not level or item.candidate.level == level)
        if same and item.candidate.region not in THORAX and not item.candidate.with_movement:
            return item
    return None


def _is_on(item: Chosen, side: str) -> bool:
    return item.side in (side, "both")


def electro_items(
    goal: ElectroGoal,
    pairs: Sequence[Pair],
    kept: Sequence[Chosen],
    points: Mapping[str, Point],
    guard: Guard,
    minutes: int,
    position: str,
    quotes: Quotes,
) -> tuple[tuple[Electro, ...], list[Withheld]]:
    """The current of one stage, one item for each side; only pairs whose two needles are still in the plan."""
    out: list[Withheld] = []
    cautions = tuple(stop.text for stop in guard.against("ea") if stop.level == "caution")
    items = []
    for side in ("left", "right"):
        legal = []
        for pair, pair_side, pair_position in pairs:
            a = _end(kept, pair.a, pair.level_a, points)
            b = _end(kept, pair.b, pair.level_b, points)
            if pair_side != side or pair_position != position or a is None or b is None:
                continue
            if not (_is_on(a, side) and _is_on(b, side) and a.position == b.position):
                continue
            stops = _stops(a, b, side, guard, points)
            out += [withhold(f"electro {pair.a}-{pair.b} {side}", "ea", stop) for stop in stops]
            if not stops:
                legal.append(pair)
        if legal:
            items.append(
                Electro(
                    leads=tuple((pair.a, pair.b) for pair in legal),
                    lead_levels=tuple((pair.level_a, pair.level_b) for pair in legal),
                    side=side,
                    frequency_hz=goal.frequency_hz,
                    wave=goal.wave,
                    felt_strength=goal.felt_strength,
                    minutes=min(goal.minutes, minutes),
                    from_visit=goal.from_visit,
                    because=(
                        quotes.reason(goal),
                        *(quotes.reason(pair) for pair in legal),
                    ),
                    cautions=(SAFETY_STEPS, *cautions),
                )
            )
    return tuple(items), out


def _stops(a: Chosen, b: Chosen, side: str, guard: Guard, points: Mapping[str, Point]) -> list[Stop]:
    """What forbids current on one of the two needles: the table, or that it is shallow for safety's sake."""
    found: dict[Stop, None] = {}
    for item in (a, b):
        place = Place(item.candidate.region, item.candidate.limb, side)
        found.update(dict.fromkeys(stopping(guard.against("ea", place))))
        for stop in guard.against_needle(points[item.candidate.code], place):
            if stop.most_mm:
                found[stop._replace(level="needs_reason", text=SHALLOW, source="DESIGN")] = None
    return list(found)


def excluded(exclusions: Sequence[NoElectroRule], facts: Facts) -> list[Withheld]:
    """Why there is no current although the goal calls for it."""
    return [
        Withheld("electro", withheld_level("needs_reason"), _shown(rule, facts), rule.text, rule.sources[0], "ea")
        for rule in exclusions
    ]


def absence(
    treatment: Treatment, withheld: Sequence[Withheld], facts: Facts, goals: Rules[ElectroGoal]
) -> tuple[Withheld, ...]:
    """Why a plan has no current, where nothing else has said so."""
    if any(stage.electro for stage in treatment.stages) or any(item.item == ITEM for item in withheld):
        return ()
    goal = first(goals, facts)
    because = next((f"site.{site}" for site in facts.sites), "")
    if goal is not None and goal.max_pairs == 0:
        fact = next((word for word in goal.when.facts() if word in facts.words), because)
        why, source = goal.text, goal.sources[0]
        return (Withheld(ITEM, withheld_level("needs_reason"), fact, why, source, "ea"),)
    why = NO_PAIR if treatment.stages else NO_NEEDLES
    return (Withheld(ITEM, withheld_level("needs_reason"), because, why, "DESIGN", "ea"),)


def _shown(exclusion: NoElectroRule, facts: Facts) -> str:
    """The first fact that makes the exclusion hold, findings before computed facts."""
    held = [word for word in (*exclusion.when.any, *exclusion.when.all) if word in facts.words]
    return next((word for word in held if ":" not in word), held[0] if held else exclusion.because)
