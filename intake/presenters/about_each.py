"""What the answers say of each complaint, where they are about several: side by side, never mixed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from intake.assessment import load_intake_knowledge
from intake.models import IntakeResponse
from intake.own_form import asked_form
from intake.presenters.assessment import how_long
from intake.presenters.body_chart import still
from intake.presenters.patient_form import heading
from intake.presenters.story import story_of
from intake.questionnaire.answers import Reading
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.load import load_chart
from intake.questionnaire.several import id_for, names_of, owner_of, told_of

GROUPS = [  # the story tells where, since when and how it feels
    ("eased_by", "Better with"),
    ("worsened_by", "Worse with"),
    ("time", "Time of day"),
]


def about_each(response: IntakeResponse, reading: Reading) -> list[dict[str, Any]]:
    """A row for each complaint, the one that matters most first; none if the answers are about one."""
    form = asked_form(response.questionnaire_version)
    chart, drawing = next(q for q in form.questions if q.kind == "chart"), load_chart()
    names, owner = names_of(form, reading.each), owner_of(response.answers)
    asked = {question.id for screen in reading.screens if screen.about for question in screen.questions}
    rows: list[dict[str, Any]] = []
    of_nobody = left_of_all(reading)
    for complaint, said in reading.each.items():
        told = told_of(form, response.answers, complaint)
        own = {q.instrument for q in said.questions if {q.id, id_for(q.id, complaint, owner)} & asked}
        places = set(told.get(chart.id) or ())
        body = still(drawing, chart, places) if places else None
        if body and any(row["body"] for row in rows):  # one picture on the page; of the other the places in words
            body["views"] = []
        rows.append(
            {
                "name": names[complaint],
                "story": story_of(said, told),
                "groups": present(said.findings, GROUPS),
                "measures": measures_in_words(said, own),
                "body": body,
                "not_asked": [one for one in _left_in_words(said) if one not in of_nobody],
                "how_long": how_long(said.numbers.get("duration_days")),
            }
        )
    return rows


def left_of_all(reading: Reading) -> list[str]:
    """What is left to the visit whichever complaint it would be about."""
    left = [_left_in_words(one) for one in reading.each.values()]
    return [one for one in left[0] if all(one in other for other in left)] if left else []


def _left_in_words(reading: Reading) -> list[str]:
    """A measure by its name, a screen that is left whole by its question, else each of its questions."""
    measures, words = load_instruments(), dict[str, None]()
    for screen in reading.left_out:
        if screen.title.endswith("?") and reading.screen(screen.id) is None:
            words[screen.title] = None
        else:
            words |= {
                measures[q.instrument].short if q.instrument else heading(screen, q): None for q in screen.questions
            }
    return [*words]


def measures_in_words(reading: Reading, asked: Collection[str]) -> list[dict[str, Any]]:
    return [
        {"name": measure.short, "value": reading.measures.get(measure.id), "of": measure.maximum}
        for measure in load_instruments().values()
        if measure.id in asked
    ]


def present(findings: Mapping[str, bool], groups: list[tuple[str, str]]) -> list[dict[str, Any]]:
    knowledge = load_intake_knowledge()
    rows = []
    for group, title in groups:
        labels = [knowledge.label(f) for f, present in findings.items() if present and f.startswith(f"{group}.")]
        if labels:
            rows.append({"title": title, "labels": labels})
    return rows
