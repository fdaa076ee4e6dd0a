"""How long the patient's form is for invented patients with one complaint, two and three: screens, words to read, taps,
minutes, for each part.

``python -m tests.bench.intake_length`` prints the table; ``make bench`` has it among its figures. The model is that of
``intake.questionnaire.length``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from intake.questionnaire.answers import read
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.length import SECONDS_A_LETTER, SECONDS_A_TAP, WORDS_A_MINUTE, words_on
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About, Question, Screen, is_answered
from treatments.demo.answers import answers_of
from treatments.demo.people import Role, cast

MOST_SCREENS, MOST_MINUTES, MOST_WORDS = 18, 7, 1600
MOST_WITH_SEVERAL = 12  # minutes, of either part
SEVERAL = (
    "place, neck", "neck, place", "neck, headache", "headache, place", "shoulder, neck", "shoulder, knee",
    "knee, place", "place, elsewhere", "sleep_stress, neck", "place, sleep_stress", "place, other",
    "neck, place, knee", "headache, neck, shoulder", "place, shoulder, sleep_stress", "sleep_stress, headache, neck",
    "knee, shoulder, headache",
)  # fmt: skip
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


def lengths_with_several(*, today: dt.date = dt.date(2026, 12, 1)) -> list[Length]:
    """Both parts of those who tick the most, with two complaints and three, the one that matters most first."""
    people = [role for role in cast()[:12] if role.persona.family_name in ("Gallagher", "Abendroth")]
    found = []
    for ticked in SEVERAL:
        told = [{**role.persona.told, CHOICE: ticked} for role in people]
        roles = [replace(role, persona=replace(role.persona, told=one)) for role, one in zip(people, told, strict=True)]
        rows = lengths(roles, today=today)
        found += [replace(row, who=f"{ticked}: {row.who.split()[-1]}") for row in rows]
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
        "minutes_several": round(max(row.minutes for row in lengths_with_several()), 2),
    }


def main() -> None:
    print(f"{'who':40} part screens  words   taps minutes  typing")
    for one in (*lengths(), *lengths_with_several()):
        print(
            f"{one.who:40} {one.part:4} {one.screens:7} {one.words:6} {one.taps:6} {one.minutes:7.1f} {one.typing:7.1f}"
        )
    print("the longest:", ", ".join(f"{name} {figure:g}" for name, figure in summary().items()))


if __name__ == "__main__":
    main()
