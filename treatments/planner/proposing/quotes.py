"""Reasons that quote the patient: "Moxa scatters cold. The patient said that cold or damp weather makes it worse."

Only what the patient said is quoted, never what the practitioner noted, and only what made the rule hold: the answers
it names, or those behind the facts it names (a cause, a channel, a pattern).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from intake.assessment import ClinicalPicture, load_intake_knowledge
from intake.assessment.knowledge.said import sentence
from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Rule
from treatments.planner.treatment.items import Reason
from treatments.planner.vocabulary.signs import load_signs

MOST = 2  # quotes beside one reason
PATTERNS = ("branch", "root", "pattern")


class Ground(NamedTuple):
    """A word of a rule and the answers that it rests on, those that say most first. `pattern`: its evidence does.
    `is_chosen`: the rule says that this is to be quoted, and nothing else where it can be."""

    word: str
    answers: tuple[str, ...]
    pattern: str
    is_chosen: bool = False


def grounds_of(rule: Rule) -> tuple[Ground, ...]:
    """What a rule could quote: what it chose, else the answers it names itself, else those behind its facts."""
    chosen = (ground._replace(is_chosen=True) for ground in _grounds(rule.quotes))
    return (*chosen, *_grounds(rule.when.all + rule.when.any))


def _grounds(words: Sequence[str]) -> tuple[Ground, ...]:
    quotable = load_intake_knowledge().said
    found = [Ground(word, (word,), "") for word in words if word in quotable]
    for word in words:
        kind, colon, value = word.partition(":")
        if kind in PATTERNS:
            found.append(Ground(word, (), value))
        elif colon:
            answers = (f"onset.{value}",) if kind == "cause" else load_signs().answers.get(word, ())
            if told := tuple(answer for answer in answers if answer in quotable):
                found.append(Ground(word, told, ""))
    return tuple(found)


@lru_cache(maxsize=64)
def grounds_in(knowledge: PlannerKnowledge) -> Mapping[str, tuple[Ground, ...]]:
    """Of every rule that could quote something, by its id."""
    return {rule.id: found for rule in knowledge.every_rule() if (found := grounds_of(rule))}


_NONE: tuple[tuple[str, ...], str] = ((), "")


class Quotes:
    """The quotes of one proposal, each rule's looked up once."""

    def __init__(self, picture: ClinicalPicture, facts: Facts, grounds: Mapping[str, tuple[Ground, ...]]) -> None:
        case = picture.case
        self._picture = picture
        self._words = facts.words
        self._grounds = grounds
        self._clauses = load_intake_knowledge().said
        self._told = {one for one in picture.present if one in self._clauses and case.is_told(one)}
        self._is_man = case.patient.sex == "male"
        self._found: dict[str, tuple[tuple[str, ...], str]] = {}
        self._evidence_of: dict[str, Sequence[str]] = {}

    def reason(self, rule: Rule) -> Reason:
        """The reason that a rule gives."""
        said, words = self._of(rule.id)
        return Reason(rule.id, f"{rule.text} {words}" if said else rule.text, rule.sources, said)

    def add(self, reason: Reason) -> Reason:
        """The same reason with the answers that speak for it."""
        if reason.rule not in self._grounds:
            return reason
        found = self._found.get(reason.rule)
        said, words = self._of(reason.rule) if found is None else found
        return Reason(reason.rule, f"{reason.text} {words}", reason.sources, said) if said else reason

    def _of(self, rule: str) -> tuple[tuple[str, ...], str]:
        found = self._found.get(rule)
        if found is None:
            grounds = self._grounds.get(rule)
            said = self._behind(grounds) if grounds else ()
            found = (
                (said, sentence(tuple([self._clauses[one] for one in said]), is_man=self._is_man)) if said else _NONE
            )
            self._found[rule] = found
        return found

    def _behind(self, grounds: Sequence[Ground]) -> tuple[str, ...]:
        named: list[str] = []
        has_chosen = grounds[0].is_chosen
        for word, answers, pattern, is_chosen in grounds:
            if named and has_chosen and not is_chosen:
                break
            if word in self._words:
                for answer in self._evidence(pattern) if pattern else answers:
                    if answer in self._told and answer not in named:
                        named.append(answer)
                        break
                if len(named) == MOST:
                    break
        return tuple(named)

    def _evidence(self, pattern: str) -> Sequence[str]:
        """What speaks for a pattern, the loudest first; how it began is quoted where the cause is the reason."""
        found = self._evidence_of.get(pattern)
        if found is None:
            assessment = self._picture.assessment
            of = (score for score in (*assessment.patterns, *assessment.considered) if score.id == pattern)
            loud = [one.finding for score in of for one in score.for_ if one.present]
            found = self._evidence_of[pattern] = sorted(loud, key=lambda finding: finding.startswith("onset."))
        return found
