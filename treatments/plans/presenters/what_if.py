"""The what-if page in words: which findings are assumed to differ, and what the plan would then be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from clinic.lib.loose import Context
from intake.assessment import ClinicalPicture, load_intake_knowledge
from intake.presenters.assessment import GROUPS
from treatments import planning
from treatments.models import TreatmentPlan
from treatments.planner.proposing.what_if import WhatIf

Changes = Mapping[str, bool | None]
FIELD = "f."  # an assumed finding in the URL: f.condition.pregnant=1
VALUES: dict[str, bool | None] = {"1": True, "0": False, "": None}
WORDS = {True: "present", False: "absent", None: "not known"}
ACTIONS = {
    "treat": ("good", "check2", "treat"),
    "caution": ("caution", "exclamation-triangle", "treat with care"),
    "need_information": ("caution", "question-circle", "ask first"),
    "refer_before_treating": ("danger", "hospital", "a doctor first"),
    "emergency": ("danger", "exclamation-octagon-fill", "emergency"),
}
FOUND = 12


def address_of(plan: TreatmentPlan, changes: Changes) -> str:
    """The URL with these findings assumed: it can be bookmarked, sent, gone back to."""
    letters = {value: letter for letter, value in VALUES.items()}
    url = reverse("plans:what_if", args=[plan.pk])
    query = urlencode({f"{FIELD}{finding}": letters[value] for finding, value in changes.items()})
    return f"{url}?{query}" if query else url


def page_of(plan: TreatmentPlan, picture: ClinicalPicture, changes: Changes) -> Context:
    """Everything the page shows."""
    open_asks = [ask["finding"] for ask in plan.proposal.result.get("ask", [])]
    return {
        "plan": plan,
        "patient": plan.patient,
        "rows": [_row(finding, value, picture) for finding, value in changes.items()],
        "chips": [
            {"finding": finding, "label": label_of(finding)}
            for finding in open_asks
            if finding not in changes and picture.case.is_unknown(finding)
        ],
        "groups": [
            {"name": name, "findings": [(f, label) for f, label in findings if f not in changes]}
            for name, findings in vocabulary()
        ],
        "result": _result(planning.what_if_result(picture, changes)) if changes else None,
    }


@lru_cache(maxsize=1)
def vocabulary() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(heading, ((finding, label), ...)) of every group, safety questions first."""
    knowledge = load_intake_knowledge()
    safety = ("flag", "condition", "wish")
    order = dict.fromkeys((*safety, *GROUPS, *knowledge.groups))
    return tuple(
        (
            GROUPS.get(group, knowledge.groups[group]),
            tuple((f, knowledge.label(f)) for f in knowledge.order if f.startswith(f"{group}.")),
        )
        for group in order
    )


def label_of(finding: str) -> str:
    return load_intake_knowledge().label(finding)


def is_finding(text: str) -> bool:
    return text in load_intake_knowledge().order


def found(text: str) -> list[Context]:
    """Findings whose heading or label contains every word, at most FOUND; labels beginning with it come first."""
    words = text.lower().replace("_", " ").split()
    if not words:
        return []
    rows = [
        {"finding": finding, "label": label, "group": group}
        for group, findings in vocabulary()
        for finding, label in findings
        if all(word in f"{group} {label} {finding.replace('_', ' ')}".lower() for word in words)
    ]
    rows.sort(key=lambda row: not row["label"].lower().startswith(words[0]))
    return rows[:FOUND]


def _row(finding: str, value: bool | None, picture: ClinicalPicture) -> Context:
    now = picture.case.findings.get(finding)
    return {
        "finding": finding,
        "id": "supposed-" + finding.replace(".", "-").replace("_", "-"),
        "label": label_of(finding),
        "group": GROUPS.get(finding.partition(".")[0], ""),
        "value": {True: "1", False: "0"}.get(value, ""),  # type: ignore[arg-type]
        "now": WORDS[now],
        "is_as_now": now is value,
    }


def _result(outcome: WhatIf) -> Context:
    before, after = (
        dict(zip(("kind", "icon", "text"), ACTIONS[action], strict=True))
        for action in (outcome.action_before, outcome.action_after)
    )
    parts = [
        _part("Would be added", "plus-lg", outcome.added, " would be added."),
        _part("Would be removed", "dash-lg", outcome.removed, " would be removed."),
        _part("Would change", "arrow-left-right", outcome.changed),
    ]
    return {
        "before": before,
        "after": after,
        "is_other_action": outcome.action_before != outcome.action_after,
        "is_same": outcome.is_same,
        "parts": [part for part in parts if part["lines"]],
        "because": outcome.because,
        "headline": _headline(outcome),
    }


def _part(name: str, icon: str, lines: tuple[str, ...], said_by_the_heading: str = "") -> Context:
    """Under "Would be removed", a list of "BL17 would be removed." needs only the names."""
    short = [line.removesuffix(said_by_the_heading) for line in lines] if said_by_the_heading else list(lines)
    return {"name": name, "icon": icon, "lines": short, "is_short": tuple(short) != lines}


def _headline(outcome: WhatIf) -> str:
    """One sentence about the plan; what to do is shown next to it."""
    if outcome.is_same:
        return "The plan would be the same; only its reasons change." if outcome.because else "Nothing would change."
    if "No plan would be proposed." in outcome.removed:
        return "There would be no plan."
    if "A plan could be proposed." in outcome.added:
        return "There would be a plan."
    counts = [
        f"{len(lines)} {word}"
        for word, lines in (("in", outcome.added), ("out", outcome.removed), ("changed", outcome.changed))
        if lines
    ]
    return f"The plan would change: {', '.join(counts)}." if counts else "The plan would contain the same items."
