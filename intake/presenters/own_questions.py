"""The clinic's own questions as their owner reads them, and as a patient would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from intake.forms.own_questions import KINDS, NOT_SEX, PART_NAMES, language_names
from intake.forms.screen import ScreenForm
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.length import minutes_of, words_on
from intake.questionnaire.load import DIRECTORY, load_questionnaire
from intake.questionnaire.own import OWN, OwnQuestion, asked, with_own
from intake.questionnaire.own_checks import heading, own_faults
from intake.questionnaire.values import Questionnaire, Screen

KIND_WORDS, SEX_WORDS = dict(KINDS), dict(NOT_SEX)


def own_page(questions: Sequence[OwnQuestion]) -> dict[str, Any]:
    """``parts``: those asked, in the order of the form; ``retired``; and how long they make it."""
    laid = with_own(load_questionnaire(), questions)
    faults, by_id = own_faults(load_questionnaire(), questions), {one.id: one for one in asked(questions)}
    screens = [screen for screen in laid.screens if screen.id in by_id]
    return {
        "parts": [
            (name, [_row(laid, screen, by_id[screen.id], faults) for screen in screens if screen.part == part])
            for part, name in PART_NAMES.items()
        ],
        "retired": [one for one in questions if one.retired],
        "asked": len(screens),
        "words": sum(map(words_on, screens)),
        "minutes": round(minutes_of(screens), 1),
    }


def _row(laid: Questionnaire, screen: Screen, question: OwnQuestion, faults: dict[int, list[str]]) -> dict[str, Any]:
    there = (screen.part, screen.section)
    own = [one.id for one in laid.screens if one.id.startswith(OWN) and (one.part, one.section) == there]
    return {
        "question": question,
        "kind": KIND_WORDS[question.kind],
        "section": screen.section,
        "when": when_words(laid, question),
        "languages": [name for code, name in language_names().items() if code in question.words],
        "missing": [name for code, name in language_names().items() if code not in question.words],
        "faults": faults.get(question.number, []),
        "seconds": round(60 * minutes_of([screen])),
        "is_first": own[:1] == [screen.id],
        "is_last": own[-1:] == [screen.id],
    }


def when_words(laid: Questionnaire, question: OwnQuestion) -> list[str]:
    """Who is asked; empty for everyone."""
    told = []
    complaint = laid.question(CHOICE)
    if question.complaints and complaint is not None:
        told.append(" or ".join(o.label for o in complaint.options if o.id in question.complaints))
    if question.age_from is not None and question.age_to is not None:
        told.append(f"aged {question.age_from} to {question.age_to}")
    elif question.age_from is not None:
        told.append(f"aged {question.age_from} or older")
    elif question.age_to is not None:
        told.append(f"aged {question.age_to} or younger")
    if question.not_sex:
        told.append(SEX_WORDS[question.not_sex].lower())
    if question.earlier:
        other = laid.question(question.earlier)
        answer = other.option(question.answer) if other is not None else None
        told.append(f"“{heading(laid, question.earlier)}”: {answer.label if answer else '?'}")
    return told


def previews(question: OwnQuestion) -> list[dict[str, str]]:
    """The screen in each language: ``code``, ``name`` and ``shown``, which is "" where it has no words."""
    question = question.model_copy(update={"retired": False})
    return [
        {"code": code, "name": name, "shown": _shown(question, code) if code in question.words else ""}
        for code, name in language_names().items()
    ]


def _shown(question: OwnQuestion, code: str) -> str:
    screen = with_own(load_questionnaire(DIRECTORY, code), [question], code).screen(question.id)
    assert screen is not None
    with translation.override(code):
        form = ScreenForm(screen, {}, today=timezone.localdate())
        return render_to_string(
            "intake/_own_preview.html", {"form": form, "screen": screen, "alarms": {}, "code": code}
        )
