"""Step 3, in another style: the same candidates and the same safety, other worths or fewer needles."""

from __future__ import annotations

from treatments.planner.knowledge.rules import Style, Worth
from treatments.planner.proposing import compose
from treatments.planner.proposing.layout import Layout


def in_style(order: Worth, style: Style | None) -> Worth:
    """What each job is worth in this style."""
    if style is None or not style.times:
        return order
    worth = {job: value * style.times.get(job, 1.0) for job, value in order.worth.items()}
    turn_cost = order.turn_cost if style.turn_cost is None else style.turn_cost
    return order.model_copy(update={"worth": worth, "turn_cost": turn_cost})


def needles_for(style: Style | None, work: compose.Work, layout: Layout, needles: int) -> int:
    """How many of the needles this style spends: all, or the fewest that serve everything which all of them serve."""
    if style is None or not style.fewest:
        return needles
    wanted = {item.serves for item in compose.choose(work, layout, needles)}
    for few in range(1, needles):
        if wanted <= {item.serves for item in compose.choose(work, layout, few)}:
            return few
    return needles
