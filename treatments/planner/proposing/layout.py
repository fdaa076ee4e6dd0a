"""Step 3, first half: the positions the patient lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from treatments.planner.facts import Facts
from treatments.planner.knowledge.tables import Site
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.vocabulary.body import UPRIGHT


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions the patient lies in, the one where most is done first."""

    positions: tuple[str, ...]
    side_up: str | None
    movement: bool


def lay_out(facts: Facts, sites: Sequence[Site], candidates: Sequence[Candidate], usual: str) -> tuple[Layout, Layout]:
    """Positions that suit the pain and this patient; at most two, one after the other. `usual`: without a place."""
    movement = any(candidate.with_movement for candidate in candidates)
    if not sites and "person:pregnant" in facts.words:
        usual = "side_lying"
    wished = sites[0].positions[0] if sites else usual
    outer_leg = "sciatica:gallbladder" in facts.words and "sciatica:bladder" not in facts.words
    # a girdle round the waist, not the ribs; stress needs the back itself (BL18)
    belt = not facts.words.isdisjoint({"channel:belt_vessel", "also:belt_vessel"}) and "site:low_back" in facts.words
    belt = belt and "branch:liver_qi_stagnation" not in facts.words
    side = "channel:gallbladder" in facts.words and not facts.words.isdisjoint({"site:hip_side", "site:head"})
    if (outer_leg or belt or side) and len(facts.painful) == 1 and not movement:
        wished = "side_lying"  # the whole lateral line is accessible
    actual = wished if _can_lie(wished, facts) else "side_lying"
    second = _second_position(wished, movement, facts)
    possible = second
    if second is not None and not _can_lie(second, facts):
        possible = "side_lying" if second == "prone" else None
    return _layout(wished, second, movement, facts), _layout(actual, possible, possible == UPRIGHT, facts)


def _can_lie(position: str, facts: Facts) -> bool:
    words = facts.words
    if position == "prone":
        return "condition.cannot_lie_prone" not in words and "person:pregnant" not in words
    if position == "supine":
        return "person:pregnant" not in words  # long on the back is uncomfortable, and later unsafe
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


def reach(candidate: Candidate, layout: Layout) -> str | None:
    """The position a candidate is needled in; sitting in a movement stage is only for points with movement."""
    for position in layout.positions:
        is_seat = layout.movement and position == UPRIGHT and position != layout.positions[0]
        if position in candidate.positions and (not is_seat or candidate.with_movement):
            return position
    return None
