"""How likely each pair of branch and root is, given what is known: base rates, explaining away, no adding of points.

Class, patterns and their order, the questions worth asking and the evidence shown all come from here. Plain floats: a
case takes some hundred short additions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from operator import mul

from intake.assessment.case import Case
from intake.assessment.facts import Facts
from intake.assessment.knowledge.load import IntakeKnowledge
from intake.assessment.knowledge.signs import Sign, doubt


@dataclass(frozen=True, slots=True)
class Belief:
    """`pairs`: the chance of each pair of `knowledge.pairs`, the first of which is neither.
    `found` and `missing`: the signs that counted as present and as absent."""

    pairs: tuple[float, ...]
    stagnation: float
    deficiency: float
    patterns: tuple[float, ...]  # for each of knowledge.pattern_ids
    classes: dict[str, float]  # stagnation, deficiency, mixed; given that there is one of them
    found: tuple[Sign, ...]
    missing: tuple[Sign, ...]

    @property
    def share(self) -> float | None:
        """Stagnation as a part of both; None if nothing was said."""
        return self.stagnation / (self.stagnation + self.deficiency) if self.found or self.missing else None


def believe(case: Case, facts: Facts, knowledge: IntakeKnowledge) -> Belief:
    found, missing = [], []
    heard_yes: set[str] = set()
    heard_no: set[str] = set()
    vectors = [knowledge.priors]
    present, absent = facts.present, facts.absent
    begun = {finding.partition(".")[0] for finding in present}
    old = knowledge.old_injuries if is_old(case, knowledge) else {}
    for sign in knowledge.signs:  # within a statement the strongest word first
        finding = sign.finding
        if finding in present:
            needed = knowledge.only_if_absent.get(finding)
            if needed is not None and needed not in absent:
                continue
            sign = old.get(finding, sign)
            vectors.append(sign.present_again if sign.said in heard_yes else sign.present)
            heard_yes.add(sign.said)
            found.append(sign)
        elif finding in absent:
            vectors.append(sign.absent_again if sign.said in heard_no else sign.absent)
            heard_no.add(sign.said)
            missing.append(sign)
        elif sign.group in begun:
            vectors.append(sign.unmentioned_again if sign.said in heard_no else sign.unmentioned)
            heard_no.add(sign.said)
    sums = list(map(sum, zip(*vectors, strict=True)))
    highest = max(sums)
    likely = [exp(one - highest) for one in sums]
    total = sum(likely)
    return _belief(tuple([one / total for one in likely]), tuple(found), tuple(missing), knowledge)


def _belief(
    chances: tuple[float, ...], found: tuple[Sign, ...], missing: tuple[Sign, ...], knowledge: IntakeKnowledge
) -> Belief:
    patterns = [0.0] * len(knowledge.pattern_ids)
    classes = {"stagnation": 0.0, "deficiency": 0.0, "mixed": 0.0}
    for (branch, root), name, chance in zip(knowledge.pairs, knowledge.classes, chances, strict=True):
        if branch is not None:
            patterns[branch] += chance
        if root is not None:
            patterns[root] += chance
        if name:
            classes[name] += chance
    some = sum(classes.values())
    return Belief(
        pairs=chances,
        stagnation=classes["stagnation"] + classes["mixed"],
        deficiency=classes["deficiency"] + classes["mixed"],
        patterns=tuple(patterns),
        classes={name: chance / some for name, chance in classes.items()},
        found=found,
        missing=missing,
    )


def is_old(case: Case, knowledge: IntakeKnowledge) -> bool:
    days = case.complaint.duration_days
    return days is not None and days > knowledge.weights.old_injury.after_days


def gain(sign: Sign, belief: Belief) -> float:
    """What the answer is expected to tell about branch and root, in bits."""
    some = 1 - belief.pairs[0]  # whether there is a pattern at all is not the question
    yes: float = sum(map(mul, belief.pairs, sign.chances)) - belief.pairs[0] * sign.chances[0]
    told: float = sum(map(mul, belief.pairs, sign.doubts)) - belief.pairs[0] * sign.doubts[0]
    return max(0.0, doubt(yes / some) - told / some)


def class_gain(sign: Sign, belief: Belief, knowledge: IntakeKnowledge) -> float:
    """What the answer is expected to tell about the class alone, in bits."""
    some = 1 - belief.pairs[0]
    yes = dict.fromkeys(belief.classes, 0.0)
    rows = zip(knowledge.classes[1:], belief.pairs[1:], sign.chances[1:], strict=True)
    for name, chance, often in rows:
        yes[name] += chance / some * often
    told = sum(part * doubt(yes[name] / part) for name, part in belief.classes.items() if part > 0)
    return max(0.0, doubt(sum(yes.values())) - told)
