"""Step 3, over a course: which protocol is due at a visit, and what it changes since the visit before.

Nothing here looks at a condition: safety takes away afterwards, as at the first visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import Protocol, Worth
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.layout import Layout
from treatments.planner.treatment.items import Reason
from treatments.planner.treatment.proposal import CourseStep
from treatments.planner.vocabulary.signs import load_signs


def at_visit(order: Worth, protocols: Sequence[Protocol]) -> Worth:
    """What each job is worth at this visit."""
    if not protocols:
        return order
    worth = dict(order.worth)
    turn_cost = order.turn_cost
    for protocol in protocols:
        for job, times in protocol.times.items():
            if job in worth:
                worth[job] *= times
        turn_cost = turn_cost if protocol.turn_cost is None else protocol.turn_cost
    return order.model_copy(update={"worth": worth, "turn_cost": turn_cost})


def turned_over(layout: Layout, protocols: Sequence[Protocol]) -> Layout:
    """With the other face of the body first, where a protocol begins there."""
    if layout.movement or len(layout.positions) < 2 or not any(protocol.turns for protocol in protocols):
        return layout
    return replace(layout, positions=tuple(reversed(layout.positions)))


def visit_before(facts: Facts) -> Facts:
    """The facts of the visit before, as far as they follow from its number; the pain is taken as it is now."""
    visit = facts.visit - 1
    words = facts.words - {"course:second"}
    if visit == 1:
        words = (words - {"course:eased", "visit:later"}) | {"visit:first"}
    elif load_signs().course.is_second(visit):
        words |= {"course:second"}
    return replace(facts, words=words, visit=visit)


def step(facts: Facts, protocols: Sequence[Protocol], now: Sequence[Chosen], before: Sequence[Chosen]) -> CourseStep:
    """This visit in the course."""
    here, there = _places(now), _places(before)
    came = tuple(place for place in here if place not in there)
    went = tuple(place for place in there if place not in here)
    more = sum(item.cost for item in now) - sum(item.cost for item in before)
    return CourseStep(
        visit=facts.visit,
        protocol=tuple(protocol.id for protocol in protocols),
        name=name_of(protocols),
        came=came,
        went=went,
        # a protocol may change no needle: then nothing has a reason
        because=(reasons_of(protocols) or _of_the_course(facts, more)) if came or went else (),
    )


def _of_the_course(facts: Facts, more: int) -> tuple[Reason, ...]:
    """Why a visit without a protocol is not like the one before it. `more`: needles than at that one."""
    known = load_signs().course
    if facts.visit == 2:
        return (Reason("course.more", known.more, (known.source,)),) if more > 0 else ()
    return (Reason("course.back", known.back, (known.source,)),) if known.is_second(facts.visit - 1) else ()


def name_of(protocols: Sequence[Protocol]) -> str:
    return ", ".join(protocol.name for protocol in protocols)


def reasons_of(protocols: Sequence[Protocol]) -> tuple[Reason, ...]:
    return tuple(Reason(protocol.id, protocol.text, protocol.sources) for protocol in protocols)


def _places(items: Sequence[Chosen]) -> list[str]:
    return [f"{item.candidate.key} {item.side}" for item in items]
