"""How long a form is to read and to fill in: a model, not a measurement of people. Pure.

200 words a minute, 1.5 s for each tap; letters are told apart, 0.25 s for each (DESIGN).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake.questionnaire.values import Screen

WORDS_A_MINUTE, SECONDS_A_TAP, SECONDS_A_LETTER = 200, 1.5, 0.25


def words_in(*texts: str) -> int:
    return sum(len(re.findall(r"[^\s–]+", text)) for text in texts)


def words_on(screen: Screen) -> int:
    """Words on a screen. Yes and No are not read, of the body chart only the kinds, and a title is read once.

    Sentences of one instrument stand in a table: the words of their answers are above it, once.
    """
    total = words_in(screen.title, screen.intro)
    above: tuple[str, ...] = ()
    for question in screen.questions:
        lone = len(screen.questions) == 1 and question.kind in ("many", "statements", "chart")
        label = "" if lone or question.label == screen.title else question.label
        total += words_in(*(kind.label for kind in question.kinds))
        total += words_in(label, question.help, question.low_label, question.high_label)
        if not question.scored_words or question.scored_words != above:
            total += words_in(*(o.label for o in question.options if o.id not in ("yes", "no")))
        above = question.scored_words
    return total


def minutes_of(screens: Iterable[Screen]) -> float:
    """To read them, to tap one answer for each question, and Next."""
    return sum(
        words_on(screen) / WORDS_A_MINUTE + (len(screen.questions) + 1) * SECONDS_A_TAP / 60 for screen in screens
    )
