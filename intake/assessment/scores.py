"""Stagnation and deficiency as two independent scores, and the patterns eligible as branch and root.

All sums are whole half points (a practitioner's finding counts one and a half times), halved only for display.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from intake.assessment.case import Case
from intake.assessment.facts import Facts
from intake.assessment.knowledge.load import PATTERN_IDS, IntakeKnowledge, Weighing
from intake.assessment.result import AxisScore, Evidence, PatternScore

MISSING_SHOWN = 6

# Why a pattern cannot lead, as shown to the practitioner.
FEW_POINTS = "too few points"
FEW_FINDINGS = "too few different findings"
NEVER_ALONE = "tongue and pulse alone never decide"
NO_OWN_SIGN = "none of its own signs"
ALL_FEW_POINTS: tuple[str | None, ...] = (FEW_POINTS,) * len(PATTERN_IDS)


@dataclass(slots=True)
class Tally:
    """Running sums in half points; `counts` findings per pattern, `solid` those that are not tongue or pulse."""

    s: int = 0
    d: int = 0
    outside: int = 0
    points: list[int] = field(default_factory=lambda: [0] * len(PATTERN_IDS))
    counts: list[int] = field(default_factory=lambda: [0] * len(PATTERN_IDS))
    solid: list[int] = field(default_factory=lambda: [0] * len(PATTERN_IDS))

    def add(self, weighing: Weighing) -> None:
        self.s += weighing.s
        self.d += weighing.d
        if not weighing.never_alone:
            self.outside += weighing.s + weighing.d
        is_sign = bool(weighing.topic)  # duration gives points but is not a sign by itself
        for index, halves in weighing.votes:
            self.points[index] += halves
            self.counts[index] += is_sign
            self.solid[index] += is_sign and not weighing.never_alone

    def copy(self) -> Tally:
        return Tally(self.s, self.d, self.outside, self.points[:], self.counts[:], self.solid[:])

    @property
    def share(self) -> float | None:
        """S / (S + D), None if nothing has weight."""
        total = self.s + self.d
        return self.s / total if total else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`held_back`: for each pattern why it cannot lead, None if it can."""

    picture_class: str
    branch: str | None
    root: str | None
    held_back: tuple[str | None, ...]


def weigh(case: Case, facts: Facts, knowledge: IntakeKnowledge) -> tuple[tuple[Weighing, ...], Tally]:
    """What is present and has weight, in the order of the knowledge, and the sums."""
    found = []
    tally = Tally()
    rows = knowledge.weights.weights
    is_split = False
    for finding, weighing in knowledge.weighings.items():
        if finding not in facts.present:
            continue
        needed = rows[finding].only_if_absent
        if needed is not None and needed not in facts.absent:
            continue
        if finding in knowledge.weights.old_injury.findings and is_old(case, knowledge):
            weighing = old_injury(weighing, knowledge)
            is_split = True
        found.append(weighing)
        tally.add(weighing)
    days = case.complaint.duration_days
    if days is not None and not is_split:  # a duration that moved the accident's vote does not count twice
        lasted = next((row for start, row in knowledge.durations if days >= start), None)
        if lasted is not None:
            found.append(lasted)
            tally.add(lasted)
    return tuple(found), tally


def is_old(case: Case, knowledge: IntakeKnowledge) -> bool:
    days = case.complaint.duration_days
    return days is not None and days > knowledge.weights.old_injury.after_days


def old_injury(weighing: Weighing, knowledge: IntakeKnowledge) -> Weighing:
    """The same accident long ago: same axis weight, the vote goes to old stasis."""
    return Weighing(
        weighing.finding,
        weighing.s,
        weighing.d,
        knowledge.old_injury_votes,
        weighing.topic,
        weighing.never_alone,
        weighing.by_hand,
    )


def judge(tally: Tally, case: Case, present: frozenset[str], knowledge: IntakeKnowledge) -> Verdict:
    """Class, branch and root by the thresholds, gates, refinement and tie rules of patterns.toml."""
    limits = knowledge.patterns
    share = tally.share
    enough = tally.s + tally.d >= 2 * limits.min_axis_points and tally.outside >= 2 * limits.min_without_never_alone
    if share is None or not enough:
        picture_class = "undetermined"
    elif share >= limits.stagnation_share:
        picture_class = "stagnation"
    elif share <= limits.deficiency_share:
        picture_class = "deficiency"
    else:
        picture_class = "mixed"
    if max(tally.points) < 2 * limits.min_points:  # the usual case while questions are being ranked
        return Verdict(picture_class, None, None, ALL_FEW_POINTS)
    old = is_old(case, knowledge)
    held_back = tuple([_held_back(i, tally, present, old, knowledge) for i in range(len(PATTERN_IDS))])
    return Verdict(
        picture_class=picture_class,
        branch=_lead(knowledge.branches, held_back, tally, present, old, knowledge),
        root=_lead(knowledge.roots, held_back, tally, present, old, knowledge),
        held_back=held_back,
    )


def _held_back(index: int, tally: Tally, present: frozenset[str], old: bool, knowledge: IntakeKnowledge) -> str | None:
    limits = knowledge.patterns
    if tally.points[index] < 2 * limits.min_points:
        return FEW_POINTS
    if tally.counts[index] < limits.min_findings:
        return FEW_FINDINGS
    if not tally.solid[index]:
        return NEVER_ALONE
    pattern = limits.pattern[PATTERN_IDS[index]]
    if not pattern.gate or not present.isdisjoint(pattern.gate):
        return None
    if old and not present.isdisjoint(pattern.gate_old_injury):
        return None
    return NO_OWN_SIGN


