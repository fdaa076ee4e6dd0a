"""Class, branch and root from what is believed, and the evidence for each, with how much it speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from intake.assessment.belief import Belief, is_old
from intake.assessment.case import Case
from intake.assessment.facts import Facts
from intake.assessment.knowledge.load import IntakeKnowledge
from intake.assessment.knowledge.signs import Sign
from intake.assessment.result import AxisScore, Evidence, PatternScore

MISSING_SHOWN = 6
_WEIGHT = attrgetter("weight")
Places = frozenset[int]  # in the list of patterns

# Why a pattern cannot lead, as shown to the practitioner.
UNLIKELY = "not likely enough"
FEW_FINDINGS = "too few different findings"
NEVER_ALONE = "tongue and pulse alone never decide"
NO_OWN_SIGN = "none of its own signs"
TOO_OLD = "only while it is fresh"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`held_back`: for each pattern why it cannot lead, None if it can."""

    picture_class: str
    branch: str | None
    root: str | None
    held_back: tuple[str | None, ...]


def judge(belief: Belief, case: Case, facts: Facts, knowledge: IntakeKnowledge) -> Verdict:
    """The class that is more likely than not, and the most likely pattern of each role that the class has room for."""
    limits = knowledge.patterns
    old, days = is_old(case, knowledge), case.complaint.duration_days
    voting = [0] * len(knowledge.pattern_ids)
    enough_alone = [0] * len(knowledge.pattern_ids)
    for sign in belief.found:
        for index in sign.voters:
            voting[index] += 1
            enough_alone[index] += not sign.never_alone
    held_back = tuple(
        [_held_back(i, voting[i], enough_alone[i], belief, facts, old, days, knowledge) for i in range(len(voting))]
    )
    best = max(belief.classes, key=lambda name: belief.classes[name])
    statements = {sign.said for sign in belief.found if sign.voters}
    enough = len(statements) >= limits.min_statements and not all(sign.never_alone for sign in belief.found)
    if belief.classes[best] < limits.min_class or not enough:
        return Verdict("undetermined", None, None, held_back)
    is_below = limits.min_underlying
    ids = knowledge.pattern_ids
    return Verdict(
        picture_class=best,
        branch=_lead(ids, knowledge.branches, belief, held_back, 0 if best != "deficiency" else is_below),
        root=_lead(ids, knowledge.roots, belief, held_back, 0 if best != "stagnation" else is_below),
        held_back=held_back,
    )


def _held_back(
    index: int,
    voting: int,
    enough_alone: int,
    belief: Belief,
    facts: Facts,
    old: bool,
    days: int | None,
    knowledge: IntakeKnowledge,
) -> str | None:
    """`voting`: how many signs speak for the pattern; `enough_alone`: how many of them could decide by themselves."""
    limits = knowledge.patterns
    if voting < limits.min_findings:
        return FEW_FINDINGS
    if not enough_alone:
        return NEVER_ALONE
    pattern = limits.pattern[knowledge.pattern_ids[index]]
    is_own = not pattern.gate or not facts.present.isdisjoint(pattern.gate)
    if not is_own and not (old and not facts.present.isdisjoint(pattern.gate_old_injury)):
        return NO_OWN_SIGN
    if pattern.within_days is not None and (days is None or days > pattern.within_days):
        return TOO_OLD
    return UNLIKELY if belief.patterns[index] < limits.min_pattern else None


def _lead(
    ids: tuple[str, ...],
    indices: Iterable[int],
    belief: Belief,
    held_back: tuple[str | None, ...],
    at_least: float,
) -> str | None:
    """The most likely pattern of a role that can lead, if any of the role is likely enough."""
    indices = tuple(indices)
    able = [i for i in indices if held_back[i] is None]
    if not able or sum(belief.patterns[i] for i in indices) < at_least:
        return None
    return ids[max(able, key=lambda i: belief.patterns[i])]  # if equal, the first in the list


def axis_scores(
    belief: Belief, verdict: Verdict, facts: Facts, knowledge: IntakeKnowledge
) -> tuple[AxisScore, AxisScore]:
    """Stagnation and deficiency: how likely each is, in percent, and why."""
    answered = {sign.topic for sign in belief.found}  # someone who reported an accident is not asked about lifting
    known = facts.absent | facts.present
    still_open = [s for s in knowledge.signs if s.strong and s.finding not in known and s.topic not in answered]

    def axis(chance: float, own: Places, other: Places, leads: tuple[str | None, ...]) -> AxisScore:
        places = [knowledge.pattern_ids.index(name) for name in leads if name is not None]
        return AxisScore(
            score=percent(chance),
            for_=_sorted(e for s in belief.found if (e := _most(s, own, places, knowledge)) is not None),
            against=_sorted(_elsewhere(belief.found, own, other, places, knowledge))
            + _sorted(_lacking(belief.missing, own, knowledge)),
            missing=tuple(s.finding for s in still_open if not own.isdisjoint(s.strong)),
        )

    leads = (verdict.branch, verdict.root)
    branches, roots = frozenset(knowledge.branches), frozenset(knowledge.roots)
    return (
        axis(belief.stagnation, branches, roots, leads),
        axis(belief.deficiency, roots, branches, leads),
    )


def _most(sign: Sign, indices: Places, leads: list[int], knowledge: IntakeKnowledge) -> Evidence | None:
    """What a sign says for a role: for its leading pattern if it speaks for that, else for the pattern it fits best."""
    best = _loudest(sign, indices)
    if best is None:
        return None
    for lead in leads:
        if lead in indices and lead in sign.voters:
            best = lead
    return _for_role(sign, best, knowledge.pattern_ids[best])


