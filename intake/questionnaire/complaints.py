"""The questions of the complaints: a choice more in “what is it mostly about?”, and screens for those who chose it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from clinic.lib.complaints import DEFAULT, beside
from clinic.lib.knowledge_files import Fault, Reader, Strict, Table

FILE = "questions.toml"
CHOICE = "complaint"  # the question of the common form that takes the choice
MEANS = {"place": DEFAULT, "other": "not_pain"}  # choices of the common form that are not named after a complaint


def chosen(answers: Mapping[str, Any], question: str = CHOICE) -> tuple[str, ...]:
    """The choices ticked, what matters most first. A form in which one alone could be chosen kept it as text."""
    said = answers.get(question) or ()
    return (said,) if isinstance(said, str) else tuple(said)


def chosen_complaints(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """What the patient came for: ids of packs, `elsewhere`, `not_pain`. Forms of before this was asked: a place of the
    drawing."""
    return tuple(MEANS.get(one, one) for one in chosen(answers)) or (DEFAULT,)


def choice_of(complaint: str) -> str:
    """The choice of the form that names a complaint."""
    return next((choice for choice, named in MEANS.items() if named == complaint), complaint)


class QuestionsFile(Strict):
    like: str  # the choice whose common questions are asked here, too
    also: list[str] = []  # questions of the common form that are asked here besides those
    without: list[str] = []  # and those that are not
    after: str  # the screen that these follow
    option: dict[str, Any]
    screen: list[dict[str, Any]] = Field(min_length=1)


def with_complaints(form: Table, read: Reader) -> Table:
    """The tables of the common form with those of every pack laid in; what is wrong stays with the reader."""
    for name, path in beside(FILE):
        pack = read.whole(read.add(name, path), QuestionsFile)
        if pack is None:
            continue
        screens = form.get("screen", [])
        choices = [q["options"] for s in screens for q in s.get("question", []) if q.get("id") == CHOICE]
        if not choices or all(option["id"] != pack.like for option in choices[0]):
            read.faults.append(Fault(name, "like", f"no choice of that name: {pack.like}"))
            continue
        place = next((n for n, screen in enumerate(screens, 1) if screen.get("id") == pack.after), None)
        if place is None:
            read.faults.append(Fault(name, "after", f"no screen of that name: {pack.after}"))
            continue
        chosen = pack.option["id"]
        form = _like(form, pack.like, chosen)
        known = {q["id"] for screen in screens for q in screen.get("question", [])}
        for key, ids in (("also", pack.also), ("without", pack.without)):
            read.faults += [Fault(name, key, f"no question of that name: {one}") for one in ids if one not in known]
        form = {**form, "screen": [_asked(screen, pack, chosen) for screen in form["screen"]]}
        screens = [_chosen(screen, pack.like, pack.option) for screen in form["screen"]]
        form = {**form, "screen": [*screens[:place], *pack.screen, *screens[place:]]}
    return form


def _like(data: Any, like: str, chosen: str) -> Any:
    """Every condition that holds for one choice holds for another."""
    if isinstance(data, list):
        return [_like(one, like, chosen) for one in data]
    if not isinstance(data, dict):
        return data
    if data.get("question") == CHOICE and like in data.get("is", ()):
        return {**data, "is": [*data["is"], chosen]}
    return {key: _like(value, like, chosen) for key, value in data.items()}


def _asked(screen: Table, pack: QuestionsFile, chosen: str) -> Table:
    """The screen, with the questions named asked of those who made the choice, too, or not of them."""
    if "question" not in screen:
        return screen
    return {**screen, "question": [_asked_question(one, pack, chosen) for one in screen["question"]]}


def _asked_question(question: Table, pack: QuestionsFile, chosen: str) -> Table:
    conditions = question.get("show_when", [])
    if question["id"] in pack.also:
        about = [row for row in conditions if row.get("question") == CHOICE and chosen not in row.get("is", ())]
        conditions = [{**row, "is": [*row["is"], chosen]} if row in about else row for row in conditions]
    elif question["id"] in pack.without:
        conditions = [*conditions, {"question": CHOICE, "is_not": [chosen], "if_unknown": True}]
    else:
        return question
    return {**question, "show_when": conditions}


def _chosen(screen: Table, like: str, option: Table) -> Table:
    """The screen, with the choice before the one that it is like if this is where it is made."""

    def laid(question: Table) -> Table:
        if question.get("id") != CHOICE:
            return question
        options = question["options"]
        place = next(n for n, one in enumerate(options) if one["id"] == like)
        return {**question, "options": [*options[:place], option, *options[place:]]}

    return {**screen, "question": [laid(question) for question in screen["question"]]}
