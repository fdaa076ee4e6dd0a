"""Compiles weights.toml and patterns.toml to what an answer says about each pair of branch and root. Pure.

A patient has one branch or none and one root or none: 36 pairs of the back's ten patterns. Branch, root and the
ordinary complaint are three causes that can each bring a finding about by themselves (noisy-OR), so with the chances
b, r and `common` it is there with

    1 - (1 - b) * (1 - r) * (1 - common)

and a finding that one cause explains already says little about the others. What speaks against a pattern makes `common`
smaller. A pattern that contains another brings about at least what that one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, log2
from typing import Any

from intake.assessment.knowledge import schema

Vector = tuple[float, ...]  # a number for each of PAIRS


@dataclass(frozen=True, slots=True, eq=False)  # each is one and no other: looked up by itself
class Sign:
    """One finding. `chances` holds how often it is there for each pair; the other vectors are logarithms, weighted with
    what its presence or absence counts: alone, and `_again` when the same was said in stronger words already."""

    finding: str
    group: str  # of the findings: what was answered there at all
    topic: str
    said: str  # findings with the same are one statement in several words
    by_hand: bool
    never_alone: bool
    common: float
    alone: Vector  # for each pattern: how often it is there with this pattern and no other
    says: Vector  # `times` as it is shown, for each pattern
    lacks: Vector  # the same of its absence
    voters: tuple[int, ...]  # places in the list of patterns of the patterns that bring it
    strong: tuple[int, ...]  # those that bring it often
    rarer: tuple[int, ...]  # those with which it is rarer than in the ordinary complaint
    chances: Vector
    doubts: Vector  # how open the answer is for each pair, in bits
    present: Vector
    present_again: Vector
    absent: Vector
    absent_again: Vector
    unmentioned: Vector
    unmentioned_again: Vector

    def times(self, pattern: int, *, present: bool = True) -> float:
        """How many times as often it is found (or missing) with this pattern as in the ordinary complaint."""
        return _times(self.alone[pattern], self.common, present=present)

    @property
    def reach(self) -> float:
        """How much it can say at most."""
        return max(max(self.alone) / self.common, self.common / min(self.alone))


def _times(chance: float, common: float, *, present: bool) -> float:
    return chance / common if present else (1 - chance) / (1 - common)


def pairs(patterns: schema.PatternsFile, ids: Sequence[str]) -> tuple[tuple[int | None, int | None], ...]:
    """Every (branch, root) as places in `ids`, or None; first the pair of neither."""
    roles: dict[str, list[int | None]] = {"branch": [None], "root": [None]}
    for index, name in enumerate(ids):
        roles[patterns.pattern[name].role].append(index)
    return tuple((branch, root) for branch in roles["branch"] for root in roles["root"])


def class_of(branch: int | None, root: int | None) -> str:
    if branch is None:
        return "" if root is None else "deficiency"
    return "stagnation" if root is None else "mixed"


def log_priors(patterns: schema.PatternsFile, ids: Sequence[str]) -> Vector:
    """How likely each pair is before anything is known: the two roles apart, the patterns of a role alike."""
    some = 1 - patterns.none
    roles = [patterns.pattern[name].role for name in ids]
    shared = {role: some / roles.count(role) for role in ("branch", "root")}
    return tuple(
        log(patterns.none if branch is None else shared["branch"])
        + log(patterns.none if root is None else shared["root"])
        for branch, root in pairs(patterns, ids)
    )


def speaking(weights: schema.WeightsFile, patterns: schema.PatternsFile, ids: Sequence[str]) -> schema.WeightsFile:
    """Only the findings that say something for or against one of these patterns, with the topics they belong to."""
    heard = {name for one in ids for name in _with_contained(one, patterns)}
    against = {finding for one in ids for finding in patterns.pattern[one].against}
    rows = {
        finding: row
        for finding, row in weights.weights.items()
        if finding in against or not heard.isdisjoint(row.votes)
    }
    topics = {row.topic for row in rows.values()}
    kept = {topic: text for topic, text in weights.topics.items() if topic in topics}
    return weights.model_copy(update={"weights": rows, "topics": kept})


def compile_signs(weights: schema.WeightsFile, patterns: schema.PatternsFile, ids: Sequence[str]) -> tuple[Sign, ...]:
    """Every finding that says something, those that can say most first."""
    kept: dict[Any, Any] = {}
    signs = [_sign(finding, row.votes, weights, patterns, ids, kept) for finding, row in weights.weights.items()]
    return tuple(sorted(signs, key=lambda sign: -sign.reach))


def by_pattern(signs: tuple[Sign, ...], ids: Sequence[str]) -> tuple[tuple[Sign, ...], ...]:
    """For each pattern the signs that speak for it, the loudest first."""
    return tuple(_loudest(signs, index) for index in range(len(ids)))


def _loudest(signs: tuple[Sign, ...], index: int) -> tuple[Sign, ...]:
    voting = (sign for sign in signs if index in sign.voters)
    return tuple(sorted(voting, key=lambda sign: -sign.times(index)))


def compile_old_injury(
    weights: schema.WeightsFile, patterns: schema.PatternsFile, ids: Sequence[str]
) -> dict[str, Sign]:
    """The findings that speak for something else once they are old."""
    old, kept = weights.old_injury, dict[Any, Any]()
    return {f: _sign(f, old.votes, weights, patterns, ids, kept) for f in old.findings if f in weights.weights}


def _sign(
    finding: str,
    votes: Mapping[str, int],
    weights: schema.WeightsFile,
    patterns: schema.PatternsFile,
    ids: Sequence[str],
    kept: dict[Any, Any],
) -> Sign:
    """``kept``: each number and each vector that a sign so far has; of tens of thousands few differ."""
    row, group = weights.weights[finding], finding.partition(".")[0]
    strength = {1: weights.chance.weak, 2: weights.chance.moderate, 3: weights.chance.strong}
    levels = [max((votes.get(one, 0) for one in _with_contained(name, patterns)), default=0) for name in ids]
    opposed = [finding in patterns.pattern[name].against for name in ids]

    def chance(*causes: int | None) -> float:
        free, common = 1.0, row.common
        for cause in causes:
            if cause is not None:
                free *= 1 - strength.get(levels[cause], 0.0)
                common *= weights.chance.against if opposed[cause] else 1.0
        return 1 - free * (1 - common)

    def vector(numbers: Iterator[float]) -> Vector:
        made = tuple(kept.setdefault(one, one) for one in numbers)
        same: Vector = kept.setdefault(made, made)
        return same

    chances = vector(chance(b, r) for b, r in pairs(patterns, ids))
    different = set(chances)  # of 36 pairs a few chances differ
    by_hand = group in weights.clinician_groups
    yes = weights.clinician_factor if by_hand else 1.0
    no, silent, again = yes * weights.unticked, yes * weights.unmentioned, weights.said_again
    alone = vector(chance(index) for index in range(len(ids)))

    def shown(*, present: bool) -> Vector:
        times = [_times(one, row.common, present=present) for one in alone]
        return vector(round(x, 2 if x < 1 else 1) for x in times)

    def of_each(made: Callable[[float], float]) -> Vector:
        known = {one: made(one) for one in different}
        return vector(known[one] for one in chances)

    return Sign(
        finding=finding,
        group=group,
        topic=row.topic,
        said=row.said or finding,
        by_hand=by_hand,
        never_alone=group in weights.never_alone,
        common=row.common,
        alone=alone,
        says=shown(present=True),
        lacks=shown(present=False),
        voters=tuple(index for index, level in enumerate(levels) if level),
        strong=tuple(index for index, level in enumerate(levels) if level == max(strength)),
        rarer=tuple(index for index, often in enumerate(alone) if often < row.common),
        chances=chances,
        doubts=of_each(doubt),
        present=of_each(lambda p: yes * log(p)),
        present_again=of_each(lambda p: yes * again * log(p)),
        absent=of_each(lambda p: no * log(1 - p)),
        absent_again=of_each(lambda p: no * again * log(1 - p)),
        unmentioned=of_each(lambda p: silent * log(1 - p)),
        unmentioned_again=of_each(lambda p: silent * again * log(1 - p)),
    )


def doubt(chance: float) -> float:
    """How open a question is that is answered yes with this chance, in bits."""
    return -(chance * log2(chance) + (1 - chance) * log2(1 - chance))


def _with_contained(name: str, patterns: schema.PatternsFile) -> Iterator[str]:
    at: str | None = name
    while at is not None:
        yield at
        at = patterns.pattern[at].contains