@lru_cache(maxsize=4096)
def _loudest(sign: Sign, indices: Places) -> int | None:
    """The pattern of a role that a sign fits best, of those it speaks for."""
    return max((i for i in sign.voters if i in indices), key=sign.times, default=None)


@lru_cache(maxsize=4096)
def _for_role(sign: Sign, place: int, pattern: str) -> Evidence:
    """What a sign says for a role, with the pattern it says it for; made once."""
    return Evidence(sign.finding, sign.says[place], pattern=pattern)


def _elsewhere(
    found: Iterable[Sign],
    own: Places,
    other: Places,
    leads: list[int],
    knowledge: IntakeKnowledge,
) -> Iterator[Evidence]:
    """What speaks for the other role alone, and what is rarer in the patterns of this one."""
    for sign in found:
        if not own.isdisjoint(sign.voters):
            continue
        evidence = _most(sign, other, leads, knowledge)
        if evidence is None:
            rarest = min(sorted(own), key=sign.times)
            if sign.times(rarest) >= 1:
                continue
            evidence = _for_role(sign, rarest, knowledge.pattern_ids[rarest])
        yield evidence


def _lacking(missing: Iterable[Sign], indices: Places, knowledge: IntakeKnowledge) -> Iterator[Evidence]:
    """Strong signs of a role that were asked for and are not there."""
    for sign in missing:
        able = [i for i in sign.strong if i in indices]
        if able:
            best = max(able, key=sign.times)
            yield Evidence(sign.finding, sign.lacks[best], False, knowledge.pattern_ids[best])


def pattern_scores(
    belief: Belief, verdict: Verdict, facts: Facts, knowledge: IntakeKnowledge, picture_class: str,
    leads: tuple[str | None, str | None],
) -> tuple[PatternScore, ...]:  # fmt: skip
    """Every pattern that something speaks for or that leads. The leads come first, and of two the branch in a
    stagnation, the root in a deficiency, else the likelier; then the others by how likely they are."""
    spoken = _spoken(belief, len(knowledge.pattern_ids))
    answered = {sign.topic for sign in belief.found}
    known = facts.present | facts.absent
    scores = {
        index: _pattern(index, spoken[index], answered, known, belief, verdict, facts, knowledge, leads)
        for index, name in enumerate(knowledge.pattern_ids)
        if name in leads or spoken[index].votes
    }
    first = {"stagnation": "branch", "deficiency": "root"}.get(picture_class)

    def rank(index: int) -> tuple[bool, bool, float]:
        score = scores[index]
        return not score.is_lead, score.is_lead and first is not None and score.role != first, -belief.patterns[index]

    return tuple(scores[index] for index in sorted(scores, key=rank))


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What speaks for one pattern, what is rarer with it, and what it would bring and is not there."""

    votes: list[Evidence]
    opposed: list[Evidence]
    lacking: list[Evidence]


def _spoken(belief: Belief, patterns: int) -> list[_Spoken]:
    """Of every pattern, in one walk over the signs."""
    spoken = [_Spoken([], [], []) for _ in range(patterns)]
    for sign in belief.found:
        votes, opposed, _ = _of_patterns(sign)
        for index, evidence in votes:
            spoken[index].votes.append(evidence)
        for index, evidence in opposed:
            spoken[index].opposed.append(evidence)
    for sign in belief.missing:
        for index, evidence in _of_patterns(sign)[2]:
            spoken[index].lacking.append(evidence)
    return spoken


Told = tuple[tuple[int, Evidence], ...]  # by the place of the pattern


@lru_cache(maxsize=4096)
def _of_patterns(sign: Sign) -> tuple[Told, Told, Told]:
    """What a sign says for patterns, against them, and against them by not being there; made once."""
    return (
        tuple((index, Evidence(sign.finding, sign.says[index])) for index in sign.voters),
        tuple((index, Evidence(sign.finding, sign.says[index])) for index in sign.rarer),
        tuple((index, Evidence(sign.finding, sign.lacks[index], False)) for index in sign.strong),
    )


def _pattern(
    index: int,
    spoken: _Spoken,
    answered: set[str],
    known: frozenset[str],
    belief: Belief,
    verdict: Verdict,
    facts: Facts,
    knowledge: IntakeKnowledge,
    leads: tuple[str | None, str | None],
) -> PatternScore:
    name = knowledge.pattern_ids[index]
    pattern = knowledge.patterns.pattern[name]
    present = facts.present
    codes = next((w.codes for w in pattern.icd11_when if not present.isdisjoint(w.any)), pattern.icd11)
    missing: list[str] = []
    for sign in knowledge.signs_of[index]:
        if sign.finding not in known and sign.topic not in answered:
            missing.append(sign.finding)
            if len(missing) == MISSING_SHOWN:
                break
    return PatternScore(
        id=name,
        name=pattern.name,
        icd11=tuple(codes),
        role=pattern.role,
        score=percent(belief.patterns[index]),
        for_=_sorted(spoken.votes),
        against=_sorted(spoken.opposed) + _sorted(spoken.lacking),
        missing=tuple(missing),
        is_lead=name in leads,
        qualifies=verdict.held_back[index] is None,
        held_back=verdict.held_back[index],
        principle=pattern.principle,
    )


def percent(chance: float) -> int:
    """A chance as shown. Answers are never sure enough for 0 or 100."""
    return min(99, max(1, round(100 * chance)))


def _sorted(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    if not evidence:
        return ()
    return tuple(sorted(evidence, key=_WEIGHT, reverse=True))  # stable: the order of the knowledge within a weight
