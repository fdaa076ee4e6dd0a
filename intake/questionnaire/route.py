"""Which screens, questions and options a set of answers about one complaint leads to. Pure.

Few answers decide it: those that a condition looks at, itself or by what it finds or says of the person. So a route is
found once for what these say, and kept with the form: most saves change none of them.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import is_

from intake.questionnaire.left_out import among, is_never_left, is_whole
from intake.questionnaire.measuring import Asked, asked_of
from intake.questionnaire.own_words import answer_in, is_answered_by
from intake.questionnaire.taking import BESIDE, Taking
from intake.questionnaire.values import ALWAYS, About, Answers, Question, Questionnaire, Screen

MOST = 128  # ways that are kept with one form
VERSION = 2  # of marshal: by value alone, without references


@dataclass(frozen=True)
class Route:
    """``screens``: those to show, of both parts, each with only its visible questions and options. ``left_out``: left
    to the visit. ``absent``: findings of what is not asked because it cannot apply. ``in_words``: questions that the
    patient's own words answered.
    """

    screens: tuple[Screen, ...]
    left_out: tuple[Screen, ...]
    absent: tuple[str, ...]
    in_words: Mapping[str, list[str]]
    form: Questionnaire

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return _questions(self.screens)

    @cached_property
    def parts(self) -> Mapping[int | None, tuple[tuple[Screen, ...], tuple[Question, ...]]]:
        """Screens and questions of each part; of None, all."""
        of: dict[int | None, tuple[Screen, ...]] = {None: self.screens}
        of |= {part: tuple(s for s in self.screens if s.part == part) for part in (1, 2)}
        return {part: (screens, _questions(screens)) for part, screens in of.items()}

    @cached_property
    def instruments(self) -> Asked:
        return asked_of(self.form, self.questions)

    @cached_property
    def later(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Of part two: what it can find, its questions, its instruments."""
        asked = _questions(s for s in self.screens if s.part > 1)
        ids = frozenset(question.id for question in asked)
        told = {f for question in asked for f in question.findings}
        told |= {count.sets for count in self.form.counts if count.needs in ids}
        return frozenset(told), ids, frozenset(question.instrument for question in asked)


def _questions(screens: Iterable[Screen]) -> tuple[Question, ...]:
    return tuple(question for screen in screens for question in screen.questions)


class Routes:
    """Those of one form. ``turning``: the questions whose answers decide."""

    def __init__(self, form: Questionnaire) -> None:
        self.turning = tuple(_turning(form.screens))
        self.found: dict[bytes, Route] = {}


def _turning(screens: Iterable[Screen]) -> Iterator[str]:
    """What a condition looks at: the answer, what it finds, or what it says of the person."""
    shows = [screen.show for screen in screens]
    asked = _questions(screens)
    shows += [when for q in asked for when in (q.show, q.absent, *(o.show for o in q.options)) if when is not None]
    clauses = [clause for when in shows for clause in when.clauses]
    names, findings = {clause.question for clause in clauses}, {clause.finding for clause in clauses}
    for question in asked:
        says = question.gives in ("date_of_birth", "sex") or question.kind == "duration"
        if says or question.id in names or not findings.isdisjoint(question.findings):
            yield question.id


def routes_of(form: Questionnaire) -> Routes:
    if form.routes is None:
        object.__setattr__(form, "routes", Routes(form))
    routes: Routes = form.routes
    return routes


def route_of(form: Questionnaire, answers: Answers, about: About, confirmed: frozenset[str]) -> Route:
    """``confirmed``: what the patient, asked back, said of their own words."""
    routes = routes_of(form)
    turning = {one: answers[one] for one in routes.turning if one in answers}
    beside, of = list(answers.get(BESIDE, ())), among(answers)
    known = (about.age, str(about.sex or ""), about.birth_known, about.sex_known, about.email_known)
    day = about.on.toordinal() if about.on is not None else None
    try:
        key = marshal.dumps(((*turning.items(),), sorted(confirmed), beside, of, known, day), VERSION)
    except ValueError:  # not plain, as no answer is that was stored
        return _found({**turning, BESIDE: beside}, form, about, confirmed, *of)
    found = routes.found.get(key)
    if found is None:
        found = _found({**turning, BESIDE: beside}, form, about, confirmed, *of)
        if len(routes.found) >= MOST:
            routes.found.clear()
        routes.found[key] = found
    return found


def _found(
    turning: Answers, form: Questionnaire, about: About, confirmed: frozenset[str], place: int, count: int
) -> Route:
    """Goes through the screens in order, with the answers that decide where to."""
    walk = Taking(turning, about)
    walk.tell((finding, True) for finding in confirmed)
    walked: list[Screen] = []
    left_out: list[Screen] = []
    absent: list[str] = []
    for screen in form.screens:
        is_shown = screen.show is ALWAYS or walk.shows(screen.show)
        is_asked_whole = is_whole(screen, place, count)
        visible: list[Question] = []
        left: list[Question] = []
        for question in screen.questions:
            if not is_shown or not (question.show is ALWAYS or walk.shows(question.show)):
                if question.absent is not None and walk.shows(question.absent):
                    walk.tell((f, False) for f in question.findings)
                    absent += question.findings
            elif confirmed and is_answered_by(question, confirmed):
                walk.in_words[question.id] = answer_in(question, confirmed)
            elif not (is_asked_whole or is_never_left(question, place)):
                left += [question] if not question.once else []  # that is asked with another
            else:
                kept = walk.with_shown_options(question)
                visible.append(kept)
                if question.id in turning:
                    walk.take(kept)
        if left:
            left_out.append(replace(screen, questions=tuple(left)))
        if len(visible) == len(screen.questions) and all(map(is_, visible, screen.questions)):
            walked.append(screen)
        elif visible:
            walked.append(replace(screen, questions=tuple(visible)))
    return Route(tuple(walked), tuple(left_out), tuple(absent), walk.in_words, form)
