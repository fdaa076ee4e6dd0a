"""why_not(): why a point is not in the proposal, what beat it, and which single answer would bring it in.

Nothing here is worked out a second time: the proposal is made as always, and every answer named was proposed with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from intake.assessment import Case, ClinicalPicture, IntakeKnowledge, assess
from treatments.planner.closer.elsewhere import findings_elsewhere
from treatments.planner.facts import Facts, read_facts
from treatments.planner.knowledge.compiled import program_of
from treatments.planner.knowledge.matching import matching
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Point, PointRule
from treatments.planner.proposing.compose import Composed
from treatments.planner.proposing.in_progress import ProposalInProgress, begin
from treatments.planner.proposing.layout import reach
from treatments.planner.proposing.offers import Key, Offer
from treatments.planner.proposing.propose import needles_of, worked_out
from treatments.planner.proposing.what_if import assuming
from treatments.planner.safety.guard import Place
from treatments.planner.safety.stops import Stop
from treatments.planner.safety.withholding import gravest_stop
from treatments.planner.treatment.items import Reason
from treatments.planner.treatment.proposal import Proposal

ANSWERS = 3  # named at most
SAFETY = ("flag.", "condition.", "wish.")  # never assuming present: nobody wishes for a danger to get a point
PLACES = ("site.", "side.", "radiation.", "complaint.")

State = Literal["in_plan", "never", "no_plan", "no_needles", "withheld", "not_asked", "out_of_reach", "beaten"]


@dataclass(frozen=True, slots=True)
class Rival:
    """A needle of the proposal that does a job the point would have done."""

    code: str
    job: Key


@dataclass(frozen=True, slots=True)
class Missing:
    """A rule that names the point, and what it still waits for; `none`: what is so and keeps it silent."""

    rule: PointRule
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One finding answered otherwise, with which the point is in the proposal."""

    finding: str
    value: bool


@dataclass(frozen=True, slots=True)
class WhyNot:
    """`place`, `needles`: the needle it would be, of how many. `answers` are proved; empty: no single one does it."""

    point: Point
    state: State
    because: tuple[Reason, ...] = ()
    stop: Stop | None = None
    place: int = 0
    needles: int = 0
    rivals: tuple[Rival, ...] = ()
    waits: tuple[Missing, ...] = ()
    positions: tuple[str, ...] = ()  # of the plan
    answers: tuple[Answer, ...] = ()


def why_not(code: str, picture: ClinicalPicture, intake: IntakeKnowledge, knowledge: PlannerKnowledge) -> WhyNot:
    """What the planner has to say about one point of the book for this patient."""
    proposal, plan = worked_out(picture, knowledge)
    found = _found(knowledge.points[code], proposal, plan)
    if found.state in ("in_plan", "never"):
        return found
    answers = []
    for answer in _answers(picture.case, intake):
        if _brings_in(code, answer, picture, plan.facts, intake, knowledge):
            answers.append(answer)
            if len(answers) == ANSWERS:
                break
    return replace(found, answers=tuple(answers))


def is_needled(code: str, proposal: Proposal) -> bool:
    treatment = proposal.treatment
    return treatment is not None and any(point.code == code for stage in treatment.stages for point in stage.points)


def _found(point: Point, proposal: Proposal, plan: ProposalInProgress) -> WhyNot:
    code = point.code
    if proposal.treatment is None:
        return WhyNot(point, "never" if point.use == "never" else "no_plan")
    for stage in proposal.treatment.stages:
        for planned in stage.points:
            if planned.code == code:
                return WhyNot(point, "in_plan", planned.because)
    if point.use == "never":
        return WhyNot(point, "never")
    waits = tuple(_missing(rule, plan.facts) for rule in plan.knowledge.rules if _names(rule, code))
    stop = _stop(point, plan)
    if not plan.composed:
        return WhyNot(point, "no_needles", stop=stop, waits=waits)
    composed = plan.composed[-1]
    mine = [candidate for candidate in composed.work.candidates if candidate.code == code]
    asked = matching(plan.program.rules, plan.facts)
    because = tuple(Reason(rule.id, rule.text, rule.sources) for rule in asked if _names(rule, code))
    if stop is not None and (mine or because):
        return WhyNot(point, "withheld", because, stop, waits=waits)
    if not mine:
        return WhyNot(point, "not_asked", stop=stop, waits=tuple(sorted(waits, key=_distance)[:ANSWERS]))
    if all(reach(candidate, composed.actual) is None for candidate in mine):
        return WhyNot(point, "out_of_reach", because, stop, positions=composed.actual.positions)
    place, rivals = _beaten(code, composed)
    if place <= composed.needles:  # reachable only by a turn of the body, which it alone is not worth
        return WhyNot(point, "out_of_reach", because, stop, positions=composed.actual.positions[:1])
    return WhyNot(point, "beaten", because, stop, place, composed.needles, rivals)


