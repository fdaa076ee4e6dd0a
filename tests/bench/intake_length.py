"""How long the patient's form is for twelve invented patients: screens, words to read, taps, minutes.

``python -m tests.bench.intake_length`` prints the table. A model, not a measurement of people: 200 words a minute,
1.5 s for each tap, 0.25 s for each letter typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About, Question, Questionnaire, Screen, is_answered
from treatments.demo.answers import answers_of
from treatments.demo.people import Role, cast

WORDS_A_MINUTE, SECONDS_A_TAP, SECONDS_A_LETTER = 200, 1.5, 0.25
TYPED = ("text", "line", "email")


@dataclass(frozen=True)
class Length:
    """What one person reads and does until everything is answered; the welcome, consent and check pages not counted."""

    who: str
    screens: int
    words: int
    taps: int
    letters: int

    @property
    def minutes(self) -> float:
        seconds = self.taps * SECONDS_A_TAP + self.letters * SECONDS_A_LETTER
        return self.words / WORDS_A_MINUTE + seconds / 60


def _words(*texts: str) -> int:
    return sum(len(re.findall(r"[^\s–]+", text)) for text in texts)


def _read(screen: Screen) -> int:
    """Words on a screen. Yes and No are not read, the body chart is looked at, and a lone list repeats its title."""
    total = _words(screen.title, screen.intro)
    for question in screen.questions:
        lone = len(screen.questions) == 1 and question.kind in ("many", "statements", "chart")
        total += _words("" if lone else question.label, question.help, question.low_label, question.high_label)
        total += _words(*(o.label for o in question.options if o.id not in ("yes", "no")))
    return total


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


def length_of(who: str, questionnaire: Questionnaire, answers: Mapping[str, Any], about: About) -> Length:
    screens = read(questionnaire, answers, about).screens
    done = [_done(question, answers.get(question.id)) for screen in screens for question in screen.questions]
    return Length(
        who,
        len(screens),
        sum(map(_read, screens)),
        sum(taps for taps, _ in done) + len(screens),  # and Next on each
        sum(letters for _, letters in done),
    )


def lengths(roles: Iterable[Role] | None = None, *, today: dt.date = dt.date(2026, 12, 1)) -> list[Length]:
    """Of twelve invented people, whose date of birth, sex and e-mail the clinic knows."""
    questionnaire = load_questionnaire()
    found = []
    for role in roles if roles is not None else cast()[:12]:
        person = role.persona
        about = About(
            today.year - person.born, person.sex, birth_known=True, sex_known=True, email_known=True, on=today
        )
        answers = answers_of(person, questionnaire, about)
        found.append(length_of(f"{person.given_name} {person.family_name}", questionnaire, answers, about))
    return found


def main() -> None:
    print(f"{'who':22} screens  words   taps letters minutes")
    for one in lengths():
        print(f"{one.who:22} {one.screens:7} {one.words:6} {one.taps:6} {one.letters:7} {one.minutes:7.1f}")


if __name__ == "__main__":
    main()
