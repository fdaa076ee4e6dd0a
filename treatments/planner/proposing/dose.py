"""How often and how long: by phase and goal first (dose.toml, `dose`), by constitution second (`sparing`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from treatments.planner.knowledge.matching import first
from treatments.planner.knowledge.rules import PhaseAt, Sparing
from treatments.planner.proposing.in_progress import ProposalInProgress
from treatments.planner.treatment.items import Dose, Phase


def plan_dose(plan: ProposalInProgress) -> Dose:
    rule = first(plan.program.doses, plan.facts)
    assert rule is not None, "the last dose rule holds always; check_knowledge proves it"
    sparing = first(plan.program.sparings, plan.facts)
    phases = tuple(Phase(phase.per_week, phase.weeks) for phase in rule.phases)
    because = (plan.quotes.reason(rule),)
    spared = phases if sparing is None else spread(rule.phases, sparing)
    if sparing is None or spared == phases:
        return Dose(phases=phases, review_at=rule.review_at, because=because)
    visits = sum(phase.per_week * phase.weeks for phase in spared)
    at = reviews(sparing.review_at, visits)
    usual = tuple(reason._replace(text=f"What would be usual. {reason.text}") for reason in because)
    return Dose(phases=spared, review_at=at, because=(*usual, plan.quotes.reason(sparing)))


def spread(phases: Sequence[PhaseAt], sparing: Sparing) -> tuple[Phase, ...]:
    """The same visits further apart; those that would come after `most_weeks` are left out."""
    found: list[Phase] = []
    left = sparing.most_weeks
    for phase in phases:
        often = min(phase.per_week, sparing.most_per_week)
        weeks = min(-(-phase.per_week * phase.weeks // often), left)
        left -= weeks
        if weeks and found and found[-1].per_week == often:
            found[-1] = Phase(often, found[-1].weeks + weeks)
        elif weeks:
            found.append(Phase(often, weeks))
    return tuple(found)


def reviews(at: Iterable[int], visits: int) -> tuple[int, ...]:
    """When the result is looked at, in a course that may have become shorter: the last visit instead of later ones."""
    return tuple(dict.fromkeys(min(visit, visits) for visit in at))