def _lead(
    indices: tuple[int, ...],
    held_back: tuple[str | None, ...],
    tally: Tally,
    present: frozenset[str],
    old: bool,
    knowledge: IntakeKnowledge,
) -> str | None:
    patterns = knowledge.patterns.pattern
    able = [i for i in indices if held_back[i] is None]
    if not able:
        return None

    def rank(index: int) -> tuple[int, bool, bool, int]:
        pattern = patterns[PATTERN_IDS[index]]
        by_cause = not present.isdisjoint(pattern.tie_causes)
        return tally.points[index], by_cause, by_cause and pattern.tie_old_injury == old, tally.counts[index]

    best = max(able, key=rank)  # if equal, the first in PATTERN_IDS
    refined = [
        i
        for i in able
        if patterns[PATTERN_IDS[i]].refines == PATTERN_IDS[best]
        and tally.points[i] >= 2 * knowledge.patterns.refine_points
    ]
    return PATTERN_IDS[max(refined, key=rank) if refined else best]


def axis_scores(
    found: Iterable[Weighing], tally: Tally, facts: Facts, knowledge: IntakeKnowledge
) -> tuple[AxisScore, AxisScore]:
    """Stagnation and deficiency with evidence. What counts against is shown, but subtracted from neither."""
    found = tuple(found)
    strong_absent = [w for w in knowledge.strong if w.finding in facts.absent]
    answered = {w.topic for w in found}  # someone who reported an accident is not asked about lifting
    known = facts.absent | facts.present
    strong_open = [w for w in knowledge.strong if w.finding not in known and w.topic not in answered]
    vigour = tuple(
        Evidence(f, float(weight))
        for f, weight in knowledge.weights.speaks_against_deficiency.items()
        if f in facts.present
    )
    stagnation = AxisScore(
        score=tally.s / 2,
        for_=_sorted(Evidence(w.finding, w.s / 2) for w in found if w.s),
        against=_sorted(Evidence(w.finding, w.d / 2) for w in found if w.d > w.s)
        + _sorted(Evidence(w.finding, w.s / 2, False) for w in strong_absent if w.s),
        missing=tuple(w.finding for w in strong_open if w.s),
    )
    deficiency = AxisScore(
        score=tally.d / 2,
        for_=_sorted(Evidence(w.finding, w.d / 2) for w in found if w.d),
        against=_sorted(Evidence(w.finding, w.s / 2) for w in found if w.s > w.d)
        + _sorted(Evidence(w.finding, w.d / 2, False) for w in strong_absent if w.d)
        + vigour,
        missing=tuple(w.finding for w in strong_open if w.d),
    )
    return stagnation, deficiency


def pattern_scores(
    found: Iterable[Weighing],
    tally: Tally,
    verdict: Verdict,
    facts: Facts,
    knowledge: IntakeKnowledge,
    leads: tuple[str | None, str | None],
) -> tuple[PatternScore, ...]:
    """Every pattern that has points or leads: branch, root, then by points."""
    votes: list[list[Evidence]] = [[] for _ in PATTERN_IDS]
    answered = set()
    for weighing in found:
        answered.add(weighing.topic)
        for index, halves in weighing.votes:
            votes[index].append(Evidence(weighing.finding, halves / 2))
    scores = [
        _pattern(index, _sorted(votes[index]), answered, tally, verdict, facts, knowledge, leads)
        for index, name in enumerate(PATTERN_IDS)
        if tally.points[index] or name in leads
    ]
    return tuple(sorted(scores, key=lambda p: (not p.is_lead, p.role if p.is_lead else "", -p.score)))


def _pattern(
    index: int,
    votes: tuple[Evidence, ...],
    answered: set[str],
    tally: Tally,
    verdict: Verdict,
    facts: Facts,
    knowledge: IntakeKnowledge,
    leads: tuple[str | None, str | None],
) -> PatternScore:
    name = PATTERN_IDS[index]
    pattern = knowledge.patterns.pattern[name]
    present, absent = facts.present, facts.absent
    codes = next((w.codes for w in pattern.icd11_when if not present.isdisjoint(w.any)), pattern.icd11)
    against = [Evidence(f, weight) for f, weight in knowledge.opponents[index] if f in present]
    lacking: list[Evidence] = []
    missing: list[str] = []
    for finding, halves, is_strong in knowledge.voters[index]:  # strongest first
        if finding in absent:
            if is_strong:
                lacking.append(Evidence(finding, halves / 2, False))
        elif finding not in present and knowledge.weighings[finding].topic not in answered:
            missing.append(finding)
    return PatternScore(
        id=name,
        name=pattern.name,
        icd11=tuple(codes),
        role=pattern.role,
        score=tally.points[index] / 2,
        for_=votes,
        against=_sorted(against) + tuple(lacking),
        missing=tuple(missing[:MISSING_SHOWN]),
        is_lead=name in leads,
        qualifies=verdict.held_back[index] is None,
        held_back=verdict.held_back[index],
        principle=pattern.principle,
    )


def _sorted(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda e: -e.weight))  # stable: the order of the knowledge within a weight
