"""A proposal in progress: what every step looks at, and what is withheld along the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from intake.assessment import ClinicalPicture, Complaint
from treatments.planner.facts import Facts, facts_at, read_facts, with_suspicions
from treatments.planner.knowledge.compiled import Program, program_of
from treatments.planner.knowledge.matching import first, matching
from treatments.planner.knowledge.needle_sizes import needle_of
from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.regions import painful_sites
from treatments.planner.knowledge.rules import (
    DepthRule,
    PatientProfile,
    PlannerKnowledge,
    Protocol,
    Sensation,
    Style,
    Technique,
)
from treatments.planner.knowledge.tables import PointRule, Serves
from treatments.planner.proposing.candidates import Candidate, find_candidates
from treatments.planner.proposing.compose import Composed
from treatments.planner.proposing.quotes import Quotes, grounds_in
from treatments.planner.safety.contraindications import compiled_rows
from treatments.planner.safety.guard import Guard, build_guard
from treatments.planner.treatment.items import Needle, PlannedPoint
from treatments.planner.treatment.proposal import Withheld
from treatments.planner.vocabulary.facts import FINE_FACTS, OF_VISIT
from treatments.planner.vocabulary.signs import load_signs

PointKey = tuple[Candidate, Serves, str, str, str]  # and its side, technique and sensation


@dataclass(frozen=True)
class ProposalInProgress:
    """`facts` choose; `gentle`, which adds what the patient's own words raise, only makes milder. `style`: what to put
    first instead of what is usual. `withheld` and `composed` grow. `before`: the same at another visit of the course,
    from which is taken over what no rule tells apart; the picture is of the visit that was planned first."""

    picture: ClinicalPicture
    knowledge: PlannerKnowledge
    facts: Facts
    guard: Guard
    style: Style | None = None
    withheld: list[Withheld] = field(default_factory=list)
    composed: list[Composed] = field(default_factory=list)
    before: ProposalInProgress | None = None

    @cached_property
    def program(self) -> Program:
        return program_of(self.knowledge)

    @property
    def numbers(self) -> Numbers:
        return self.program.numbers

    @cached_property
    def gentle(self) -> Facts:
        return with_suspicions(self.facts, self.picture)

    @cached_property
    def quotes(self) -> Quotes:
        if self.before is not None and OF_VISIT.isdisjoint(load_signs().answers):
            return self.before.quotes
        return Quotes(self.picture, self.facts, grounds_in(self.knowledge))

    @cached_property
    def asked(self) -> Sequence[PointRule]:
        """The rules that ask for points."""
        return matching(self.program.rules, self.facts)

    @cached_property
    def candidates(self) -> Sequence[Candidate]:
        """Every point that is asked for; nothing may write to it."""
        if self.before is not None and self.before.asked == self.asked:
            return self.before.candidates
        return find_candidates(self.picture, self.facts, self.knowledge, self.program, self.asked)

    @cached_property
    def points(self) -> dict[PointKey, PlannedPoint]:
        """Points with all their parameters, by what of them may differ between visits."""
        before = self.before
        if (
            before is not None
            and before.candidates is self.candidates
            and before.guard is self.guard
            and before.quotes is self.quotes
            and before.depths == self.depths
        ):
            return before.points
        return {}

    @cached_property
    def profiles(self) -> Sequence[PatientProfile]:
        """The kinds of patient that match."""
        return matching(self.program.persons, self.gentle)

    @cached_property
    def protocols(self) -> Sequence[Protocol]:
        """Those due at this visit; at the first one none."""
        return matching(self.program.protocols, self.facts) if self.facts.visit > 1 else ()

    @cached_property
    def techniques(self) -> Sequence[Technique]:
        return matching(self.program.techniques, self.gentle)

    @cached_property
    def sensations(self) -> Sequence[Sensation]:
        return matching(self.program.sensations, self.facts)

    @cached_property
    def is_gentle(self) -> bool:
        """Whether nothing is reduced in this patient."""
        return first(self.program.gentle, self.gentle) is not None

    @cached_property
    def is_fine(self) -> bool:
        """Whether this patient is needled with fine needles."""
        return not FINE_FACTS.isdisjoint(self.gentle.words)

    def needle_of(self, region: str, depth: int) -> Needle:
        """The needle for a place and a depth."""
        known = self.program.needles
        key = (region, depth, self.is_fine)
        if key not in known:
            known[key] = needle_of(region, depth, self.knowledge, self.is_fine)
        return known[key]

    @cached_property
    def depths(self) -> Sequence[DepthRule]:
        return matching(self.program.depths, self.gentle)

    def without_needles(self) -> ProposalInProgress:
        """Marks a plan without needles from here on: rules may ask for it."""
        return replace(self, facts=replace(self.facts, words=self.facts.words | {"needles:none"}))

    def at_visit(self, visit: int, complaint: Complaint) -> ProposalInProgress:
        """The same at another visit; of the complaint nothing but the pain is another."""
        facts = facts_at(self.facts, visit, complaint)
        guard = self.guard
        if not compiled_rows(self.knowledge).words.isdisjoint(facts.words ^ self.facts.words):
            guard = build_guard(self.picture, facts, self.knowledge, guard.field_regions)
        return ProposalInProgress(self.picture, self.knowledge, facts, guard, self.style, before=self)


def begin(picture: ClinicalPicture, knowledge: PlannerKnowledge, style: Style | None = None) -> ProposalInProgress:
    facts = read_facts(picture)
    regions = frozenset(region for site in painful_sites(facts, knowledge) for region in site.regions)
    return ProposalInProgress(picture, knowledge, facts, build_guard(picture, facts, knowledge, regions), style)
