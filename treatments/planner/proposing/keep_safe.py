"""Step 3, last part: what safety stops is left out; what is left may get its other side instead.

No other needle comes in for what is left out, so that a contraindication only ever removes points (decisions 0027,
0044); a job that no needle does any more is pressed instead, where the hand brings nothing new to mind (pressed.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from treatments.planner.knowledge.tables import Point
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.layout import Layout, reach
from treatments.planner.safety.guard import Guard, Place
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import gravest_stop

BOTH = ("left", "right")


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
            item = item._replace(candidate=replace(item.candidate, with_movement=False, positions=positions))
        position = item.position if item.position in layout.positions else reach(item.candidate, layout)
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


def make_up(
    kept: Sequence[Chosen], lost: int, jobs: Collection[str], guard: Guard, points: Mapping[str, Point]
) -> list[Chosen]:
    """For needles that safety took away: the other side of points that stay, where it brings no stop and no caution
    that its first side has not. First those that do one of the `jobs` that lost a needle, also on the trunk; then
    other points of arm and leg, best first."""
    both: set[str] = set()
    for is_in_kind in (True, False):
        for item in kept:
            candidate = item.candidate
            in_kind = not candidate.weights.keys().isdisjoint(jobs)
            if in_kind != is_in_kind or lost < candidate.needles or not _has_other_side(item, in_kind):
                continue
            other = "right" if item.side == "left" else "left"
            point = points[candidate.code]
            here, there = (
                set(guard.against_needle(point, Place(candidate.region, candidate.limb, side)))
                for side in (item.side, other)
            )
            if there <= here and not any(stop.most_mm for stop in there):  # what is shallow for safety stays one
                lost -= candidate.needles
                both.add(candidate.key)
    return [item._replace(side="both") if item.candidate.key in both else item for item in kept]


def _has_other_side(item: Chosen, is_in_kind: bool) -> bool:
    candidate = item.candidate
    return (
        item.side in BOTH
        and (candidate.limb != "none" or is_in_kind)
        and item.position != "side_lying"
        and not candidate.with_movement
        and candidate.code != "ASHI"
    )
