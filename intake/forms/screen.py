"""One screen of the questionnaire as a form: what was posted, checked and turned into answers.

A field's ``value`` is what to render: the posted text if it was posted, otherwise the stored answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from clinic.lib.numbers import whole_number
from intake.assessment.knowledge.medicines import load_medicines
from intake.forms.contact import read_contact, read_line
from intake.forms.dates import OLDEST, DateFault, read_date
from intake.questionnaire.values import (
    ACTIVITY_LETTERS,
    DAYS_IN,
    Answers,
    Question,
    Screen,
    is_answered,
    is_too_long,
    lacks_a_name,
)

ACTIVITIES = (1, 2, 3)
KEPT_LETTERS = 10_000  # this much of a text is kept, though less may be submitted: nothing typed is lost


class AnswerField:
    """A question with its value and what is wrong with it."""

    def __init__(self, question: Question, stored: Any, data: QueryDict | None, today: date) -> None:
        self.question = question
        self.errors: list[str] = []
        self.is_unfinished = False  # kept as it is, though it cannot be submitted like this
        self.answer = stored
        self.value = stored
        self.is_row = False  # of a table, with its neighbours that have the same answers
        self.heads: list[str] = []  # the answers' words above such a table
        if data is not None:
            self.answer, self.value = _read(question, data, today, self.errors)

    @property
    def label(self) -> str:
        return self.question.label

    @property
    def described_by(self) -> str:
        """The ids of the texts next to the question, its help and its errors, for screen readers."""
        help_id = f"help-{self.question.id}" if self.question.help else ""
        return f"{help_id} error-{self.question.id}".strip() if self.errors else help_id

    @property
    def id_for_label(self) -> str:
        """Where the error summary links to: the first control of the question."""
        first = {
            "date": ".day",
            "duration": ".number",
            "activities": ".1.name",
            "phone": ".number",
            "person": ".name",
        }.get(self.question.kind)
        if self.question.kind == "chart":
            return f"id_{self.question.id}.{self.question.regions[0].id}"
        if first is not None or self.question.kind in ("text", "line", "email", "number"):
            return f"id_{self.question.id}{first or ''}"
        return f"id_{self.question.id}.0"

    @property
    def chosen(self) -> list[str]:
        """The ticked option or region ids."""
        if isinstance(self.value, list):
            return [v for v in self.value if isinstance(v, str)]
        return [str(self.value)] if self.value is not None else []

    @property
    def first(self) -> str:
        """Of what is ticked, what was said to matter most."""
        answer = [self.answer] if isinstance(self.answer, str) else self.answer
        return answer[0] if answer else ""

    @property
    def suggestions_id(self) -> str:
        return f"suggest-{self.question.suggests}"

    @property
    def suggested(self) -> list[str]:
        """Names offered while one types."""
        return [*self.question.offers, *(medicine.name for medicine in load_medicines().values())]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of an activities question, including empty ones."""
        stored = self.value if isinstance(self.value, list) else []
        padded = [*stored, *({"name": "", "score": None} for _n in ACTIVITIES)][: len(ACTIVITIES)]
        return [{"number": n, **row} for n, row in zip(ACTIVITIES, padded, strict=True)]

    @property
    def date_parts(self) -> dict[str, str]:
        """Year, month, day as typed or as stored."""
        if isinstance(self.value, str) and self.value:
            year, month, day = self.value.split("-")
            return {"year": year, "month": month.lstrip("0"), "day": day.lstrip("0")}
        return self.value if isinstance(self.value, dict) else {}

    @property
    def steps(self) -> range:
        return range(self.question.minimum or 0, (self.question.maximum or 0) + 1)


class ScreenForm:
    """The fields of a screen. ``is_complete`` also asks for required answers, as Next does."""

    def __init__(self, screen: Screen, answers: Answers, *, today: date, data: QueryDict | None = None) -> None:
        self.screen = screen
        self.fields = [AnswerField(q, answers.get(q.id), data, today) for q in screen.questions]
        self._lay_out_tables()

    def __iter__(self) -> Iterator[AnswerField]:
        return iter(self.fields)

    def _lay_out_tables(self) -> None:
        """Sentences of one instrument are a table, as printed: their answers are read once."""
        for _one, fields in groupby(self.fields, key=lambda f: f.question.scored_words):
            rows = list(fields)
            if len(rows) > 1 and rows[0].question.scored_words:
                rows[0].heads = list(rows[0].question.scored_words)
                for field in rows:
                    field.is_row = True

    @property
    def errors(self) -> dict[str, list[str]]:
        return {field.question.id: field.errors for field in self.fields if field.errors}

    def non_field_errors(self) -> list[str]:
        return []

    def is_complete(self) -> bool:
        """Whether nothing is wrong and nothing required is missing; adds the messages."""
        for field in self.fields:
            if field.question.required and not field.errors and not is_answered(field.question, field.answer):
                field.errors.append(_ask(field.question))
            elif not field.errors and is_too_long(field.question, field.answer):
                field.errors.append(_shorten(field.question, field.answer))
                field.is_unfinished = True
            elif not field.errors and lacks_a_name(field.question, field.answer):
                field.errors.append(_("One of your numbers has no activity. Please name it, or choose “no number”."))
                field.is_unfinished = True
        return not self.errors

    def values(self) -> dict[str, Any]:
        """Question id -> answer, None if nothing was answered; omits invalid ones."""
        return {f.question.id: f.answer for f in self.fields if not f.errors or f.is_unfinished}


