"""Answers to the form as nobody gives them, and what must hold of whatever is stored after them."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Collection, Sequence
from typing import Any

from intake.forms.screen import KEPT_LETTERS
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own import with_own
from intake.questionnaire.own_words import WORDS
from intake.questionnaire.several import ABOUT, APART, named
from intake.questionnaire.values import ACTIVITY_LETTERS, DAYS_IN, DONE, Answers, Question, Screen
from tests.support.draws import text
from tests.support.own_questions import EVERY_KIND

FORM = with_own(load_questionnaire(), EVERY_KIND)  # a clinic's own questions among ours
QUESTIONS = {question.id: question for question in FORM.questions}
COMPLAINTS = [option.id for option in QUESTIONS[CHOICE].options]
OPTIONS = [option.id for question in FORM.questions for option in question.options]
_OF_ANOTHER = [f"{name}{APART}{one}" for name in ("pain_now", "where", "onset") for one in (*COMPLAINTS, "of_no_pack")]
PARTS = (".day", ".month", ".year", ".number", ".unit", ".none", ".name", ".phone", ".relation", ".1.name", ".1.score")
GIANT = "9" * 5000
BAD: Sequence[str] = (
    "", " ", "-1", "0", "11", "1e9", "９", "NaN", "null", "None", "true", "[]", "{}", "\u202e", "dont_know", "none",
    "../../etc", "' OR 1=1 --", "<script>", "2026-13-45", "31", "2", "0000", "weeks", "years", "a@b.example",
    "+12025550123", GIANT, "x" * (KEPT_LETTERS + 1), "\ud7ff", "é" * 300,
)  # fmt: skip


def fitting(chance: random.Random, question: Question) -> dict[str, list[str]]:
    """What a browser would post for an answer that fits."""
    name, kind = question.id, question.kind
    if kind in ("one", "many", "statements"):
        ids = [option.id for option in question.options]
        return {name: chance.sample(ids, 1 if kind == "one" else chance.randint(0, min(3, len(ids))))}
    if kind == "ranked":
        ids = [option.id for option in question.options]
        return {name: chance.sample(ids, chance.randint(1, 4)), f"{name}.first": [chance.choice(ids)]}
    if kind == "chart":
        return {name: chance.sample([region.id for region in question.regions], chance.randint(0, 3))}
    if kind in ("scale", "number"):
        return {name: [str(chance.randint(question.minimum or 0, question.maximum or 40))]}
    if kind == "date":
        return {
            f"{name}.day": [str(chance.randint(1, 28))],
            f"{name}.month": [str(chance.randint(1, 12))],
            f"{name}.year": [str(chance.randint(1930, 2024))],
        }
    if kind == "duration":
        return {f"{name}.number": [str(chance.randint(1, 20))], f"{name}.unit": [chance.choice([*DAYS_IN])]}
    if kind == "activities":
        return {f"{name}.1.name": [text(chance, 8)], f"{name}.1.score": [str(chance.randint(0, 10))]}
    return {name: [text(chance, 20)], f"{name}.name": [text(chance, 8)], f"{name}.number": ["+12025550123"]}


def posted(chance: random.Random, screen: Screen) -> dict[str, list[str]]:
    """One post of a screen: fitting, missing, of the wrong type, giant, doubled, and questions of other screens."""
    data: dict[str, list[str]] = {}
    for question in screen.questions:
        kind = chance.random()
        if kind < 0.6:
            data |= fitting(chance, question)
        elif kind < 0.85:
            data[question.id] = [chance.choice(BAD) for _n in range(chance.randint(1, 3))]
        if chance.random() < 0.1:
            data[question.id + chance.choice(PARTS)] = [chance.choice(BAD)]
    for _n in range(chance.randint(0, 2)):
        stranger = chance.choice(
            (*QUESTIONS, *_OF_ANOTHER, DONE, WORDS, ABOUT, "__class__", "answers", "patient_id", "consent_at", "of2")
        )
        data.setdefault(stranger, [chance.choice((*BAD, *OPTIONS[:40]))])
    return data


def faults(answers: Answers) -> list[str]:
    """What is stored and may not be: a key that is no question, or a value that does not fit its question."""
    json.dumps(answers, allow_nan=False)
    asked = {key: QUESTIONS[named(key)] for key in answers if named(key) in QUESTIONS and _may_be_of(key, FORM.each)}
    found = [key for key in answers if key not in asked and key not in (DONE, WORDS, ABOUT)]
    found += [f"{key}: {value!r:.80}" for key, value in answers.items() if key in asked and not fits(asked[key], value)]
    if answers.get(ABOUT, "") not in ("", *COMPLAINTS):
        found.append(ABOUT)
    screens, apart = {screen.id for screen in FORM.screens}, {screen.id for screen in FORM.screens if screen.each}
    return found + [one for one in answers.get(DONE, []) if named(one) not in screens or not _may_be_of(one, apart)]


def _may_be_of(name: str, apart: Collection[str]) -> bool:
    """Only what is asked about each complaint has one in its id, and one that there is."""
    of = name.partition(APART)[2]
    return not of or (named(name) in apart and of in COMPLAINTS)


def fits(question: Question, value: Any) -> bool:
    return _FITS[question.kind](question, value)


def _one(question: Question, value: Any) -> bool:
    return isinstance(value, str) and question.option(value) is not None


def _ticks(question: Question, value: Any) -> bool:
    ids = {one.id for one in (question.regions if question.kind == "chart" else question.options)}
    alone = {option.id for option in question.options if option.is_none}
    return (
        isinstance(value, list)
        and 0 < len(value) == len(set(value))
        and ids.issuperset(value)
        and (len(value) == 1 or alone.isdisjoint(value))
    )


def _ranked(question: Question, value: Any) -> bool:
    if isinstance(value, str):  # of a form in which one alone could be chosen
        return question.option(value) is not None
    return _ticks(question, value) and len(value) <= (question.maximum or len(value))


def _number(question: Question, value: Any) -> bool:
    most = 999_999 if question.maximum is None else question.maximum
    return type(value) is int and (question.minimum or 0) <= value <= most


def _text(_question: Question, value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= KEPT_LETTERS and "\0" not in value


def _date(_question: Question, value: Any) -> bool:
    return isinstance(value, str) and dt.date(1890, 1, 1) <= dt.date.fromisoformat(value) <= dt.date(2100, 1, 1)


def _duration(_question: Question, value: Any) -> bool:
    return value.keys() == {"number", "unit"} and type(value["number"]) is int and value["unit"] in DAYS_IN


def _activities(question: Question, value: Any) -> bool:
    assert ACTIVITY_LETTERS < KEPT_LETTERS
    return 0 < len(value) <= 3 and all(
        row.keys() == {"name", "score"}
        and len(row["name"]) <= KEPT_LETTERS
        and (row["score"] is None or _number(question, row["score"]))
        for row in value
    )


def _contact(question: Question, value: Any) -> bool:
    if value.keys() == {"none"}:
        return question.option(value["none"]) is not None
    return value.keys() <= {"number", "name", "phone", "relation"} and all(
        isinstance(part, str) and len(part) <= KEPT_LETTERS for part in value.values()
    )


_FITS: dict[str, Callable[[Question, Any], bool]] = {
    "one": _one, "many": _ticks, "statements": _ticks, "chart": _ticks, "scale": _number, "number": _number,
    "text": _text, "line": _text, "email": _text, "date": _date, "duration": _duration, "activities": _activities,
    "phone": _contact, "person": _contact, "ranked": _ranked,
}  # fmt: skip
