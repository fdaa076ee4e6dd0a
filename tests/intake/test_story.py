"""The story on the practitioner's page says what was ticked, in the form's words, and nothing else."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pytest

from intake.presenters.story import story_of
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About
from tests.support.draws import drawn, some
from treatments.demo.answers import answers_of
from treatments.demo.people import cast

pytestmark = pytest.mark.pure
MAN = About(45, "male", birth_known=True, sex_known=True, on=dt.date(2026, 12, 1))
ASKED = ("where", "duration", "onset", "pain_now", "pain_average", "pain_worst", "quality", "travel", "eases", "worse")


def story(answers: dict[str, Any], about: About = MAN) -> list[str]:
    return story_of(read(load_questionnaire(), answers, about), answers)


def test_three_sentences_from_what_was_ticked() -> None:
    told = {
        "where": ["low_back_left", "low_back_right", "buttock_left"],
        "duration": {"number": 3, "unit": "years"},
        "onset": ["accident", "gradual"],
        "course": "worse",
        "pain_now": 5,
        "pain_average": 6,
        "pain_worst": 8,
        "quality": ["stabbing", "dull"],
        "travel": ["buttock"],
        "eases": ["heat"],
        "worse": ["sitting"],
        "weather": ["cold_damp"],
        "stress": "much",
    }
    assert story(told) == [
        "It began: accident or fall and slowly; "
        "it has hurt for 3 years: lower back, both sides; buttock, left; since then worse.",
        "It is 5 now, 6 on average and 8 at worst, out of 10; "
        "it feels sharp, in one spot; dull ache; it travels: buttock only.",
        "Better with warmth; worse with sitting long and cold or damp; much worse with worry, anger or pressure.",
    ]


@pytest.mark.parametrize(
    ("told", "sentences"),
    [
        ({}, []),
        ({"quality": ["none"], "eases": ["none"], "stress": "none"}, []),
        ({"worse": ["dont_know"], "stress": "dont_know"}, []),
        ({"pain_now": 0}, ["It is 0 now, out of 10."]),
        ({"travel": ["stays"]}, ["It stays in place."]),
        ({"where": ["neck"]}, ["It hurts: neck."]),
        ({"duration": {"number": 10, "unit": "days"}}, ["It has been there for 10 days."]),
        ({"onset": ["recurrent"]}, ["It keeps coming back."]),
        ({"stress": "some"}, ["A little worse with worry, anger or pressure."]),
    ],
)
def test_what_was_not_answered_is_left_out(told: dict[str, Any], sentences: list[str]) -> None:
    assert story(told) == sentences


@cache
def all_of(number: int) -> tuple[About, dict[str, Any]]:
    """What an invented person answers to everything."""
    person = cast()[number].persona
    about = About(2026 - person.born, person.sex, birth_known=True, sex_known=True, on=MAN.on)
    return about, answers_of(person, load_questionnaire(), about)


@drawn(lambda chance: chance.randint(0, 11), lambda chance: {*some(chance, ASKED, len(ASKED))})
def test_every_ticked_answer_is_in_it(number: int, kept: set[str]) -> None:
    about, whole = all_of(number)
    answers = {key: value for key, value in whole.items() if key in kept}
    sentences = story(answers, about)
    text = " ".join(sentences).lower()
    ticked = [
        option.label.lower()
        for question in read(load_questionnaire(), answers, about).questions
        if question.id in ("quality", "eases", "worse")
        for option in question.options
        if option.id in (answers.get(question.id) or ()) and not option.is_none and not option.leaves_open
    ]
    assert len(sentences) <= 3 and all(label in text for label in ticked)
