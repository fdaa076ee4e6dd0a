"""What a form about several complaints leaves to the visit, so that it stays short. Pure.

``whole`` of a screen says about how many complaints it is asked whole, where there are one, two and three: those that
matter most first. About the others, only what is required or can tell danger is asked. What is left out is not known.
"""

from __future__ import annotations

from typing import Any

from intake.questionnaire.values import Answers, Question, Screen

DANGER = ("flag.", "condition.")  # groups of findings that count as soon as they are reported
AMONG = "_among"  # key of the answers about one complaint: its place among all ticked, and how many these are


def among(answers: Answers) -> tuple[int, int]:
    """The place of the complaint that the answers are about, from 0, and of how many."""
    place: Any = answers.get(AMONG)
    return (place[0], place[1]) if place else (0, 1)


def is_whole(screen: Screen, place: int, count: int) -> bool:
    """Whether the screen is asked whole about the complaint of that place among so many."""
    return not screen.whole or place < screen.whole[min(count, len(screen.whole)) - 1]


def is_never_left(question: Question, place: int) -> bool:
    """Whether it is asked however many complaints there are."""
    if question.once and place:
        return False
    return question.required or any(finding.startswith(DANGER) for finding in question.findings)
