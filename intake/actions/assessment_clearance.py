"""Clearing a red flag after an examination, and withdrawing that. Rows are withdrawn, never deleted."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Patient, User
from intake.assessment import load_intake_knowledge
from intake.models import Clearance


@transaction.atomic
def clear_findings(
    *,
    patient: Patient,
    findings: list[str],
    examined_by: str,
    examined_on: dt.date,
    result: str,
    note: str = "",
    by: User,
) -> list[Clearance]:
    """These findings were examined and nothing serious was behind them: one row per finding.

    The caller offers only what is raised. Raises ValueError without a finding, an examiner or a result, and for an
    unknown finding.
    """
    if not (findings and examined_by.strip() and result.strip()):
        raise ValueError("A clearance needs what was examined, by whom, and with what result.")
    if unknown := set(findings) - load_intake_knowledge().order.keys():
        raise ValueError(f"No such finding: {', '.join(sorted(unknown))}.")
    rows = []
    for finding in findings:
        row = Clearance.objects.create(
            patient=patient,
            finding=finding,
            examined_by=examined_by.strip(),
            examined_on=examined_on,
            result=result.strip(),
            note=note.strip(),
            cleared_by=by,
        )
        trail.record("redflag.cleared", by=by, patient=patient, obj=row, detail={"finding": finding})
        rows.append(row)
    return rows


@transaction.atomic
def withdraw(*, clearance: Clearance, by: User) -> Clearance:
    """The clearance no longer holds: the flag counts again. Idempotent."""
    held = Clearance.objects.select_for_update().get(pk=clearance.pk)
    if held.withdrawn_at is None:
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])
        detail = {"finding": held.finding}
        trail.record("redflag.clearance_withdrawn", by=by, patient=held.patient_id, obj=held, detail=detail)
    return held
