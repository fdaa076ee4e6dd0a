"""What the patient reads: their progress, what to do about a sign, their answers in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from intake.models import Clash, IntakeResponse
from intake.own_form import version_today
from intake.presenters.body_chart import words_at
from intake.questionnaire.answers import Reading
from intake.questionnaire.complaints import chosen
from intake.questionnaire.merging import drawn, mark_of
from intake.questionnaire.values import Answers, Question, Screen, is_answered, is_too_long, lacks_a_name
from intake.spoken import questionnaire

KEPT_PRIVATE = gettext_lazy("Answered. It is not shown here, to keep it private.")
UNITS = {
    "days": gettext_lazy("days"),
    "weeks": gettext_lazy("weeks"),
    "months": gettext_lazy("months"),
    "years": gettext_lazy("years"),
}
NOT_ANSWERED = gettext_lazy("Not answered")
ALONE = ("date", "phone", "email", "line")  # the label of these says all


def place(reading: Reading, screen: Screen) -> dict[str, Any]:
    """Number of the screen, how many there are, percentage."""
    ids = [s.id for s in reading.screens]
    number = ids.index(screen.id) + 1
    return {"number": number, "total": len(ids), "percent": round(100 * (number - 1) / len(ids))}


def answers_in_words(reading: Reading, answers: Answers) -> list[dict[str, Any]]:
    """Sections for the review page: ``title``, ``rows`` and ``plain``, the rows that only say "No".

    A row is ``{"screen", "label", "words", "is_answered", "is_plain"}``.
    """
    sections: dict[str, list[dict[str, Any]]] = {}
    for screen in reading.screens:
        rows = sections.setdefault(screen.section, [])
        for question in screen.questions:
            told = is_answered(question, answers.get(question.id))
            words = in_words(question, answers.get(question.id)) if told else [str(NOT_ANSWERED)]
            if told and question.private:
                words = [str(KEPT_PRIVATE)]
            rows.append(
                {
                    "screen": screen.id,
                    "label": heading(screen, question),
                    "words": words,
                    "is_answered": told,
                    "is_plain": told and not question.private and _is_plain(question, answers.get(question.id)),
                }
            )
    return [
        {
            "title": title,
            "rows": [row for row in rows if not row["is_plain"]],
            "plain": [row for row in rows if row["is_plain"]],
        }
        for title, rows in sections.items()
    ]


def _is_plain(question: Question, value: Any) -> bool:
    """Whether an answer is just "no" or "none of these": many of these are shown in one line."""
    if question.kind == "one":
        return bool(value == "no")
    return question.kind in ("many", "statements") and not any(o.id in value for o in question.options if not o.is_none)


def heading(screen: Screen, question: Question) -> str:
    """The question as worded outside its screen; where there are several complaints, with the one it asks about."""
    if screen.about and len(screen.questions) > 1:
        return _("{title}: {question}").format(title=screen.about, question=question.label)
    if len(screen.questions) == 1:
        return screen.title
    if question.label.endswith(("?", "？")) or question.kind in ALONE or question.gives == "sex":
        return question.label
    if screen.title.endswith(("?", "？")):
        return f"{screen.title} {question.label}"
    return _("{title}: {question}").format(title=screen.title, question=question.label)


def in_words(question: Question, value: Any) -> list[str]:
    """An answer in words, one line each."""
    if not is_answered(question, value):
        return []
    if question.kind == "one":
        option = question.option(str(value))
        return [option.label] if option else []
    if question.kind == "ranked":
        return [option.label for one in chosen({question.id: value}, question.id) if (option := question.option(one))]
    if question.kind in ("many", "statements"):
        return [o.label for o in question.options if o.id in value]  # one told elsewhere since is not shown
    if question.kind == "chart":
        return [words_at(question, r, value) for r in question.regions if r.id in value]
    if question.kind == "duration":
        return [_lasted(value["number"], value["unit"])]
    if question.kind in ("phone", "person"):
        option = question.option(value.get("none", ""))
        return [option.label] if option else [part for part in value.values() if part]
    if question.kind == "activities":
        return [_activity(row) for row in value]
    if question.kind == "date":
        day = date.fromisoformat(value)
        return [date_format(day, _("j F Y"))]
    if question.kind == "scale":
        return [_("{number} of {most}").format(number=value, most=question.maximum)]
    return str(value).splitlines()


def _lasted(number: int, unit: str) -> str:
    words = {
        "days": ngettext("{number} day", "{number} days", number),
        "weeks": ngettext("{number} week", "{number} weeks", number),
        "months": ngettext("{number} month", "{number} months", number),
        "years": ngettext("{number} year", "{number} years", number),
    }
    return words[unit].format(number=number)


def _activity(row: Mapping[str, Any]) -> str:
    name = row["name"] or _("(no name)")
    if row.get("score") is None:
        return str(name)
    return _("{name}: {number} of {most}").format(name=name, number=row["score"], most=10)


def open_questions(reading: Reading, answers: Answers, clashing: Iterable[Question]) -> list[dict[str, str]]:
    """What keeps the form from being submitted, each with its screen and, unless it is unanswered, ``why``."""
    of_screen = {q.id: s for s in reading.screens for q in s.questions}
    why = {q.id: _("too long") for q in reading.missing if is_too_long(q, answers.get(q.id))}
    why |= {q.id: _("a number without its activity") for q in reading.missing if lacks_a_name(q, answers.get(q.id))}
    why |= {q.id: _("two different answers") for q in clashing}
    return [
        {
            "screen": of_screen[q.id].id,
            "label": heading(of_screen[q.id], q) if of_screen[q.id].about else q.label,
            "why": why.get(q.id, ""),
        }
        for q in dict.fromkeys((*reading.missing, *clashing))
    ]


def clashes(response: IntakeResponse, screen: Screen) -> list[dict[str, Any]]:
    """Answers on this screen that were given differently on another page: ``question``, ``label``, ``choices``.

    A choice is ``{"mark", "words", "is_newest"}``, the newest first.
    """
    if not response.has_clashes:
        return []
    others = dict(Clash.objects.filter(response=response).values_list("question", "others"))
    rows = []
    nothing = _("(nothing)")
    for question in screen.questions:
        if question.id in others:
            newest = response.answers.get(question.id)
            choices = [newest, *reversed(others[question.id])]
            rows.append(
                {
                    "question": question.id,
                    "label": question.label,
                    "choices": [
                        {
                            "mark": mark_of(one),
                            "words": in_words(question, one) or [nothing],
                            "is_newest": n == 0,
                        }
                        for n, one in enumerate(choices)
                    ],
                }
            )
    return rows


def answered_elsewhere(response: IntakeResponse, screen: Screen, on_page: Answers) -> list[dict[str, Any]]:
    """Answers that another page changed while this one still shows the old ones: ``label``, ``words``."""
    return [
        {"label": question.label, "words": in_words(question, stored) or [_("(nothing)")]}
        for question in screen.questions
        if question.id in on_page
        and (stored := drawn(question, response.answers.get(question.id))) != on_page[question.id]
    ]


def hidden_address(mail: str) -> str:
    """Enough of an e-mail address for its owner to recognise it: "d…@mail.example"."""
    name, _, host = mail.partition("@")
    return f"{name[:1]}…@{host}" if host else ""


def typed_words(posted: Mapping[str, Any]) -> list[dict[str, str]]:
    """What someone wrote in their own words on a page that is not saved: label and text, to copy from."""
    asked = questionnaire(version_today()).questions
    labels = {q.id: q.label for q in asked if q.kind == "text"}
    labels |= {f"{q.id}.{row}.name": q.label for q in asked if q.kind == "activities" for row in (1, 2, 3)}
    labels["name"] = _("Your full name")
    return [{"label": label, "text": str(posted[key])} for key, label in labels.items() if posted.get(key)]


def methods_agreed(response: IntakeResponse) -> list[str]:
    """Ids of the methods ticked in the consent signed before."""
    return [method["id"] for method in (response.consent_given or {"methods": []})["methods"] if method["agreed"]]
