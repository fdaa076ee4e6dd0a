"""What a set of answers about one complaint means: screens to show, findings, numbers, measures. Pure.

No value means: not answered, so nothing is known. A *finding* has three values: True, False, and not in the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from intake.questionnaire.measuring import measures
from intake.questionnaire.own_words import confirmed
from intake.questionnaire.route import Route, route_of
from intake.questionnaire.taking import Taking
from intake.questionnaire.values import (
    About,
    Answers,
    Question,
    Questionnaire,
    Screen,
    is_answered,
    is_too_long,
    lacks_a_name,
)


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
    _questions: tuple[Question, ...] | None = field(init=False, repr=False, compare=False, default=None)

    def screen(self, screen_id: str) -> Screen | None:
        return next((s for s in self.screens if s.id == screen_id), None)

    @property
    def questions(self) -> tuple[Question, ...]:
        if self._questions is None:
            object.__setattr__(self, "_questions", tuple(q for s in self.screens for q in s.questions))
        return self._questions or ()


def read_one(questionnaire: Questionnaire, answers: Answers, about: About, *, part: int | None = None) -> Reading:
    """Go through the screens in order and collect what the answers say; ``part`` as in ``answers.read``."""
    said = confirmed(answers)
    route = route_of(questionnaire, answers, about, said)
    told = Taking(answers, about, route.in_words)
    told.tell((finding, True) for finding in said)
    told.tell((finding, False) for finding in route.absent)
    for question in route.questions:
        if question.id in answers:
            told.take(question)
    for one in questionnaire.counts:
        told.count(one)
    doubted = frozenset(f for f in told.doubted if told.findings.get(f) is False)
    for finding in doubted:  # numbness is marked there: a "no" is not taken for one
        del told.findings[finding]
    for finding in told.doubted_counts:
        if not told.findings[finding]:
            del told.findings[finding]
    screens, asked = route.parts[part]
    measured = measures(route.instruments, answers)
    reading = Reading(
        screens=screens,
        findings=MappingProxyType(dict(sorted(told.findings.items()))),
        holds_days=MappingProxyType(told.holds_days),
        numbers=MappingProxyType(told.numbers),
        person=MappingProxyType(told.person),
        texts=MappingProxyType(told.texts),
        measures=MappingProxyType(measured),
        counts=MappingProxyType(told.counts),
        missing=_missing(asked, answers),
        about=MappingProxyType(told.facts),
        unsure=frozenset(told.unsure - told.sure),
        doubted=doubted,
        left_out=route.left_out,
        later=_later(route, told, measured),
    )
    object.__setattr__(reading, "_questions", asked)
    return reading


def _missing(asked: tuple[Question, ...], answers: Answers) -> tuple[Question, ...]:
    """No generator: it is asked of each question after each answer."""
    missing = []
    for question in asked:
        if question.id not in answers:
            if question.required:
                missing.append(question)
        elif is_open(question, answers[question.id]):
            missing.append(question)
    return tuple(missing)


def _later(route: Route, told: Taking, measured: Mapping[str, float]) -> Later:
    findings, questions, instruments = route.later
    if not questions:
        return Later()
    return Later(findings & told.findings.keys(), questions & told.texts.keys(), instruments & measured.keys())


def is_open(question: Question, value: Any) -> bool:
    if value is None:
        return question.required
    return (
        is_too_long(question, value)
        or lacks_a_name(question, value)
        or (question.required and not is_answered(question, value))
    )
