"""What a set of answers means, about one complaint or several; and where to continue. Pure.

No value means: not answered, so nothing is known. A *finding* has three values: True, False, and not in the mapping.
"""

from __future__ import annotations

from intake.questionnaire.several import asked_apart, joined, told_of
from intake.questionnaire.taking import age_on
from intake.questionnaire.values import DONE, STRANGER, About, Answers, Questionnaire, Screen
from intake.questionnaire.walk import Later, Reading, read_one

__all__ = [
    "Later",
    "Reading",
    "age_on",
    "findings_from",
    "next_screen",
    "previous_screen",
    "progress",
    "read",
    "resume_at",
]


def read(
    questionnaire: Questionnaire, answers: Answers, about: About = STRANGER, *, part: int | None = None
) -> Reading:
    """Go through the screens in order and collect what the answers say.

    ``part``: the part being filled in; only its screens are shown, and only what is missing there is missing.
    """
    complaints = asked_apart(answers)
    if not complaints:
        return read_one(questionnaire, answers, about, part=part)
    each = {one: read_one(questionnaire, told_of(questionnaire, answers, one), about, part=part) for one in complaints}
    return joined(questionnaire, each, answers)


def findings_from(
    answers: Answers,
    questionnaire: Questionnaire,
    about: About = STRANGER,
) -> dict[str, bool]:
    """Only the findings: True is present, False absent, missing not known."""
    return dict(read(questionnaire, answers, about).findings)


def next_screen(reading: Reading, screen_id: str) -> Screen | None:
    """The screen after this one, or None if the review comes next."""
    ids = [s.id for s in reading.screens]
    place = ids.index(screen_id) + 1 if screen_id in ids else 0
    return reading.screens[place] if place < len(ids) else None


def previous_screen(reading: Reading, screen_id: str) -> Screen | None:
    ids = [s.id for s in reading.screens]
    place = ids.index(screen_id) - 1 if screen_id in ids else -1
    return reading.screens[place] if place >= 0 else None


def resume_at(reading: Reading, answers: Answers) -> Screen | None:
    """The first screen not passed yet, or with a required question open; None if all are done."""
    done = set(answers.get(DONE, ()))
    open_screens = {s.id for s in reading.screens for q in s.questions if q in reading.missing}
    return next((s for s in reading.screens if s.id not in done or s.id in open_screens), None)


def progress(reading: Reading, answers: Answers) -> int:
    """Percentage of screens passed."""
    if not reading.screens:
        return 0
    done = set(answers.get(DONE, ()))
    return round(100 * sum(s.id in done for s in reading.screens) / len(reading.screens))
