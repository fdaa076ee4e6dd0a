"""Whatever is posted to a screen: an answer or a sentence, never a breakdown; and stored answers always read."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from intake.forms.screen import ScreenForm
from intake.presenters.patient_form import answers_in_words
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About
from tests.support.draws import draws

Q = load_questionnaire()
TODAY = dt.date(2026, 6, 1)
NAMES = [q.id for q in Q.questions]
PARTS = ["", ".day", ".month", ".year", ".number", ".unit", ".1.name", ".1.score", ".9.name"]
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["yes", "no", "dont_know", "none", "", "-1", "0", "10", "11", "1e9", "９", "NaN", "9" * 400, "\x00", "weeks"]
    ),
    st.sampled_from([o.id for q in Q.questions for o in q.options] + [r.id for q in Q.questions for r in q.regions]),
)
POSTS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(PARTS), VALUES), max_size=30)


@draws(300)
@given(POSTS)
def test_any_post_is_read_and_its_answers_make_sense(posted: list[tuple[str, str, str]]) -> None:
    data = QueryDict(mutable=True)
    for name, part, value in posted:
        data.appendlist(f"{name}{part}", value)
    answers = {}
    for screen in Q.screens:
        form = ScreenForm(screen, {}, today=TODAY, data=data)
        form.is_complete()
        for field in form:
            drawn = {"date": "date_parts", "activities": "rows"}.get(field.question.kind, "chosen")
            assert getattr(field, drawn) is not None  # whatever came can be drawn again
        answers |= {key: value for key, value in form.values().items() if value is not None}
    reading = read(Q, answers, About(on=TODAY))
    assert all(isinstance(present, bool) for present in reading.findings.values())
    assert all(0 <= value <= 24 for value in reading.measures.values())
    answers_in_words(reading, answers)


@pytest.mark.parametrize("text", ["٣", "²", "1_000", "+5", " 5 "])
def test_only_plain_digits_are_numbers(text: str) -> None:
    data = QueryDict(mutable=True)
    data["pain_now"] = text
    form = ScreenForm(Q.screen("strength"), {}, today=TODAY, data=data)
    assert form.values().get("pain_now") == (5 if text == " 5 " else None)
