"""The rules of the assessment, worded like those of the planner: what a sign speaks for, what raises an alarm."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from clinic.lib.complaints import DEFAULT
from clinic.lib.loose import Context
from intake.assessment import load_intake_knowledge
from intake.presenters.evidence import as_often
from treatments.library.presenters.words import fact_words


@lru_cache(maxsize=16)
def sign_rows(complaint: str = DEFAULT) -> tuple[tuple[str, str, tuple[Context, ...]], ...]:
    """(kind, its name, rows shaped like those of ``words.rule_row``)."""
    return (
        ("signs", "Signs: how much each speaks", tuple(_weights(complaint))),
        ("red_flags", "Red flags", tuple(_flags())),
        ("combinations", "Red flags: combinations", tuple(_combinations())),
    )


def draft_rows() -> list[Context]:
    """Rows of the assessment that are drafts: (file and key, what they would say)."""
    return [{"id": f"{draft.file}: {draft.key}", "text": draft.text} for draft in load_intake_knowledge().drafts]


def _weights(complaint: str) -> list[Context]:
    intake = load_intake_knowledge(complaint=complaint)
    rows = []
    by_finding = {sign.finding: sign for sign in intake.signs}
    for finding, weight in intake.weights.weights.items():
        if (sign := by_finding.get(finding)) is None:
            continue  # it speaks for no pattern of this complaint
        says = [
            f"{as_often(sign.times(i))} in {intake.patterns.pattern[intake.pattern_ids[i]].name}" for i in sign.voters
        ]
        does = "; ".join([*says, f"whatever the pattern {round(100 * sign.common)} of 100"])
        rows.append(_row(finding, fact_words(finding), does, intake.weights.topics[weight.topic], weight))
    return rows


def _flags() -> list[Context]:
    intake = load_intake_knowledge()
    return [_row(flag.code, fact_words(flag.finding), flag.level, flag.reason, flag) for flag in intake.flags.flag]


def _combinations() -> list[Context]:
    intake = load_intake_knowledge()
    return [
        _row(rule.row.code, combination_words(rule), rule.row.level, rule.row.reason, rule.row) for rule in intake.rules
    ]


def combination_words(rule: Any) -> str:
    """The condition of a red-flag combination as one phrase."""
    parts = (
        " and ".join(sorted(fact_words(finding) for finding in rule.all)),
        "any of: " + ", ".join(sorted(fact_words(finding) for finding in rule.any)) if rule.any else "",
        "and any of: " + ", ".join(sorted(fact_words(finding) for finding in rule.also_any)) if rule.also_any else "",
    )
    return "; ".join(part for part in parts if part)


def _row(key: str, when: str, does: str, text: str, row: Any) -> Context:
    return {
        "id": key,
        "when": when,
        "does": does,
        "text": text,
        "sources": (row.source,),
        "status": row.status,
        "by": row.by,
        "date": row.date,
        "evidence": row.evidence,
        "is_design": row.source == "DESIGN",
        "of": "",
    }
