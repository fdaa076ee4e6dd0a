"""Reasons that quote the patient: "Moxa scatters cold. The patient said that cold or damp weather makes it worse."

Only what the patient said is quoted, never what the practitioner noted, and only what made the rule hold: the answers
it names, or those behind the facts it names (a cause, a channel, a pattern).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.assessment import ClinicalPicture, load_intake_knowledge
from intake.assessment.knowledge.said import sentence
from treatments.planner.facts import Facts
from treatments.planner.knowledge.tables import Rule, When
from treatments.planner.treatment.items import Reason
from treatments.planner.vocabulary.signs import load_signs

MOST = 2  # quotes beside one reason


class Quotes:
    """The quotes of one proposal, each rule's looked up once."""

    def __init__(self, picture: ClinicalPicture, facts: Facts, whens: dict[str, When]) -> None:
        self._picture = picture
        self._facts = facts
        self._whens = whens
        self._clauses = load_intake_knowledge().said
        self._is_man = picture.case.patient.sex == "male"
        self._found: dict[str, tuple[tuple[str, ...], str]] = {}

    def reason(self, rule: Rule) -> Reason:
        """The reason that a rule gives."""
        return self.add(Reason(rule.id, rule.text, rule.sources))

    def add(self, reason: Reason) -> Reason:
        """The same reason with the answers that speak for it."""
        said, words = self._of(reason.rule)
        return Reason(reason.rule, f"{reason.text} {words}", reason.sources, said) if said else reason

    def _of(self, rule: str) -> tuple[tuple[str, ...], str]:
        found = self._found.get(rule)
        if found is None:
            when = self._whens.get(rule)
            said = self._behind(when) if when is not None else ()
            words = sentence([self._clauses[one] for one in said], to_patient=False, is_man=self._is_man)
            found = self._found[rule] = (said, words)
        return found

    def _behind(self, when: When) -> tuple[str, ...]:
        held = [word for word in when.all + when.any if word in self._facts.words]
        named = [word for word in held if ":" not in word and self._is_quotable(word)]
        for word in held:
            if len(named) < MOST and ":" in word:
                named += [one for one in self._told_by(word) if one not in named and self._is_quotable(one)][:1]
        return tuple(named[:MOST])

    def _told_by(self, fact: str) -> Iterable[str]:
        """The answers that a computed fact rests on, those that say most first."""
        kind, _, value = fact.partition(":")
        if kind == "cause":
            return (f"onset.{value}",)
        if kind in ("branch", "root", "pattern"):
            return self._evidence(value)
        return load_signs().answers.get(fact, ())

    def _evidence(self, pattern: str) -> Sequence[str]:
        """What speaks for a pattern, the loudest first; how it began is quoted where the cause is the reason."""
        assessment = self._picture.assessment
        for score in (*assessment.patterns, *assessment.considered):
            if score.id == pattern:
                found = [one.finding for one in score.for_ if one.present]
                return sorted(found, key=lambda finding: finding.startswith("onset."))
        return ()

    def _is_quotable(self, finding: str) -> bool:
        return finding in self._clauses and self._picture.case.is_told(finding) and self._picture.is_present(finding)
