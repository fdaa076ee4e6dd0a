"""How long the patient's form is for invented patients with one complaint, two and three: screens, words to read, taps,
minutes, for each part.

``python -m tests.bench.intake_length`` prints the table; ``make bench`` has it among its figures. The model is that of
``intake.questionnaire.length``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from intake.questionnaire.answers import read
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.length import SECONDS_A_LETTER, SECONDS_A_TAP, WORDS_A_MINUTE, words_on
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.several import APART
from intake.questionnaire.values import About, Question, Screen, is_answered
from treatments.demo.answers import Persona, answers_of, answers_to_all
from treatments.demo.people import Role, cast

MOST_SCREENS, MOST_MINUTES, MOST_WORDS = 18, 7, 1600
MOST_IN_ALL = 12  # minutes, both parts together, however many complaints
PARTS = (1, 2)
TYPED = ("text", "line", "email")


@dataclass(frozen=True)
class Length:
    """What one person reads and does until everything is answered; the welcome, consent and check pages not counted."""

    who: str
    part: int
    screens: int
    words: int
    taps: int
    letters: int

    @property
    def minutes(self) -> float:
        """To read and to tap."""
        return self.words / WORDS_A_MINUTE + self.taps * SECONDS_A_TAP / 60

    @property
    def typing(self) -> float:
        """Minutes to type what this person has to tell."""
        return self.letters * SECONDS_A_LETTER / 60


def _done(question: Question, value: Any) -> tuple[int, int]:
    """(taps, letters) of an answer; to touch a field is a tap."""
    if not is_answered(question, value):
        return 0, 0
    if question.kind in TYPED:
        return 1, len(value)
    if question.kind in ("number", "date"):
        return 1, len(str(value))
    if question.kind == "duration":
        return 2, len(str(value["number"]))
    if question.kind == "activities":
        return 2 * len(value), sum(len(row["name"]) for row in value)
    return (len(value), 0) if isinstance(value, list) else (1, 0)


def length_of(who: str, part: int, screens: Sequence[Screen], answers: Mapping[str, Any]) -> Length:
    done = [_done(question, answers.get(question.id)) for screen in screens for question in screen.questions]
    return Length(
        who,
        part,
        len(screens),
        sum(map(words_on, screens)),
        sum(taps for taps, _ in done) + len(screens),  # and Next on each
        sum(letters for _, letters in done),
    )


def lengths(roles: Iterable[Role] | None = None, *, today: dt.date = dt.date(2026, 12, 1)) -> list[Length]:
    """Both parts of twelve invented people, whose date of birth, sex and e-mail the clinic knows."""
    questionnaire = load_questionnaire()
    found = []
    for role in roles if roles is not None else cast()[:12]:
        person = role.persona
        about = About(
            today.year - person.born, person.sex, birth_known=True, sex_known=True, email_known=True, on=today
        )
        answers = answers_of(person, questionnaire, about)
        screens = read(questionnaire, answers, about).screens
        who = f"{person.given_name} {person.family_name}"
        found += [length_of(who, part, [s for s in screens if s.part == part], answers) for part in PARTS]
    return found


def asked_the_most() -> dict[str, Persona]:
    """Three who answer like those who tick the most, and are asked besides what few are: cancer once, training, pain
    for years that began when young (the questions about inflammation); one pregnant, one past 50, one past 62.
    """
    people = {role.persona.family_name: role.persona for role in cast()}
    ill = {"flag.cancer_history", "onset.sport"}
    years = {"number": 12, "unit": "years"}
    found = {}
    for who, person, born, without in (
        ("pregnant, 34", people["Gallagher"], 1992, set()),
        ("a woman of 52", people["Gallagher"], 1974, {"condition.pregnant"}),
        ("a man of 66", people["Abendroth"], 1960, set()),
    ):
        told = {**person.told, "sport": "yes", "investigated": "found"}
        present = (person.present | ill) - without
        found[who] = replace(person, born=born, present=present, duration=years, told=told)
    return found


def choices() -> list[tuple[str, ...]]:
    """One complaint, two, three, in every combination: each as the one that matters most, with any others."""
    question = load_questionnaire().question(CHOICE)
    assert question
    ids = [option.id for option in question.options]
    return [
        (first, *beside)
        for first in ids
        for others in range(3)
        for beside in permutations([one for one in ids if one != first], others)
    ]


def lengths_about(person: Persona, ticked: Sequence[str], said: Mapping[str, Any], today: dt.date) -> list[Length]:
    """Both parts for somebody who ticks these complaints, the one that matters most first, and answers as ``said``."""
    form = load_questionnaire()
    about = About(today.year - person.born, person.sex, birth_known=True, sex_known=True, email_known=True, on=today)
    apart = {f"{name}{APART}{one}": said[name] for name in form.each & said.keys() for one in ticked}
    answers = {**said, **apart, CHOICE: [*ticked]}
    screens = read(form, answers, about).screens
    return [length_of(", ".join(ticked), part, [s for s in screens if s.part == part], answers) for part in PARTS]


def longest(*, today: dt.date = dt.date(2026, 12, 1)) -> dict[int, tuple[float, float, str]]:
    """For one complaint, two, three: the minutes of both parts together at most, of part one then, and of whom."""
    found: dict[int, tuple[float, float, str]] = {}
    for who, person in asked_the_most().items():
        said = answers_to_all(person, load_questionnaire().questions)
        for ticked in choices():
            first, second = lengths_about(person, ticked, said, today)
            row = (first.minutes + second.minutes, first.minutes, f"{first.who} ({who})")
            found[len(ticked)] = max(found.get(len(ticked), row), row)
    return found


def summary() -> dict[str, float]:
    """The longest of each part, and of both: the figures of ``make bench``."""
    rows = lengths()
    first, second = ([row for row in rows if row.part == part] for part in PARTS)
    return {
        "screens": max(row.screens for row in first),
        "minutes": round(max(row.minutes for row in first), 2),
        "words": max(one.words + two.words for one, two in zip(first, second, strict=True)),
        "minutes_two": round(max(row.minutes for row in second), 2),
        "minutes_in_all": round(max(minutes for minutes, _, _ in longest().values()), 2),
    }


def main() -> None:
    print(f"{'who':40} part screens  words   taps minutes  typing")
    for one in lengths():
        print(
            f"{one.who:40} {one.part:4} {one.screens:7} {one.words:6} {one.taps:6} {one.minutes:7.1f} {one.typing:7.1f}"
        )
    print("both parts together, every combination of complaints, those who are asked the most:")
    for count, (minutes, first, who) in sorted(longest().items()):
        print(
            f"{count} complaint{'s' * (count > 1):1}  at most {minutes:5.2f} minutes, {first:5.2f} of part one: {who}"
        )
    print("the longest:", ", ".join(f"{name} {figure:g}" for name, figure in summary().items()))


if __name__ == "__main__":
    main()
