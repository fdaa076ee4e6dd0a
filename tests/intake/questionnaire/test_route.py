"""Which way answers lead hangs on few of them: what is kept for these is the same as going through the whole form."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from intake.forms.screen import ScreenForm
from intake.questionnaire.own_words import WORDS, row_of
from intake.questionnaire.route import Routes, routes_of
from intake.questionnaire.several import told_of
from intake.questionnaire.values import About, Questionnaire
from intake.questionnaire.walk import Reading, read_one
from tests.intake.test_hostile_sequences import PEOPLE, TODAY
from tests.support.draws import drawn
from tests.support.hostile import COMPLAINTS, FORM, QUESTIONS, posted

CONFIRMED = ("site.low_back", "onset.sport", "quality.dull", "flag.fever", "condition.pregnant")
WHOLE = replace(FORM)  # nothing is kept of it, and every answer counts as one that decides


class _NothingKept(dict[bytes, Any]):
    def get(self, key: bytes, default: Any = None) -> None:
        return None


class _Every(Routes):
    def __init__(self, form: Questionnaire) -> None:
        super().__init__(form)
        self.turning, self.found = tuple(QUESTIONS), _NothingKept()


object.__setattr__(WHOLE, "routes", _Every(WHOLE))


def _answers(chance: random.Random) -> dict[str, Any]:
    """Of some screens, as a page would save them; at times with one's own words confirmed, or about one of several."""
    answers: dict[str, Any] = {}
    for screen in chance.sample(FORM.screens, chance.randint(0, len(FORM.screens))):
        data = QueryDict(mutable=True)
        for key, values in posted(chance, screen).items():
            data.setlist(key, values)
        told = ScreenForm(screen, answers, today=TODAY, data=data).values()
        answers |= {key: value for key, value in told.items() if value is not None}
    if chance.random() < 0.2:
        found = chance.sample(CONFIRMED, chance.randint(1, 3))
        answers[WORDS] = {one: row_of("yes", {"story": ["so"]}, answers) for one in found}
    return told_of(FORM, answers, chance.choice(COMPLAINTS)) if chance.random() < 0.3 else answers


def _said(reading: Reading) -> list[Any]:
    return [reading, *(list(one) for one in (reading.texts, reading.person, reading.numbers, reading.holds_days))]


@drawn(_answers, lambda chance: chance.choice(PEOPLE), lambda chance: chance.choice((None, 1, 2)))
def test_a_kept_route_says_what_the_whole_form_says(answers: dict[str, Any], about: About, part: int | None) -> None:
    assert _said(read_one(FORM, answers, about, part=part)) == _said(read_one(WHOLE, answers, about, part=part))


def test_few_questions_decide_and_their_routes_are_found_once() -> None:
    routes, about = routes_of(FORM), About(age=40, sex="female")
    assert {"complaint", "where", "pregnancy", "duration", "sex"} <= {*routes.turning} and len(routes.turning) < 20
    read_one(FORM, {}, about)
    before = len(routes.found)
    first = read_one(FORM, {"pain_now": 3, "story": "It began in May."}, about)
    second = read_one(FORM, {"pain_now": 4, "mind": ["none"]}, about)
    assert len(routes.found) == before and first.screens is second.screens
    assert read_one(FORM, {"complaint": "other"}, about).screens != first.screens
    assert read_one(FORM, {}, replace(about, sex="male")).screens != first.screens


def test_a_form_keeps_no_more_routes_than_it_may() -> None:
    form = replace(FORM)
    for age in range(300):
        read_one(form, {}, About(age=age))
        assert len(routes_of(form).found) <= 128
