"""Are a clinic's own questions in order: as strict as with the form's, in words for who writes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clinic.lib.file_words import ENGLISH
from intake.questionnaire.asking import MOST_THINGS, things_in
from intake.questionnaire.checks import check
from intake.questionnaire.own import OwnQuestion, asked, with_own
from intake.questionnaire.values import Clause, Question, Questionnaire, Screen

FEWEST_CHOICES: Mapping[str, int] = {"one": 2, "many": 1}
SEXES = ("female", "male", "other", None)


def own_faults(form: Questionnaire, questions: Sequence[OwnQuestion]) -> dict[int, list[str]]:
    """Number of a question -> what is wrong with it; only those with faults."""
    laid = with_own(form, questions)
    found: dict[int, list[str]] = {}
    of_the_form = {q.id for q in form.questions} | {s.id for s in form.screens}
    checked = check(laid, {finding for question in laid.questions for finding in question.findings}, "")
    for question in asked(questions):
        faults = list(_faults_of(question))
        if question.id in of_the_form:
            faults.append(f"the form itself has a question of the name “{question.id}”")
        faults += _condition_faults(laid, question)
        if found_by := faults or [fault.text for fault in checked if fault.key == question.id]:
            found[question.number] = list(dict.fromkeys(found_by))
    return found


def _faults_of(question: OwnQuestion) -> Iterator[str]:
    """In its words and limits."""
    english = question.english
    fewest = FEWEST_CHOICES.get(question.kind, 0)
    if len(english.options) < fewest:
        yield f"{fewest} choice{'s' if fewest > 1 else ''} at least are needed"
    if question.kind == "yes_no" and things_in(english.label) > MOST_THINGS:
        yield f"it joins more than {MOST_THINGS} things: a yes could not be told apart. Make it a list to tick"
    if None not in (question.minimum, question.maximum) and question.minimum > question.maximum:  # type: ignore[operator]
        yield "the smallest number is above the largest"
    for language, words in question.words.items():
        if not words.label.strip():
            yield f"it has no words ({language})"
        if any(not option.strip() for option in words.options) or len(words.options) != len(english.options):
            yield f"a choice has no words ({language})"
        elif len({option.casefold() for option in words.options}) != len(words.options):
            yield f"two choices have the same words ({language})"
        if bool(words.help) != bool(english.help):
            yield f"the help line is not in every language ({language})"
    if ENGLISH not in question.words:
        yield "it has no English words, which the clinic reads"


def _condition_faults(laid: Questionnaire, question: OwnQuestion) -> Iterator[str]:
    """A condition that looks at nothing, or can never hold."""
    if question.earlier:
        other = laid.question(question.earlier)
        if other is None or other.kind not in ("one", "many"):
            yield "the earlier answer that it waits for is no longer asked about"
            return
        if other.option(question.answer) is None:
            yield f"“{heading(laid, other.id)}” no longer has the answer that it waits for"
            return
        order = [one.id for one in laid.questions]
        if order.index(other.id) >= order.index(question.id):
            yield f"“{heading(laid, other.id)}”, whose answer it waits for, is asked later"
            return
    screen = laid.screen(question.id)
    if screen is not None:
        yield from never(laid, screen)


def never(form: Questionnaire, screen: Screen) -> Iterator[str]:
    """Why nobody can ever see a screen: what must hold for it, and for what it looks at, cannot hold at once."""
    needs = list(_needs(form, screen.show.all_of, set()))
    ages = [clause for clause in needs if clause.about == "age"]
    lowest = max((c.at_least for c in ages if c.at_least is not None), default=0)
    highest = min((c.at_most for c in ages if c.at_most is not None), default=lowest)
    if lowest > highest:
        yield "nobody has the age: it can never be asked"
    if not any(all(c.holds(sex) for c in needs if c.about == "sex") for sex in SEXES):
        yield "nobody has the sex: it can never be asked"
    for name in dict.fromkeys(clause.question for clause in needs if clause.question):
        other = form.question(name)
        if other is None or other.kind != "one":  # several ticks may make each true
            continue
        answers: list[Any] = [None, *(option.id for option in other.options)]
        if not any(all(c.holds(one) for c in needs if c.question == name) for one in answers):
            yield f"no answer to “{heading(form, name)}” fits: it can never be asked"


def _needs(form: Questionnaire, clauses: Sequence[Clause], seen: set[str]) -> Iterator[Clause]:
    """These conditions, and those of every question that must have been answered for them to hold."""
    for clause in clauses:
        yield clause
        if not clause.question or clause.if_unknown or clause.question in seen:
            continue
        seen.add(clause.question)
        where = _found(form, clause.question)
        if where is not None:
            screen, question = where
            yield from _needs(form, (*screen.show.all_of, *question.show.all_of), seen)
            if len(clause.is_) == 1 and (option := question.option(clause.is_[0])) is not None:
                yield from _needs(form, option.show.all_of, seen)


def heading(form: Questionnaire, question_id: str) -> str:
    """A question as it is spoken of: alone on its screen, its title says more."""
    where = _found(form, question_id)
    if where is None:
        return question_id
    screen, question = where
    return screen.title if len(screen.questions) == 1 or not question.label else question.label


def _found(form: Questionnaire, question_id: str) -> tuple[Screen, Question] | None:
    return next(((s, q) for s in form.screens for q in s.questions if q.id == question_id), None)
