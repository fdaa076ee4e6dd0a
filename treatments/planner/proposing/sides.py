"""Step 3: on which side a needle goes."""

from __future__ import annotations

from treatments.planner.facts import Facts
from treatments.planner.knowledge.tables import Serves
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.layout import Layout
from treatments.planner.vocabulary.facts import SCIATICA

LEG_PLACES = frozenset({"leg", "knee"})


class Sides:
    """Settles sides. Points of arm and leg that stand for the pattern, and those for pain on both sides, are needled on
    one side and crossed: one left, the next right. Their other side comes in as a needle of its own."""

    def __init__(self, layout: Layout, facts: Facts) -> None:
        self.layout = layout
        self.painful = facts.painful
        self.is_one = len(facts.painful) == 1
        self.legs_hurt = not LEG_PLACES.isdisjoint(facts.sites) or not SCIATICA.isdisjoint(facts.words)
        self.arms_hurt = "shoulder" in facts.sites
        self.next = _opposite(facts.painful[0]) if self.is_one else "left"

    def of(self, candidate: Candidate, serves: Serves, position: str) -> str:
        """left, right, both or midline."""
        if candidate.is_midline:
            return "midline"
        if position == "side_lying":
            return self.layout.side_up or self.painful[0]
        if candidate.fixed_side:
            return candidate.fixed_side
        rule = candidate.sides.get(serves, "painful")
        if rule == "opposite":
            return _opposite(self.painful[0]) if self.is_one else "right"
        if rule == "both" or (rule == "painful" and not self.is_one):
            if self.is_one and "local" in candidate.weights and candidate.limb != "none":
                return self.painful[0]  # it stands for the pattern, and beside the place that hurts
            return self._crossed() if self._is_crossed(candidate, rule) else "both"
        return self.painful[0]

    def other(self, candidate: Candidate, serves: Serves, side: str, position: str) -> str:
        """The side that a crossed point may get later; "" for none."""
        rule = candidate.sides.get(serves, "painful")
        wanted = rule == "both" or (rule == "painful" and not self.is_one)
        free = position != "side_lying" and not candidate.with_movement and not candidate.fixed_side
        return _opposite(side) if wanted and free and side in ("left", "right") else ""

    def _is_crossed(self, candidate: Candidate, rule: str) -> bool:
        if candidate.limb == "none":
            return False
        return rule == "both" or not (self.legs_hurt if candidate.limb == "leg" else self.arms_hurt)

    def _crossed(self) -> str:
        side, self.next = self.next, _opposite(self.next)
        return side


def _opposite(side: str) -> str:
    return "right" if side == "left" else "left"
