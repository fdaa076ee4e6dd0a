"""What the patient reads: where they are, what to do about a sign, their answers in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from intake.models import Clash, IntakeResponse
from intake.questionnaire.answers import Reading
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.merging import drawn, mark_of
from intake.questionnaire.values import Answers, Question, Screen, is_answered, is_too_long, lacks_a_name

KEPT_PRIVATE = "Answered. It is not shown here, to keep it private."
NOT_ANSWERED = "Not answered"
PLAIN = (["No"], ["None of these"])  # said in one line for many questions: what was told stands out


def place(reading: Reading, screen: Screen) -> dict[str, Any]:
    """Number of the screen, how many there are, per cent."""
    ids = [s.id for s in reading.screens]
    number = ids.index(screen.id) + 1
    return {"number": number, "total": len(ids), "percent": round(100 * (number - 1) / len(ids))}


def answers_in_words(reading: Reading, answers: Answers) -> list[dict[str, Any]]:
    """Sections for the review page: ``title``, ``rows`` and ``plain``, the rows that say no more than "No".

    A row is ``{"screen", "label", "words", "is_answered"}``.
    """
    sections: dict[str, list[dict[str, Any]]] = {}
    for screen in reading.screens:
        rows = sections.setdefault(screen.section, [])
        for question in screen.questions:
            told = is_answered(question, answers.get(question.id))
            words = in_words(question, answers.get(question.id)) if told else [NOT_ANSWERED]
            if told and question.private:
                words = [KEPT_PRIVATE]
            rows.append(
                {
                    "screen": screen.id,
                    "label": _heading(screen, question),
                    "words": words,
                    "is_answered": told,
                }
            )
    return [
        {
            "title": title,
            "rows": [row for row in rows if row["words"] not in PLAIN],
            "plain": [row for row in rows if row["words"] in PLAIN],
        }
        for title, rows in sections.items()
    ]


def _heading(screen: Screen, question: Question) -> str:
    """The question as it reads without its screen around it."""
    if len(screen.questions) == 1:
        return screen.title
    if question.label.endswith("?") or question.label.startswith("Your "):
        return question.label
    return f"{screen.title}{'' if screen.title.endswith('?') else ':'} {question.label}"


def in_words(question: Question, value: Any) -> list[str]:
    """An answer as the person would read it, one line each."""
    if not is_answered(question, value):
        return []
    if question.kind == "one":
        option = question.option(str(value))
        return [option.label] if option else []
    if question.kind in ("many", "statements"):
        return [o.label for o in question.options if o.id in value] or ["None of these"]
    if question.kind == "chart":
        return [r.label for r in question.regions if r.id in value]
    if question.kind == "duration":
        unit = value["unit"] if value["number"] != 1 else value["unit"].removesuffix("s")
        return [f"{value['number']} {unit}"]
    if question.kind in ("phone", "person"):
        option = question.option(value.get("none", ""))
        return [option.label] if option else [part for part in value.values() if part]
    if question.kind == "activities":
        return [
            (row["name"] or "(no name)") + (f": {row['score']} of 10" if row.get("score") is not None else "")
            for row in value
        ]
    if question.kind == "date":
        day = date.fromisoformat(value)
        return [f"{day.day} {day:%B} {day.year}"]
    if question.kind == "scale":
        return [f"{value} of {question.maximum}"]
    return str(value).splitlines()


def open_questions(reading: Reading, answers: Answers, clashing: Iterable[Question]) -> list[dict[str, str]]:
    """What keeps the form from being sent, each with its screen and, unless it is unanswered, ``why``."""
    of_screen = {q.id: s.id for s in reading.screens for q in s.questions}
    why = {q.id: "too long" for q in reading.missing if is_too_long(q, answers.get(q.id))}
    why |= {q.id: "a number without its activity" for q in reading.missing if lacks_a_name(q, answers.get(q.id))}
    why |= {q.id: "two different answers" for q in clashing}
    return [
        {"screen": of_screen[q.id], "label": q.label, "why": why.get(q.id, "")}
        for q in dict.fromkeys((*reading.missing, *clashing))
    ]


def clashes(response: IntakeResponse, screen: Screen) -> list[dict[str, Any]]:
    """Answers of this screen that were given differently on another page: ``question``, ``label``, ``choices``.

    A choice is ``{"mark", "words", "is_newest"}``, the newest first.
    """
    others = dict(Clash.objects.filter(response=response).values_list("question", "others"))
    rows = []
    for question in screen.questions:
        if question.id in others:
            newest = response.answers.get(question.id)
            choices = [newest, *reversed(others[question.id])]
            rows.append(
                {
                    "question": question.id,
                    "label": question.label,
                    "choices": [
                        {"mark": mark_of(one), "words": in_words(question, one) or ["(nothing)"], "is_newest": n == 0}
                        for n, one in enumerate(choices)
                    ],
                }
            )
    return rows


def answered_elsewhere(response: IntakeResponse, screen: Screen, on_page: Answers) -> list[dict[str, Any]]:
    """Answers that another page changed and this one still shows as they were: ``label``, ``words``."""
    return [
        {"label": question.label, "words": in_words(question, stored) or ["(nothing)"]}
        for question in screen.questions
        if question.id in on_page
        and (stored := drawn(question, response.answers.get(question.id))) != on_page[question.id]
    ]


def hidden_address(mail: str) -> str:
    """Enough of a mail address to know it by, for its owner: "d…@mail.example"."""
    name, _, host = mail.partition("@")
    return f"{name[:1]}…@{host}" if host else ""


def typed_words(posted: Mapping[str, Any]) -> list[dict[str, str]]:
    """What somebody wrote in their own words on a page that is not kept: label and text, to copy from."""
    labels = {q.id: q.label for q in load_questionnaire().questions if q.kind == "text"}
    labels |= {
        f"{q.id}.{row}.name": q.label
        for q in load_questionnaire().questions
        if q.kind == "activities"
        for row in (1, 2, 3)
    }
    labels["name"] = "Your full name"
    return [{"label": label, "text": str(posted[key])} for key, label in labels.items() if posted.get(key)]
