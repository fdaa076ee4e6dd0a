"""What the patient, asked back about their own words, said of them. Pure.

Kept with the answers under ``WORDS``: finding -> ``{"said": ..., "words": [as written], "of": {question: mark}}``.
``yes``: it is so now; ``over``: it was; ``else``: something else was meant; ``open``: a chip not ticked. It counts as
long as the texts it was said of stand unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.questionnaire.merging import mark_of
from intake.questionnaire.values import Answers, Question

WORDS = "_words"
SAID = ("yes", "over", "else", "open")
# Where one yes answers the question; the rest of its list stays not known. Lists about safety are always asked whole.
ANSWERED_BY_ONE = ("onset", "quality", "eased_by", "worsened_by")


def said_of(answers: Answers) -> dict[str, Mapping[str, Any]]:
    """Finding -> what was said of it, of texts that stand as they were."""
    return {finding: row for finding, row in (answers.get(WORDS) or {}).items() if _stands(row, answers)}


def _stands(row: Mapping[str, Any], answers: Answers) -> bool:
    return all(mark_of(answers.get(question)) == mark for question, mark in row["of"].items())


def row_of(said: str, words: dict[str, list[str]], answers: Answers) -> dict[str, Any]:
    """What is kept. ``words``: question -> the words that were read in its answer."""
    return {
        "said": said,
        "words": [word for found in words.values() for word in found],
        "of": {question: mark_of(answers.get(question)) for question in words},
    }


def confirmed(answers: Answers) -> frozenset[str]:
    return frozenset(finding for finding, row in said_of(answers).items() if row["said"] == "yes")


def explained(answers: Answers) -> dict[str, dict[str, Any]]:
    """What was read in a text and is over, or meant something else: finding -> ``said``, ``words``, ``texts``."""
    return {
        finding: {"said": row["said"], "words": list(row["words"]), "texts": list(row["of"])}
        for finding, row in said_of(answers).items()
        if row["said"] in ("over", "else")
    }


def is_answered_by(question: Question, findings: frozenset[str]) -> bool:
    """Whether findings confirmed in one's own words leave nothing to ask."""
    if not findings:
        return False
    told = findings.intersection(question.findings)
    if question.kind == "chart":  # the place and its side
        return {finding.partition(".")[0] for finding in told} >= {"site", "side"}
    if question.kind == "many":
        return any(finding.partition(".")[0] in ANSWERED_BY_ONE for finding in told)
    return question.kind == "one" and bool(told) and question.option("yes") is not None


def answer_in(question: Question, findings: frozenset[str]) -> list[str]:
    """The options that the confirmed findings tick."""
    return [o.id for o in question.options if any(present and f in findings for f, present in o.sets)]
