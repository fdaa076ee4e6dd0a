"""Scores of the instruments that were answered whole. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intake.questionnaire.values import Answers, Question, Questionnaire, is_answered


def measures(questionnaire: Questionnaire, shown: Sequence[Question], answers: Answers) -> dict[str, float]:
    """Scores of complete instruments. RMDQ: every page must be answered, if only with "none of these"."""
    values: dict[str, float] = {}
    asked: dict[str, list[Question]] = {}
    for question in shown:
        if question.instrument:
            asked.setdefault(question.instrument, []).append(question)
    for name, instrument in questionnaire.instruments.items():
        parts = asked.get(name)
        if not parts or (instrument.needs_every_item and any(not is_answered(q, answers.get(q.id)) for q in parts)):
            continue
        points = [p for q in parts for p in _points(q, answers.get(q.id))]
        if instrument.scoring == "mean":
            if points:
                values[name] = round(sum(points) / len(points), 2)
        elif points or instrument.scoring == "ticked":
            values[name] = float(sum(points))
    return values


def _points(question: Question, value: Any) -> list[int]:
    if not is_answered(question, value):
        return []
    if question.kind == "statements":
        return [1 if not o.is_none else 0 for o in question.options if o.id in value]
    if question.kind == "activities":
        return [row["score"] for row in value if row.get("name") and row.get("score") is not None]
    if question.kind == "one":
        option = question.option(value)
        return [option.score] if option is not None and option.score is not None else []
    return [int(value)]
