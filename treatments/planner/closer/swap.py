"""substitutes(): what another point in the place of one would keep, and what it would leave uncovered.

A substitute is a point that some rule asks for in this patient, needled in the same position, and with which the safety
review finds nothing that it did not find before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from clinic.lib.loose import fresh
from intake.assessment import ClinicalPicture
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.in_progress import ProposalInProgress
from treatments.planner.proposing.keep_safe import safe_sides
from treatments.planner.proposing.layout import Layout
from treatments.planner.proposing.offers import Key, Offer
from treatments.planner.proposing.parameters import plan_point
from treatments.planner.proposing.propose import worked_out
from treatments.planner.proposing.sides import Sides
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.review.review import review
from treatments.planner.treatment.shapes import PointJson, StageJson, TreatmentJson
from treatments.planner.vocabulary.severity import is_stop

BEST = 2

Swapped = Callable[[TreatmentJson, PointJson], TreatmentJson]


@dataclass(frozen=True, slots=True)
class Substitute:
    """`key` names it among the candidates; `keeps`, `leaves`: the jobs of the old point that it does, and does not."""

    key: str
    point: PointJson
    keeps: tuple[Key, ...]
    leaves: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """`alone`: the jobs that no other needle of the plan does; `current`: pairs that lose an end."""

    alone: tuple[Key, ...]
    current: tuple[tuple[str, str], ...]
    best: tuple[Substitute, ...]


def substitutes(
    treatment: TreatmentJson,
    stage: int,
    place: int,
    swapped: Swapped,
    picture: ClinicalPicture,
    knowledge: PlannerKnowledge,
    most: int = BEST,
) -> Swap:
    """The best substitutes for one point of a treatment. ``swapped``: the treatment with another point in its place."""
    here = treatment["stages"][stage]
    old = here["points"][place]
    pairs = tuple((a, b) for item in here["electro"] for a, b in item["leads"] if old["code"] in (a, b))
    _, plan = worked_out(picture, knowledge)
    if not plan.composed:
        return Swap((), pairs, ())
    composed = plan.composed[-1]
    others = [point for one in treatment["stages"] for point in one["points"] if point is not old]
    positions = tuple(dict.fromkeys((here["position"], *(one["position"] for one in treatment["stages"]))))
    everywhere = Layout(positions, here["side_up"], movement=False)
    offers = replace(composed.work, cost=0.0, pairs=()).offers(everywhere)
    done: dict[Key, float] = {}
    for key in _keys(others):
        for earning in offers[key].earnings if key in offers else ():
            for job in earning.keys:
                done[job] = done.get(job, 0.0) + earning.counts
    alone = _alone(_keys([old]), offers, done)
    in_position = Layout((here["position"],), here["side_up"], movement=False)
    open_to = replace(composed.work, cost=0.0, pairs=()).offers(in_position)
    used = {point["code"] for point in others} | {old["code"]}
    ranked = sorted(
        (offer for offer in open_to.values() if _may_stand_in(offer.candidate, used)),
        key=lambda offer: (-_regained(offer, alone), -offer.gain(done), offer.candidate.key),
    )
    best: list[Substitute] = []
    before = _found(treatment, picture, knowledge)
    sides = Sides(in_position, plan.facts)
    for offer in ranked:
        item = _planned(offer, here, plan, sides)
        if item is not None and _found(swapped(treatment, item), picture, knowledge) <= before:
            jobs = frozenset(_jobs(offer))
            keeps = tuple(job for job in alone if job in jobs)
            best.append(Substitute(offer.candidate.key, item, keeps, tuple(job for job in alone if job not in jobs)))
            if len(best) == most:
                break
    return Swap(tuple(alone), pairs, tuple(best))


def _keys(points: Iterable[PointJson]) -> list[str]:
    """The keys of candidates, as the planner names them."""
    return [
        f"{point['code']} {extra}".strip()
        for point in points
        for extra in (point.get("levels") or [point.get("where", "")])
    ]


def _alone(keys: Iterable[str], offers: Mapping[str, Offer], done: Mapping[Key, float]) -> dict[Key, float]:
    """The jobs of these that nothing else does, with what each is worth; the most important first."""
    found: dict[Key, float] = {}
    for key in keys:
        for earning in offers[key].earnings if key in offers else ():
            job = earning.keys[0]
            if done.get(job, 0.0) < 1.0:
                found[job] = max(found.get(job, 0.0), earning.value)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _regained(offer: Offer, alone: Mapping[Key, float]) -> float:
    return sum(alone[job] for job in set(_jobs(offer)) if job in alone)


def _jobs(offer: Offer) -> list[Key]:
    return [job for earning in offer.earnings for job in earning.keys]


def _may_stand_in(candidate: Candidate, used: set[str]) -> bool:
    """A tender point must be found first, and a point with movement has a stage of its own."""
    return candidate.code not in used and candidate.code != "ASHI" and not candidate.with_movement


def _planned(offer: Offer, stage: StageJson, plan: ProposalInProgress, sides: Sides) -> PointJson | None:
    """The substitute as the planner would needle it; None if it is stopped on every side."""
    candidate, position = offer.candidate, stage["position"]
    side = sides.of(candidate, offer.serves, position)
    safe, _ = safe_sides(candidate, side, plan.guard, plan.knowledge.points, position)
    if not safe:
        return None
    return fresh(plan_point(plan, Chosen(candidate, offer.serves, safe, position)).as_json())


def _found(treatment: TreatmentJson, picture: ClinicalPicture, knowledge: PlannerKnowledge) -> set[str]:
    """What the safety review says. A stop counts once for each item, a caution once for each rule."""
    return {_said(alert) for alert in review(treatment, picture, knowledge) if alert.level != "note"}


def _said(alert: ReviewAlert) -> str:
    return alert.stamp if is_stop(alert.level) else alert.code
