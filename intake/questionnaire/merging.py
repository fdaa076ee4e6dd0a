"""One answer, saved from several open pages: which one counts, and which is kept alongside. Pure.

A page saves what it shows now (``mine``) against what it showed before (``base``); ``stored`` may have changed
elsewhere since. What was not touched on the page changes nothing. Ticks are merged one by one. If both changed the
same answer, the newest counts and the other is kept alongside until the patient chooses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from intake.questionnaire.values import Answers, Question, is_answered

TICKS = ("many", "statements", "chart")


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that saves: its own number ("" if unknown), the answers it showed, which of its saves this is, and how
    long ago it was rendered.
    """

    page: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """``value``: the answer that counts. ``beside``: another one given elsewhere, or None."""

    value: Any
    beside: Any = None


def drawn(question: Question, stored: Any) -> Any:
    """What an untouched field posts back: what is stored, without options that are not shown."""
    if question.kind in TICKS:
        if stored is None:
            return None
        ticked = [one for one in question.ticks if one in stored]
        return ticked or None
    if question.kind == "ranked":  # kept as text where one alone could be chosen
        return [stored] if isinstance(stored, str) else stored
    if question.kind == "one":
        return stored if question.option(str(stored)) else None
    return stored


def merge_all(
    asked: Iterable[Question], *, base: Answers, mine: Answers, stored: Answers
) -> tuple[dict[str, Any], dict[str, Merged]]:
    """The answers after a page has saved ``mine``, and how each of its questions came out. What is not asked now is
    neither taken nor touched.
    """
    answers, merged = dict(stored), {}
    for question in asked:
        name = question.id
        if name in mine:
            merged[name] = merge(question, base=base.get(name), mine=mine[name], stored=answers.get(name))
            answers[name] = merged[name].value
    return answers, merged


def merge(question: Question, *, base: Any, mine: Any, stored: Any) -> Merged:
    """The answer after a page that showed ``base`` saves ``mine``."""
    if mine == base:
        return Merged(stored)
    if question.kind in TICKS:
        return _merge_ticks(question, base or [], mine or [], stored)
    theirs = drawn(question, stored)
    if theirs in (base, mine) or not is_answered(question, theirs):
        return Merged(mine)
    return Merged(mine, beside=stored)


def _merge_ticks(question: Question, base: list[str], mine: list[str], stored: list[str] | None) -> Merged:
    removed = {one for one in base if one not in mine}
    added = [one for one in mine if one not in base]
    kept = [one for one in (stored or []) if one not in removed]
    order = {one: place for place, one in enumerate(question.ticks)}
    ticked = sorted(dict.fromkeys([*kept, *added]), key=lambda one: order.get(one, len(order)))
    alone = {option.id for option in question.options if option.is_none}
    if len(ticked) > 1 and alone.intersection(ticked):  # "none of these" here, something there
        return Merged(mine, beside=stored)
    return Merged(ticked or None)


def mark_of(value: Any) -> str:
    """A short name of an answer, for the button that chooses it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
