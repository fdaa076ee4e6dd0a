"""The conditions a form tells beside those the chart knew: new, no longer said, the same. Offered, not taken silently.

One that is said counts for safety from the moment the form is sent, and one that is no longer said goes on counting
until someone here says that it is over; here is where they do.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from clinic.people.models import SafetyFact
from intake.assessment import load_intake_knowledge
from intake.models import IntakeResponse
from intake.questionnaire.answers import Reading


def against_chart(response: IntakeResponse, reading: Reading) -> dict[str, list[dict[str, Any]]]:
    """``new``, ``no_longer`` and ``same``: each with ``finding``, ``label`` and ``known``, the newest of before.

    Only of the newest form, and without what someone here has said since it was sent.
    """
    found: dict[str, list[dict[str, Any]]] = {"new": [], "no_longer": [], "same": []}
    if response.submitted_at is None or _is_old(response):
        return found
    rows: dict[str, list[SafetyFact]] = defaultdict(list)
    for row in SafetyFact.objects.filter(patient_id=response.patient_id).select_related("recorded_by").order_by("id"):
        rows[row.finding].append(row)
    label = load_intake_knowledge().label
    for finding, is_told in reading.findings.items():
        if not finding.startswith("condition.") or finding in reading.holds_days:  # true for some days only
            continue
        if _is_settled(rows[finding], response):
            continue
        before = [row for row in rows[finding] if not _is_of(row, response)]
        was = bool(before and before[-1].present)
        kind = ("same" if was else "new") if is_told else "no_longer" if was else ""
        if kind:
            known = before[-1] if before else None
            counts = bool(rows[finding] and rows[finding][-1].present)
            found[kind].append({"finding": finding, "label": label(finding), "known": known, "counts": counts})
    return found


def _is_old(response: IntakeResponse) -> bool:
    newer = IntakeResponse.objects.filter(patient_id=response.patient_id, submitted_at__gt=response.submitted_at)
    return newer.exists()


def _is_of(row: SafetyFact, response: IntakeResponse) -> bool:
    """Whether the form wrote it when it was sent."""
    return row.recorded_by_id is None and row.recorded_at >= response.started_at


def _is_settled(rows: list[SafetyFact], response: IntakeResponse) -> bool:
    assert response.submitted_at is not None
    return any(row.recorded_by_id is not None and row.recorded_at > response.submitted_at for row in rows)
