"""Is the form asked well: one question for each finding, one or two things in a label, part two after part one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinic.lib.knowledge_files import Fault
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.values import Question, Questionnaire, Screen

MOST_THINGS = 2  # a yes to one of three says too little, and a no takes longer to be sure of
_ASIDE = re.compile(r"\([^)]*\)|\bsuch as\b.*")  # explains, joins nothing
_JOINS = re.compile(r",|;|\bor\b")


def check_asking(questionnaire: Questionnaire, file: str) -> list[Fault]:
    """What makes a form long or its answers vague; forms of the past are as they were."""
    return [Fault(file, key, text) for key, text in _faults(questionnaire)]


def _faults(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    asked_by: dict[str, list[Question]] = {}
    about = {
        question.id: complaints_of(screen, question)
        for screen in questionnaire.screens
        for question in screen.questions
    }
    parts = [screen.part for screen in questionnaire.screens]
    if parts != sorted(parts):
        yield "part", "the screens of part two stand after those of part one"
    for question in questionnaire.questions:
        if question.kind == "chart":  # a place may also tell a path that the list of paths asks about
            continue
        for finding in question.findings:
            for other in asked_by.setdefault(finding, []):
                if other is not question and _both_shown(about[other.id], about[question.id]):
                    yield question.id, f"“{finding}” is asked by “{other.id}” already"
            asked_by[finding].append(question)
        for key, label in _labels(question):
            if things_in(label) > MOST_THINGS:
                yield key, f"“{label}” joins more than {MOST_THINGS} things: a yes could not be told apart"


def complaints_of(screen: Screen, question: Question) -> frozenset[str] | None:
    """The complaints that a question is shown for; None: whatever the complaint, or all but some."""
    clauses = [
        clause
        for when in (screen.show, question.show)
        for clause in when.all_of
        if clause.question == CHOICE and clause.is_
    ]
    return frozenset.intersection(*(frozenset(clause.is_) for clause in clauses)) if clauses else None


def _both_shown(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or not one.isdisjoint(other)


def _labels(question: Question) -> Iterator[tuple[str, str]]:
    """The words whose yes tells a finding: a question to answer with Yes, and each option of a list."""
    if any(option.id == "yes" and option.sets for option in question.options):
        yield question.id, question.label
    for option in question.options:
        if option.sets and option.id not in ("yes", "no", "dont_know"):
            yield f"{question.id}.{option.id}", option.label


def things_in(label: str) -> int:
    """How many things a label names; what stands in brackets or after "such as" explains one of them."""
    return sum(bool(part.strip()) for part in _JOINS.split(_ASIDE.sub("", label)))
