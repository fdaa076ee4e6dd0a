"""What safety took every needle from is pressed instead: a job of the plan that no needle does any more.

Only by hand, only where pressing meets no stop, and no caution that the needles of the plan do not bring already; so a
contraindication still never makes a plan bolder. What the hand does stands in adjuncts.toml (`needles:fewer`).
"""

from __future__ import annotations

from dataclasses import replace

from treatments.planner.knowledge.besides import AdjunctRule
from treatments.planner.knowledge.matching import matching
from treatments.planner.proposing.in_progress import ProposalInProgress
from treatments.planner.proposing.offers import Offer
from treatments.planner.safety.guard import Place
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import stops_at
from treatments.planner.treatment.items import Adjunct, PointRef
from treatments.planner.vocabulary.body import HEAD, Side

FEWER = "needles:fewer"
PRESSURE = "acupressure"


def pressed_instead(plan: ProposalInProgress) -> tuple[Adjunct, ...]:
    """One item with a point for each job that lost all its needles; nothing where every job still has one."""
    composed = plan.composed[-1] if plan.composed else None
    if composed is None or not composed.kept or not composed.lost:
        return ()
    done = {job for item in composed.kept for job in item.candidate.weights}
    lost = [job for job in composed.work.order.worth if job in composed.lost and job not in done]
    rule = _rule(plan) if lost else None
    if rule is None:
        return ()
    offers = composed.work.offers(composed.ideal).values()
    used = {item.candidate.code for item in composed.kept}
    known = {stop.row for item in composed.kept for stop in _against(plan, item.candidate.code, item.side)}
    refs: list[PointRef] = []
    for job in lost:
        serving = [offer for offer in offers if job in offer.candidate.weights]
        serving.sort(key=lambda offer: (-offer.candidate.weights[job], offer.candidate.key))
        ref = next((found for offer in serving if (found := _pressed(plan, offer, used, known))), None)
        if ref is not None:
            refs.append(ref)
            used.add(ref.code)
    if not refs:
        return ()
    item = Adjunct(
        kind=PRESSURE,
        detail=rule.detail,
        where=rule.where,
        minutes=rule.minutes,
        because=(plan.quotes.reason(rule),),
        points=tuple(refs),
        from_visit=rule.from_visit,
        size=rule.size,
        order=rule.order,
    )
    return (item,)


def _rule(plan: ProposalInProgress) -> AdjunctRule | None:
    fewer = replace(plan.facts, words=plan.facts.words | {FEWER})
    fitting = [rule for rule in matching(plan.program.adjuncts, fewer) if FEWER in rule.when.all]
    live = [rule for rule in fitting if rule.id not in plan.knowledge.silent]
    return max(live, key=lambda rule: (rule.weight, rule.id), default=None)


def _pressed(plan: ProposalInProgress, offer: Offer, used: set[str], known: set[str]) -> PointRef | None:
    """The point on the side that hurts, if the hand may press it there and brings nothing new to mind."""
    candidate = offer.candidate
    if candidate.code in used or candidate.code in ("ASHI", "EX-B2") or candidate.region in HEAD:
        return None
    side: Side = "midline" if candidate.is_midline else "left" if plan.facts.painful[0] == "left" else "right"
    stops = stops_at(plan.knowledge.points[candidate.code], side, PRESSURE, plan.guard, PRESSURE)
    return None if any(stop.is_stop or stop.row not in known for stop in stops) else PointRef(candidate.code, side)


def _against(plan: ProposalInProgress, code: str, side: str) -> tuple[Stop, ...]:
    point = plan.knowledge.points[code]
    return plan.guard.against_needle(point, Place(point.region, point.limb, side))
