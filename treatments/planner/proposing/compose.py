"""Step 3: spends the needles. The slots are filled in order from the candidates; what safety stops is left out.

Leaving out instead of swapping keeps a simple promise: a contraindication only ever removes things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import NeedleOrder, PatientProfile
from treatments.planner.knowledge.tables import Point, Site
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.safety.guard import Guard, Place
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import gravest_stop
from treatments.planner.vocabulary.body import UPRIGHT

BOTH = ("left", "right")
UNCOVERED_BONUS = 25.0  # for a painful place without a needle so far
WHOLE_COURSE = 16  # needles by which a turn of the body is decided, so that a smaller budget never changes the decision


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate with its side, its purpose and its position; `cost` in needles."""

    candidate: Candidate
    serves: str
    side: str
    position: str

    @property
    def cost(self) -> int:
        return self.candidate.needles * (2 if self.side == "both" else 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions the patient lies in, the one where most is done first."""

    positions: tuple[str, ...]
    side_up: str | None
    movement: bool


def lay_out(facts: Facts, sites: Sequence[Site], candidates: Sequence[Candidate]) -> tuple[Layout, Layout]:
    """Positions that suit the pain and this patient; at most two, one after the other."""
    movement = any(candidate.with_movement for candidate in candidates)
    wished = sites[0].positions[0] if sites else "prone"
    outer_leg = "sciatica:gallbladder" in facts.words and "sciatica:bladder" not in facts.words
    # a girdle round the waist, not the ribs; stress needs the back itself (BL18)
    belt = not facts.words.isdisjoint({"channel:belt_vessel", "also:belt_vessel"}) and "site:low_back" in facts.words
    belt = belt and "branch:liver_qi_stagnation" not in facts.words
    hip = {"site:hip_side", "channel:gallbladder"} <= facts.words
    if (outer_leg or belt or hip) and len(facts.painful) == 1 and not movement:
        wished = "side_lying"  # the whole lateral line is accessible
    actual = wished if _can_lie(wished, facts) else "side_lying"
    second = _second_position(wished, movement, facts)
    possible = second
    if second is not None and not _can_lie(second, facts):
        possible = "side_lying" if second == "prone" else None
    if second == "supine" and "person:pregnant" in facts.words:
        possible = None  # lying on the back for long is uncomfortable in pregnancy
    return _layout(wished, second, movement, facts), _layout(actual, possible, possible == UPRIGHT, facts)


def _can_lie(position: str, facts: Facts) -> bool:
    words = facts.words
    if position == "prone":
        return "condition.cannot_lie_prone" not in words and "person:pregnant" not in words
    if position == UPRIGHT:
        return "person:lying" not in words
    return True


def _second_position(primary: str, movement: bool, facts: Facts) -> str | None:
    """What a turn would expose: from the back the front, from the front the back. A fresh strain is not turned."""
    if movement:
        return UPRIGHT
    if "strain:acute" in facts.words:
        return None
    return "prone" if primary == "supine" else "supine"


def _layout(primary: str, second: str | None, movement: bool, facts: Facts) -> Layout:
    positions = (primary,) if second is None or second == primary else (primary, second)
    return Layout(positions, facts.painful[0] if "side_lying" in positions else None, movement)


def turn_cost(profiles: Sequence[PatientProfile], order: NeedleOrder) -> float:
    """How much better a point must be to be worth a turn; by class only, so that safety cannot change it."""
    if order.turn_cost is not None:
        return order.turn_cost
    by_class = [person.turn_cost for person in profiles if any(word.startswith("class:") for word in person.when.all)]
    return by_class[0] if by_class else 30.0


def choose(
    candidates: Sequence[Candidate], order: NeedleOrder, layout: Layout, cost: float, needles: int, facts: Facts
) -> list[Chosen]:
    """Fills the slots as if nothing were forbidden. There is no turn for fewer than two needles."""
    full = _fill(candidates, order, layout, cost, WHOLE_COURSE, facts)
    second = sum(item.cost for item in full if item.position != layout.positions[0])
    if not layout.movement and second < 2:
        layout = Layout(layout.positions[:1], layout.side_up, False)
    chosen = _fill(candidates, order, layout, cost, needles, facts)
    turned = sum(item.cost for item in chosen if item.position != layout.positions[0])
    if not layout.movement and turned < 2:
        chosen = [item for item in chosen if item.position == layout.positions[0]]
    return chosen


def _fill(
    candidates: Sequence[Candidate], order: NeedleOrder, layout: Layout, cost: float, needles: int, facts: Facts
) -> list[Chosen]:
    chosen: list[Chosen] = []
    used: set[str] = set()
    covered: dict[str, set[str]] = {"local": set(), "ashi": set()}
    left = needles
    reachable = _reachable(candidates, layout, cost)
    for serves in order.order:
        if left <= 0:
            break
        best: tuple[float, Candidate, str] | None = None
        for weight, candidate, position in reachable.get(serves, ()):
            if candidate.key in used or candidate.needles > left:
                continue
            if serves in covered and covered[serves] and not candidate.covers <= covered[serves]:
                weight += UNCOVERED_BONUS
            if best is None or weight > best[0]:
                best = (weight, candidate, position)
        if best is None:
            continue
        _, candidate, position = best
        side = settle_side(candidate, serves, position, layout, facts)
        if side == "both" and 2 * candidate.needles > left:
            side = facts.painful[0]
        item = Chosen(candidate, serves, side, position)
        chosen.append(item)
        used.add(candidate.key)
        if serves in ("ashi", "segmental") or "local" in candidate.weights:
            covered["ashi" if serves == "ashi" else "local"] |= candidate.covers
        left -= item.cost
    return chosen


def _reachable(
    candidates: Sequence[Candidate], layout: Layout, cost: float
) -> dict[str, list[tuple[float, Candidate, str]]]:
    """By purpose: weight, less the cost of a turn, and position of every candidate that can be needled in it."""
    found: dict[str, list[tuple[float, Candidate, str]]] = {}
    for candidate in candidates:
        position = _reach(candidate, layout)
        if position is None:
            continue
        turned = position != layout.positions[0] and not candidate.with_movement
        for serves, weight in candidate.weights.items():
            found.setdefault(serves, []).append((weight - cost if turned else weight, candidate, position))
    return found


def _reach(candidate: Candidate, layout: Layout) -> str | None:
    """The position a candidate is needled in; sitting in a movement stage is only for points with movement."""
    for position in layout.positions:
        is_seat = layout.movement and position == UPRIGHT and position != layout.positions[0]
        if position in candidate.positions and (not is_seat or candidate.with_movement):
            return position
    return None


def settle_side(candidate: Candidate, serves: str, position: str, layout: Layout, facts: Facts) -> str:
    """left, right, both or midline."""
    if candidate.is_midline:
        return "midline"
    if position == "side_lying":
        return layout.side_up or facts.painful[0]
    if candidate.fixed_side:
        return candidate.fixed_side
    one = len(facts.painful) == 1
    rule = candidate.sides.get(serves, "painful")
    if rule == "both":
        return "both"
    if rule == "opposite":
        return ("right" if facts.painful[0] == "left" else "left") if one else "right"
    if rule in ("one", "painful_one"):
        return facts.painful[0]
    return facts.painful[0] if one else "both"


def keep_safe(
    chosen: Sequence[Chosen], guard: Guard, layout: Layout, points: Mapping[str, Point]
) -> tuple[list[Chosen], list[tuple[Chosen, Stop | None]]]:
    """Splits into what may be done and what is left out, with its stop (None: not reachable in this position)."""
    kept: list[Chosen] = []
    out: list[tuple[Chosen, Stop | None]] = []
    for wished in chosen:
        item = wished
        if item.candidate.with_movement and not layout.movement:  # lying down, so without the movement
            positions = points[item.candidate.code].positions
            item = replace(item, candidate=replace(item.candidate, with_movement=False, positions=positions))
        position = item.position if item.position in layout.positions else _reach(item.candidate, layout)
        if position is None:
            out.append((item, None))
            continue
        side = item.side
        if position == "side_lying" and side != "midline":
            side = layout.side_up or side
        sides, stop = safe_sides(item.candidate, side, guard, points, position)
        if not sides:
            out.append((item, stop))
            continue
        if stop is not None and sides != side:
            out.append((Chosen(item.candidate, item.serves, side, position), stop))
        kept.append(Chosen(item.candidate, item.serves, sides, position))
    return kept, out


def safe_sides(
    candidate: Candidate, side: str, guard: Guard, points: Mapping[str, Point], position: str
) -> tuple[str, Stop | None]:
    """The side that may be needled ("" for none) and the gravest stop found. A barred limb moves to the other side."""
    wanted = BOTH if side == "both" else (side,)
    free: list[str] = []
    worst: Stop | None = None
    tried = list(wanted)
    if candidate.limb != "none" and len(wanted) == 1 and wanted[0] in BOTH and position != "side_lying":
        tried.append("right" if wanted[0] == "left" else "left")
    for one in tried:
        stop = stop_of(candidate, one, guard, points)
        if stop is None:
            free.append(one)
            if one in wanted and len(wanted) == 1:
                break
        elif worst is None or stop.severity > worst.severity:
            worst = stop
    if not free:
        return "", worst
    if side == "both" and len(free) == 2:
        return "both", None
    return free[0], worst


def stop_of(candidate: Candidate, side: str, guard: Guard, points: Mapping[str, Point]) -> Stop | None:
    """The gravest stop against needling this candidate on this side; None if it is allowed."""
    point = points[candidate.code]
    return gravest_stop(guard.against_needle(point, Place(candidate.region, candidate.limb, side)))
