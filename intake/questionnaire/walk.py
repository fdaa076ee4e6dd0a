"""What a set of answers about one complaint means: screens to show, findings, numbers, measures. Pure.

No value means: not answered, so nothing is known. A *finding* has three values: True, False, and not in the mapping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import is_
from types import MappingProxyType
from typing import Any

from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.left_out import among, is_never_left, is_whole
from intake.questionnaire.measuring import measures
from intake.questionnaire.own_words import answer_in, confirmed, is_answered_by
from intake.questionnaire.values import (
    ALWAYS,
    DAYS_IN,
    About,
    Answers,
    Clause,
    Count,
    Option,
    Question,
    Questionnaire,
    Region,
    Screen,
    Unsettled,
    When,
    is_answered,
    is_too_long,
    lacks_a_name,
)

BESIDE = "_beside"  # key of the answers about one complaint: the others that are asked about in the same form
_ABSENT_ON_CHART = ("site", "side")  # a marked chart also says where it does not hurt; it says nothing about a path


@dataclass(frozen=True, slots=True)
class Later:
    """What the questions of part two have told, of all that a reading says."""

    findings: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a set of answers means. Hidden questions do not count, even if they were answered before.

    ``screens``: those to show, each with only its visible questions. ``shown_options``: question id -> options to show.
    ``numbers``: pain_now, pain_average, pain_worst, duration_days, pregnancy_weeks. ``person``: date_of_birth, sex.
    ``measures``: measure id -> value, only complete ones. ``counts``: count id -> how many fit.
    """

    screens: tuple[Screen, ...]
    findings: Mapping[str, bool]
    holds_days: Mapping[str, int]
    numbers: Mapping[str, int]
    person: Mapping[str, str]
    texts: Mapping[str, str]
    measures: Mapping[str, float]
    counts: Mapping[str, int]
    missing: tuple[Question, ...]
    about: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    unsure: frozenset[str] = frozenset()  # present only because "I don't know" counts as a yes
    doubted: frozenset[str] = frozenset()  # answered no, though numbness is marked where it would be
    later: Later = field(default_factory=lambda: Later())
    left_out: tuple[Screen, ...] = ()  # left to the visit, since there are several complaints
    # of several complaints: choice -> what was said of it alone; then ``numbers`` and ``measures`` are the person's
    each: Mapping[str, Reading] = field(default_factory=lambda: MappingProxyType({}))

    def screen(self, screen_id: str) -> Screen | None:
        return next((s for s in self.screens if s.id == screen_id), None)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(q for s in self.screens for q in s.questions)


def read_one(questionnaire: Questionnaire, answers: Answers, about: About, *, part: int | None = None) -> Reading:
    """Go through the screens in order and collect what the answers say; ``part`` as in ``answers.read``."""
    walk = _Walk(answers, about)
    in_words = confirmed(answers)
    walk.tell((finding, True) for finding in in_words)
    walked, left_out = [], []
    place, count = among(answers)
    for screen in questionnaire.screens:
        is_shown = screen.show is ALWAYS or walk.shows(screen.show)
        is_asked_whole = is_whole(screen, place, count)
        visible, left = [], []
        for question in screen.questions:
            if not is_shown or not (question.show is ALWAYS or walk.shows(question.show)):
                if question.absent is not None and walk.shows(question.absent):
                    walk.tell((f, False) for f in question.findings)
            elif in_words and is_answered_by(question, in_words):
                walk.in_words[question.id] = answer_in(question, in_words)
            elif not (is_asked_whole or is_never_left(question, place)):
                left += [question] if not question.once else []  # that is asked with another
            else:
                kept = walk.with_shown_options(question) if question.options_vary else question
                visible.append(kept)
                if question.id in answers:
                    walk.take(kept)
        if left:
            left_out.append(replace(screen, questions=tuple(left)))
        if len(visible) == len(screen.questions) and all(map(is_, visible, screen.questions)):
            walked.append(screen)
        elif visible:
            walked.append(replace(screen, questions=tuple(visible)))
    for one in questionnaire.counts:
        walk.count(one)
    doubted = frozenset(f for f in walk.doubted if walk.findings.get(f) is False)
    for finding in doubted:  # numbness is marked there: a "no" is not taken for one
        del walk.findings[finding]
    for finding in walk.doubted_counts:
        if not walk.findings[finding]:
            del walk.findings[finding]
    screens = tuple(screen for screen in walked if part in (None, screen.part))
    measured = measures(questionnaire, tuple(q for s in walked for q in s.questions), answers)
    return Reading(
        screens=screens,
        findings=MappingProxyType(dict(sorted(walk.findings.items()))),
        holds_days=MappingProxyType(walk.holds_days),
        numbers=MappingProxyType(walk.numbers),
        person=MappingProxyType(walk.person),
        texts=MappingProxyType(walk.texts),
        measures=MappingProxyType(measured),
        counts=MappingProxyType(walk.counts),
        missing=tuple(q for s in screens for q in s.questions if is_open(q, answers.get(q.id))),
        about=MappingProxyType(walk.facts),
        unsure=frozenset(walk.unsure - walk.sure),
        doubted=doubted,
        left_out=tuple(left_out),
        later=_later(questionnaire, [q for s in walked if s.part > 1 for q in s.questions], walk, measured),
    )


def _later(
    questionnaire: Questionnaire, asked: Sequence[Question], walk: _Walk, measured: Mapping[str, float]
) -> Later:
    if not asked:
        return Later()
    ids = {question.id for question in asked}
    told = set().union(*(question.findings for question in asked))
    told |= {count.sets for count in questionnaire.counts if count.needs in ids}
    return Later(
        frozenset(told & walk.findings.keys()),
        frozenset(ids & walk.texts.keys()),
        frozenset({question.instrument for question in asked} & measured.keys()),
    )


def is_open(question: Question, value: Any) -> bool:
    if value is None:
        return question.required
    return (
        is_too_long(question, value)
        or lacks_a_name(question, value)
        or (question.required and not is_answered(question, value))
    )


def asked_with(option: Option, beside: Collection[str]) -> list[str]:
    """Of the complaints beside this one, those with which the option is asked instead: it says so itself."""
    excluded = {one for clause in option.show.all_of if clause.question == CHOICE for one in clause.is_not}
    return [one for one in beside if one in excluded]


class _Walk:
    """Collects along the way; exists only inside ``read_one``."""

    def __init__(self, answers: Answers, about: About) -> None:
        self.answers = answers
        self.on = about.on
        self.beside: Collection[str] = answers.get(BESIDE, ())
        self.in_words: dict[str, list[str]] = {}  # questions that the patient's own words answered
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
