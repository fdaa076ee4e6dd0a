"""Collects what answers about one complaint tell, question by question in the order of the form. Pure.

No value means: not answered, so nothing is known. A *finding* has three values: True, False, and not in the mapping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.values import (
    ALWAYS,
    DAYS_IN,
    About,
    Answers,
    Clause,
    Count,
    Option,
    Question,
    Region,
    Unsettled,
    When,
    is_answered,
)

BESIDE = "_beside"  # key of the answers about one complaint: the others that are asked about in the same form
_ABSENT_ON_CHART = ("site", "side")  # a marked chart also says where it does not hurt; it says nothing about a path


def asked_with(option: Option, beside: Collection[str]) -> list[str]:
    """Of the complaints beside this one, those with which the option is asked instead: it says so itself."""
    excluded = {one for clause in option.show.all_of if clause.question == CHOICE for one in clause.is_not}
    return [one for one in beside if one in excluded]


class Taking:
    """``about``: what the clinic knew before. ``in_words``: questions that the patient's own words answered."""

    def __init__(self, answers: Answers, about: About, in_words: Mapping[str, list[str]] | None = None) -> None:
        self.answers = answers
        self.on = about.on
        self.beside: Collection[str] = answers.get(BESIDE, ())
        self.in_words = dict(in_words or {})
        self.facts: dict[str, Any] = {
            "age": about.age,
            "sex": about.sex or None,
            "birth_known": about.birth_known,
            "sex_known": about.sex_known,
            "email_known": about.email_known,
        }
        self.findings: dict[str, bool] = {}
        self.sure: set[str] = set()
        self.unsure: set[str] = set()
        self.holds_days: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        self.person: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.doubted: set[str] = set()
        self.doubted_counts: set[str] = set()  # what was not told could still reach the number

    def holds(self, clause: Clause) -> bool:
        return clause.holds(self.known_of(clause))

    def known_of(self, clause: Clause) -> Any:
        if clause.question:
            return self.in_words.get(clause.question, self.answers.get(clause.question))
        return self.facts.get(clause.about) if clause.about else self.findings.get(clause.finding)

    def shows(self, when: When) -> bool:
        if when is ALWAYS:
            return True
        for clause in when.all_of:  # no generators: this is asked two hundred times for each answer that is saved
            if not self.holds(clause):
                return False
        return not when.any_of or any(map(self.holds, when.any_of))

    def with_shown_options(self, question: Question) -> Question:
        if not question.options_vary:
            return question
        shown = tuple(
            o for o in question.options if self.shows(o.show) and not (self.beside and asked_with(o, self.beside))
        )
        return question if len(shown) == len(question.options) else replace(question, options=shown)

    def _is_offered(self, option: Option) -> bool:
        return self.shows(option.show) and not (self.beside and asked_with(option, self.beside))

    def tell(self, told: Iterable[tuple[str, bool]]) -> None:
        """Present beats absent: a sign reported once is not undone by a list in which it was left unticked."""
        for finding, present in told:
            if present or finding not in self.findings:
                self.findings[finding] = present

    def take(self, question: Question) -> None:
        value: Any = self.answers.get(question.id)
        if not is_answered(question, value):
            return
        if question.kind in ("one", "many", "ranked"):
            self._take_choice(question, [value] if isinstance(value, str) else list(value))
        elif question.kind == "chart":
            self._take_chart(question, list(value))
        elif question.kind == "text":
            self.texts[question.id] = str(value)
        elif question.kind == "duration":
            days = round(value["number"] * DAYS_IN[value["unit"]])
            self.numbers["duration_days"] = self.facts["duration_days"] = days
            if self.facts.get("age") is not None:
                self.facts["onset_age"] = int(self.facts["age"] - days / 365.25)
        if question.gives in ("date_of_birth", "sex"):
            self._take_person(question, str(value))
        elif question.gives and question.kind in ("scale", "number"):
            self.numbers[question.gives] = int(value)

    def _take_choice(self, question: Question, ids: list[str]) -> None:
        chosen = [o for o in question.options if o.id in ids]
        for option in chosen:
            self.tell(option.sets)
            (self.unsure if option.leaves_open and option.id == "dont_know" else self.sure).update(
                f for f, present in option.sets if present
            )
            if option.holds_days is not None:
                self.holds_days.update({f: option.holds_days for f, present in option.sets if present})
        if chosen and not any(o.leaves_open for o in chosen):
            for other in question.options:
                if other.sets and other.id not in ids:
                    self.tell([(f, False) for f, present in other.sets if present])

    def _take_chart(self, question: Question, ids: list[str]) -> None:
        painted = [r for r in question.regions if r.id in ids]
        felt = {region: question.kinds_at(region, ids) for region in painted}
        self.tell((f, True) for r in painted for f in r.sets)
        self.tell((f, True) for kinds in felt.values() for kind in kinds for f in kind.sets)
        numb = [region for region, kinds in felt.items() if any(kind.numb for kind in kinds)]
        self.doubted |= {one.finding for one in question.unsettles if _is_numb(one, numb)}
        if painted:
            self.tell((f, False) for f in question.findings if f.split(".")[0] in _ABSENT_ON_CHART)

    def _take_person(self, question: Question, value: str) -> None:
        self.person[question.gives] = value
        if question.gives == "sex":
            self.facts["sex"] = value if value != "unknown" else None
        elif self.on is not None:
            self.facts["age"] = age_on(date.fromisoformat(value), self.on)

    def count(self, count: Count) -> None:
        if self.in_words.get(count.needs, self.answers.get(count.needs)) in (None, "", []):
            return
        fits = sum(self.holds(c) for c in count.clauses)
        self.counts[count.id] = fits
        self.tell([(count.sets, fits >= count.at_least)])
        if fits + sum(self.known_of(c) in (None, "", []) for c in count.clauses) >= count.at_least:
            self.doubted_counts.add(count.sets)


def _is_numb(one: Unsettled, numb: Sequence[Region]) -> bool:
    there = [region for region in numb if region.place in one.places]
    return bool(there) and (not one.both_sides or {"side.left", "side.right"} <= {f for r in there for f in r.sets})


def age_on(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