def _shorten(question: Question, value: Any) -> str:
    if question.kind == "activities":
        return _("Please keep each under {most} letters.").format(most=ACTIVITY_LETTERS)
    told = _("Please keep it under {most} letters; it is {now} now. All of it is kept until then.")
    return told.format(most=question.max_length, now=len(value))


def _ask(question: Question) -> str:
    if any(option.id == "dont_know" for option in question.options):
        return _("Please choose an answer. “Don’t know” is an answer too.")
    if question.kind == "chart":
        return _("Please mark at least one place.")
    return _("Please answer this.")


def _read(question: Question, data: QueryDict, today: date, errors: list[str]) -> tuple[Any, Any]:
    """(answer, value to render). The answer is None if nothing, or something invalid, was posted."""
    kind, name = question.kind, question.id
    if kind in ("many", "statements", "chart"):
        return _read_ticks(question, data.getlist(name))
    if kind == "ranked":
        return _read_ranked(question, data, errors)
    if kind == "one":
        posted = data.get(name, "")
        ids = {option.id for option in question.options}
        return (posted, posted) if posted in ids else (None, None)
    if kind in ("scale", "number"):
        return _read_number(question, data.get(name, ""), errors)
    if kind == "date":
        return _read_date(question, data, today, errors)
    if kind == "duration":
        return _read_duration(name, data, errors)
    if kind == "activities":
        return _read_activities(question, data, errors)
    if kind in ("line", "email"):
        return read_line(question, data, errors)
    if kind in ("phone", "person"):
        return read_contact(question, data, errors)
    text = clean_text(data.get(name, ""))
    if len(text) > KEPT_LETTERS:
        errors.append(_too_much(text))
        return None, text
    return (text or None), text


def _too_much(text: str) -> str:
    told = _("This is {now} letters, more than we can store. Please shorten it to {most} or fewer.")
    return told.format(now=len(text), most=KEPT_LETTERS)


def clean_text(text: str) -> str:
    """Without control characters and with plain line endings; nothing else is changed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def _read_ticks(question: Question, posted: list[str]) -> tuple[Any, Any]:
    ticked = [one for one in question.ticks if one in posted]  # in the order of the form, each once
    ticked = [one for one in ticked if one.partition(":")[0] in ticked]  # how it feels at a place that is not marked
    alone = {option.id for option in question.options if option.is_none}
    if len(ticked) > 1:
        ticked = [one for one in ticked if one not in alone]
    return (ticked or None), ticked


def _read_ranked(question: Question, data: QueryDict, errors: list[str]) -> tuple[Any, Any]:
    """What is ticked, in the order of the form; what is said to matter most before the rest."""
    posted, first = data.getlist(question.id), data.get(f"{question.id}.first", "")
    ticked = [option.id for option in question.options if option.id in posted]
    if len(ticked) > 1 and first not in ticked:
        errors.append(_("Which of these is the worst?"))
        return None, ticked
    ticked.sort(key=lambda one: one != first)
    if question.maximum and len(ticked) > question.maximum:
        errors.append(_("Please tick at most {most}. Tell us the rest at the visit.").format(most=question.maximum))
        return None, ticked
    return (ticked or None), ticked


def _whole(text: str) -> int | None:
    text = text.strip()
    return whole_number(text, digits=6)


def _read_number(question: Question, text: str, errors: list[str]) -> tuple[Any, Any]:
    if not text.strip():
        return None, ""
    number = _whole(text)
    low, high = question.minimum or 0, question.maximum if question.maximum is not None else 999_999
    if number is None or not low <= number <= high:
        errors.append(_("Please write a whole number from {low} to {high}.").format(low=low, high=high))
        return None, text[:20]
    return number, number


def _read_date(question: Question, data: QueryDict, today: date, errors: list[str]) -> tuple[Any, Any]:
    name = question.id
    parts = [data.get(f"{name}.{part}", "").strip()[:10] for part in ("year", "month", "day")]
    drawn = dict(zip(("year", "month", "day"), parts, strict=True))
    if not any(parts):
        return None, drawn
    year, month, day = parts
    try:
        answer = read_date(day, month, year, today=today, is_birth=question.gives == "date_of_birth")
    except DateFault as fault:
        errors.append(str(fault))
        return None, drawn
    return answer.isoformat(), drawn


def _read_duration(name: str, data: QueryDict, errors: list[str]) -> tuple[Any, Any]:
    number, unit = data.get(f"{name}.number", "").strip()[:10], data.get(f"{name}.unit", "")
    drawn = {"number": number, "unit": unit}
    if not number:
        return None, drawn
    count = _whole(number)
    if unit not in DAYS_IN:
        errors.append(_("Please choose days, weeks, months or years."))
        return None, drawn
    if count is None or count * DAYS_IN[unit] > OLDEST * DAYS_IN["years"]:
        errors.append(_("Please write a whole number, such as 3."))
        return None, drawn
    return {"number": count, "unit": unit}, drawn


def _read_activities(question: Question, data: QueryDict, errors: list[str]) -> tuple[Any, Any]:
    rows = []
    for n in ACTIVITIES:
        activity = clean_text(data.get(f"{question.id}.{n}.name", ""))
        if len(activity) > KEPT_LETTERS and not errors:
            errors.append(_too_much(activity))
        score = _whole(data.get(f"{question.id}.{n}.score", ""))
        if score is not None and not (question.minimum or 0) <= score <= (question.maximum or 0):
            score = None
        rows.append({"name": activity, "score": score})
    kept = [row for row in rows if row["name"] or row["score"] is not None]
    return (None if errors else kept or None), rows