def _names(rule: PointRule, code: str) -> bool:
    return any(choice.code == code for choice in rule.points)


def _stop(point: Point, plan: ProposalInProgress) -> Stop | None:
    """What stops it: on either side, where only one limb may be barred."""
    sides = ("left", "right") if point.limb != "none" and plan.guard.is_one_sided else plan.facts.painful[:1]
    stops = [gravest_stop(plan.guard.against_needle(point, Place(point.region, point.limb, side))) for side in sides]
    return stops[0] if all(stops) else None


def _missing(rule: PointRule, facts: Facts) -> Missing:
    words = facts.words
    any_ = () if not rule.when.any or not words.isdisjoint(rule.when.any) else rule.when.any
    return Missing(
        rule,
        tuple(word for word in rule.when.all if word not in words),
        tuple(any_),
        tuple(word for word in rule.when.none if word in words),
    )


def _distance(missing: Missing) -> tuple[int, str]:
    return len(missing.all) + bool(missing.any) + len(missing.none), missing.rule.id


def _beaten(code: str, composed: Composed) -> tuple[int, tuple[Rival, ...]]:
    """The needle it would be in the order of what they earn (0: in none), and who does its jobs instead."""
    work = composed.work
    sequence, layout = work.ranked(composed.ideal, most=len(work.candidates) * 8)
    place, needles = 0, 0
    for item in sequence:
        needles += item.cost
        if item.candidate.code == code:
            place = needles
            break
    offers = work.offers(layout)
    best = max(
        (offer for offer in offers.values() if offer.candidate.code == code),
        key=lambda offer: (offer.gain({}), offer.candidate.key),
        default=None,
    )
    return place, _rivals(best, offers, composed) if best else ()


def _rivals(mine: Offer, offers: Mapping[str, Offer], composed: Composed) -> tuple[Rival, ...]:
    """For each of its jobs, what it earns most at first, the needles of the plan that do the same."""
    found: dict[str, Rival] = {}
    for earning in sorted(mine.earnings, key=lambda earning: -earning.value):
        for job in earning.keys:
            for item in composed.kept:
                offer = offers.get(item.candidate.key)
                if offer is not None and offer.candidate.code != mine.candidate.code and job in _jobs(offer):
                    found.setdefault(item.candidate.code, Rival(item.candidate.code, job))
    return tuple(found.values())


def _jobs(offer: Offer) -> frozenset[Key]:
    return frozenset(key for earning in offer.earnings for key in earning.keys)


def _answers(case: Case, intake: IntakeKnowledge) -> Iterator[Answer]:
    """Every single answer that may be assuming: first what nobody has asked, then what is known otherwise; where it
    hurts comes last."""
    elsewhere = findings_elsewhere(case.complaint.id)
    order = sorted((one for one in intake.order if one not in elsewhere), key=lambda one: one.startswith(PLACES))
    for finding in order:
        if case.is_unknown(finding):
            yield Answer(finding, not finding.startswith(SAFETY))
    for finding in order:
        if case.is_present(finding):
            yield Answer(finding, False)
    for finding in order:
        if case.is_absent(finding) and not finding.startswith(SAFETY):
            yield Answer(finding, True)


def _brings_in(
    code: str,
    answer: Answer,
    before: ClinicalPicture,
    facts: Facts,
    intake: IntakeKnowledge,
    knowledge: PlannerKnowledge,
) -> bool:
    changed = assuming(before.case, {answer.finding: answer.value}, intake)
    picture = ClinicalPicture(changed, assess(changed, intake, is_asking=False), before.is_by_hand)
    after = read_facts(picture)
    if picture.action == before.action and after.words ^ facts.words <= {answer.finding} - words_used(knowledge):
        return False  # nothing follows from it, and nothing looks at it: the proposal is the same
    asked = matching(program_of(knowledge).rules, after)
    if code != "ASHI" and not any(_names(rule, code) for rule in asked):
        return False  # no rule asks for it then either: no need to propose
    return any(point.code == code for stage in needles_of(begin(picture, knowledge)) for point in stage.points)


@lru_cache(maxsize=4)
def words_used(knowledge: PlannerKnowledge) -> frozenset[str]:
    """Every fact and finding that a rule or a contraindication looks at."""
    whens = [rule.when for rule in knowledge.every_rule()]
    findings: set[str] = set()
    for row in knowledge.contraindications:
        whens.append(row.when)
        findings.update(row.findings)
        if row.gate is not None:
            whens.append(row.gate.when)
            findings.update((row.gate.ask, *row.gate.ruled_out_by))
    return frozenset(findings.union(*((*when.all, *when.any, *when.none) for when in whens)))
