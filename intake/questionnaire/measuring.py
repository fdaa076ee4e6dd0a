"""Scores of the instruments that were answered whole. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intake.questionnaire.values import Answers, Instrument, Question, Questionnaire, is_answered

Asked = tuple[tuple[Instrument, tuple[Question, ...]], ...]


def asked_of(questionnaire: Questionnaire, shown: Sequence[Question]) -> Asked:
    """Each instrument of which something is shown, with its questions."""
    asked = ((one, tuple(q for q in shown if q.instrument == name)) for name, one in questionnaire.instruments.items())
    return tuple((instrument, parts) for instrument, parts in asked if parts)


def measures(asked: Asked, answers: Answers) -> dict[str, float]:
    """Scores of complete instruments. RMDQ: every page must be answered, if only with "none of these"."""
    values: dict[str, float] = {}
    for instrument, parts in asked:
        if instrument.needs_every_item and any(not is_answered(q, answers.get(q.id)) for q in parts):
            continue
        points = [p for q in parts for p in _points(q, answers.get(q.id))]
        if instrument.scoring == "mean":
            if points:
                values[instrument.id] = round(sum(points) / len(points), 2)
        elif points or instrument.scoring == "ticked":
            values[instrument.id] = float(sum(points))
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
