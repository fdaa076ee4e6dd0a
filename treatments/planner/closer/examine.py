"""worth_examining(): which places to press and which tests would change this plan most.

Each is tried both ways, as found and as not found; what counts is how much of the plan differs then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from intake.assessment import Case, ClinicalPicture, IntakeKnowledge, assess
from intake.assessment.case import AshiPlace
from treatments.planner.closer.elsewhere import findings_elsewhere
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.regions import painful_sites
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing.propose import propose
from treatments.planner.proposing.what_if import WhatIf, assuming, compared
from treatments.planner.treatment.proposal import Proposal
from treatments.planner.vocabulary.body import EX_B2_LEVELS

PRESSED, TESTS = 3, 2
GROUPS = {"press": ("palpation.",), "test": ("exam.", "motion.")}
NO_PLAN = 100  # a plan that would not be made at all outweighs every needle

Kind = Literal["press", "test"]
Subject = Literal["finding", "level", "tender"]


@dataclass(frozen=True, slots=True)
class Examination:
    """`subject` says what `id` names: a finding, a level of the spine, or a place to look for a tender point.
    `found` and `not_found`: what the plan would then be; `changes`: items that differ in the one that changes more."""

    kind: Kind
    subject: Subject
    id: str
    changes: int
    found: WhatIf
    not_found: WhatIf | None  # None: not finding it is what the plan stands on now


def worth_examining(
    picture: ClinicalPicture, intake: IntakeKnowledge, knowledge: PlannerKnowledge
) -> tuple[Examination, ...]:
    """At most three places to press and two tests, those that change most first; those that change nothing are not
    among them."""
    now = propose(picture, knowledge)
    tried: list[tuple[int, Kind, Subject, str, Case, Case | None]] = []
    for kind, subject, name, yes, no in _possible(picture, intake, knowledge):
        changes = max(_differing(now, _proposed(case, intake, knowledge)) for case in (yes, no) if case is not None)
        tried.append((changes, kind, subject, name, yes, no))
    best: list[Examination] = []
    for wanted, most in (("press", PRESSED), ("test", TESTS)):
        of_kind = sorted((one for one in tried if one[0] and one[1] == wanted), key=lambda one: (-one[0], one[3]))
        for changes, kind, subject, name, yes, no in of_kind[:most]:
            found = compared(now, _proposed(yes, intake, knowledge, is_asking=True))
            not_found = None if no is None else compared(now, _proposed(no, intake, knowledge, is_asking=True))
            best.append(Examination(kind, subject, name, changes, found, not_found))
    return tuple(best)


def _possible(
    picture: ClinicalPicture, intake: IntakeKnowledge, knowledge: PlannerKnowledge
) -> Iterator[tuple[Kind, Subject, str, Case, Case | None]]:
    """Everything not examined yet, with the case in which it is found and that in which it is not."""
    case = picture.case
    elsewhere = findings_elsewhere(case.complaint.id)
    for kind, groups in GROUPS.items():
        for finding in intake.order:
            if finding.startswith(groups) and case.is_unknown(finding) and finding not in elsewhere:
                yes, no = (assuming(case, {finding: answer}, intake) for answer in (True, False))
                yield kind, "finding", finding, yes, no  # type: ignore[misc]
    facts = read_facts(picture)
    sites = painful_sites(facts, knowledge)
    for level in dict.fromkeys(level for site in sites for level in site.levels):
        if level in EX_B2_LEVELS and level not in case.levels:
            yield "press", "level", level, replace(case, levels=(*case.levels, level)), None
    told = {place.where for place in case.palpation}
    for where in dict.fromkeys(where for site in sites for where in site.ashi):
        if where not in told:
            side = facts.painful[0] if len(facts.painful) == 1 else "both"
            tender = AshiPlace(where, side)
            yield "press", "tender", where, replace(case, palpation=(*case.palpation, tender)), None


def _proposed(case: Case, intake: IntakeKnowledge, knowledge: PlannerKnowledge, *, is_asking: bool = False) -> Proposal:
    return propose(ClinicalPicture(case, assess(case, intake, is_asking=is_asking)), knowledge)


def _differing(before: Proposal, after: Proposal) -> int:
    """How many items of the plan come or go."""
    if (before.treatment is None) != (after.treatment is None):
        return NO_PLAN
    old, new = _items(before), _items(after)
    return ((old - new) + (new - old)).total()


def _items(proposal: Proposal) -> Counter[str]:
    treatment = proposal.treatment
    if treatment is None:
        return Counter()
    points = [
        f"{point.code} {place} {point.side}"
        for stage in treatment.stages
        for point in stage.points
        for place in (point.levels or (point.where,))
    ]
    points += [f"{item.kind} {item.where}" for item in treatment.adjuncts]
    points += [f"current {pair}" for stage in treatment.stages for item in stage.electro for pair in item.leads]
    return Counter(points)
