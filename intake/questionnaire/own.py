"""A clinic's own questions, laid into the form. Pure.

They only add screens. They report no finding, so the planner learns nothing from a tick, and no question of the form
looks at them, so none of its own can be replaced, hidden or answered by them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from clinic.lib.file_words import ENGLISH
from clinic.lib.knowledge_files import Strict
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.values import (
    ALWAYS,
    Clause,
    Kind,
    Option,
    Question,
    Questionnaire,
    Screen,
    SharedWords,
    When,
)

OWN = "own_"  # begins the ids of these questions and of their screens; no id of the form does
TEXT_LETTERS = 500  # of an answer in words (DESIGN)
OwnKind = Literal["yes_no", "one", "many", "text", "number", "date"]
_ASKED_AS: Mapping[OwnKind, Kind] = {
    "yes_no": "one", "one": "one", "many": "many", "text": "text", "number": "number", "date": "date"
}  # fmt: skip


class OwnWords(Strict):
    """A question in one language. ``options``: the words of its choices, in their order."""

    label: str
    help: str = ""
    options: tuple[str, ...] = ()


class OwnQuestion(Strict):
    """``after``: any screen of the section that it follows. ``not_sex``: nobody of this sex is asked. ``earlier`` and
    ``answer``: asked of those who gave this answer before. ``retired``: no longer asked, and kept.
    """

    number: int
    kind: OwnKind
    words: dict[str, OwnWords]  # by language, English always
    required: bool = False
    part: Literal[1, 2] = 1
    after: str = ""
    minimum: int | None = None
    maximum: int | None = None
    complaints: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    not_sex: Literal["", "female", "male"] = ""
    earlier: str = ""
    answer: str = ""
    retired: bool = False

    @property
    def id(self) -> str:
        return f"{OWN}{self.number}"

    @property
    def english(self) -> OwnWords:
        return self.words[ENGLISH]

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """(id, English words) of each choice. An id goes with the words: one that says something else is another."""
        return tuple((option_id(words), words) for words in self.english.options)


def option_id(words: str) -> str:
    return "c" + hashlib.blake2b(words.casefold().encode(), digest_size=4).hexdigest()


def asked(questions: Sequence[OwnQuestion]) -> tuple[OwnQuestion, ...]:
    return tuple(question for question in questions if not question.retired)


def token_of(questions: Sequence[OwnQuestion]) -> str:
    """Names what is asked, word by word; "" if nothing is."""
    rows = [question.model_dump(mode="json") for question in asked(questions)]
    return hashlib.blake2b(json.dumps(rows, sort_keys=True).encode(), digest_size=5).hexdigest() if rows else ""


def version_with(version: str, token: str) -> str:
    """Of a form together with the own questions asked in it."""
    return f"{version}+{token}" if token else version


def parts_of_version(version: str) -> tuple[str, str]:
    """(version of the form, token of the own questions)."""
    base, _, token = version.partition("+")
    return base, token


def with_own(form: Questionnaire, questions: Sequence[OwnQuestion], language: str = ENGLISH) -> Questionnaire:
    """The form with the questions laid in that have words in the language: nobody reads a foreign one in silence."""
    screens = list(form.screens)
    for question in asked(questions):
        if language in question.words:
            place, section = _place(screens, question)
            screens.insert(place, _screen(question, section, question.words[language], form.words))
    return replace(form, version=version_with(form.version, token_of(questions)), screens=tuple(screens))


def _place(screens: Sequence[Screen], question: OwnQuestion) -> tuple[int, str]:
    """Behind the last screen of its section, and the section; of a section that is gone, at the end of the part."""
    after = next((s for s in screens if s.id == question.after and s.part == question.part), None)
    here = [n for n, s in enumerate(screens) if s.part == question.part and after and s.section == after.section]
    here = here or [n for n, s in enumerate(screens) if s.part <= question.part]
    return here[-1] + 1, screens[here[-1]].section


def _screen(question: OwnQuestion, section: str, words: OwnWords, shared: SharedWords) -> Screen:
    one = Question(
        id=question.id,
        kind=_ASKED_AS[question.kind],
        label=words.label,
        help=words.help,
        required=question.required,
        options=_options(question, words, shared),
        minimum=question.minimum,
        maximum=question.maximum,
        max_length=TEXT_LETTERS,
    )
    return Screen(question.id, section, words.label, "", (one,), _when(question), part=question.part)


def _options(question: OwnQuestion, words: OwnWords, shared: SharedWords) -> tuple[Option, ...]:
    if question.kind == "yes_no":
        return Option("yes", shared.yes), Option("no", shared.no)
    ids = [one for one, _ in question.options]
    options = tuple(Option(*pair) for pair in zip(ids, words.options, strict=True))
    return (*options, Option("none", shared.none, is_none=True)) if question.kind == "many" else options


def _when(question: OwnQuestion) -> When:
    """Whose age or sex is not known is asked: unknown is no "no"."""
    clauses = []
    if question.complaints:
        clauses.append(Clause(question=CHOICE, is_=question.complaints))
    if question.age_from is not None or question.age_to is not None:
        clauses.append(
            Clause(about="age", at_least=question.age_from, at_most=question.age_to, if_unknown=True),
        )
    if question.not_sex:
        clauses.append(Clause(about="sex", is_not=(question.not_sex,), if_unknown=True))
    if question.earlier:
        clauses.append(Clause(question=question.earlier, is_=(question.answer,)))
    return When(tuple(clauses)) if clauses else ALWAYS
