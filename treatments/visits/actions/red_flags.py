"""The short safety questions of every visit, and what lifts a stop. A yes stops needling until it is examined."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import User
from intake.actions.assessment_clearance import clear_findings
from intake.assessment import load_intake_knowledge
from intake.assessment.knowledge.schema import Flag
from intake.models import Clearance, IntakeResponse, RedFlagAlert
from treatments.models import Visit
from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.visits.safety_questions import questions_of

PREGNANCY = "condition.maybe_pregnant"


def raised_flags(record: VisitRecord) -> list[str]:
    """Finding ids answered yes at the start of this visit, in the order they are asked."""
    answers = record.get("start", {}).get("flags", {})
    return [finding for finding in questions_of(record.get("start", {})) if answers.get(finding) == "yes"]


def unanswered_flags(record: VisitRecord) -> list[str]:
    answers = record.get("start", {}).get("flags", {})
    return [finding for finding in questions_of(record.get("start", {})) if answers.get(finding) not in ("yes", "no")]


def clearances_since(visit: Visit) -> dict[str, Clearance]:
    """Clearances recorded since the visit began: an older one says nothing about what the patient reports today."""
    rows = Clearance.objects.filter(
        patient_id=visit.patient_id, withdrawn_at=None, cleared_at__gte=visit.started_at
    ).select_related("cleared_by")
    return {row.finding: row for row in rows.order_by("id")}


def open_flags(visit: Visit) -> list[str]:
    """What stops needling now: answered yes today and not examined since."""
    raised = raised_flags(visit.record)
    if not raised:
        return []
    cleared = clearances_since(visit)
    return [finding for finding in raised if finding not in cleared]


def row_of(finding: str) -> Flag | None:
    """What the knowledge says about a flag of the short set; None if its row is a draft or no longer there."""
    return load_intake_knowledge().flag_by_finding.get(finding)


def level_of(finding: str) -> Literal["emergency", "refer"]:
    """The severity of a yes. Without a row it counts as the worst: it was asked, and answered yes."""
    row = row_of(finding)
    return "emergency" if row is None or row.level == "emergency" else "refer"


def raise_alerts(visit: Visit, findings: list[str], *, by: User) -> None:
    """Add a flag reported at a visit to those of the intake, once. Inside the caller's transaction."""
    response = IntakeResponse.objects.filter(patient_id=visit.patient_id).order_by("-id").first()
    if response is not None:
        for finding in findings:
            # an alert answered before is from another day: what is reported today is a new one
            RedFlagAlert.objects.get_or_create(
                response=response,
                flag=finding,
                acknowledged_at=None,
                taken_back_at=None,
                defaults={"patient_id": visit.patient_id, "level": level_of(finding)},
            )
    trail.record(
        "red_flag.raised", by=by, patient=visit.patient_id, obj=visit, detail={"findings": findings, "at": "visit"}
    )


@transaction.atomic
def clear_flags(
    *, visit: Visit, findings: list[str], examined_by: str, examined_on: dt.date, result: str, note: str, by: User
) -> list[Clearance]:
    """Record who examined the raised flags, when, and with what result.

    Raises ValueError if nothing is open, or if the examination is older than the visit at which they were reported.
    """
    still_open = [finding for finding in open_flags(visit) if finding in findings]
    if not still_open:
        raise ValueError("None of these flags is open.")
    if examined_on < timezone.localdate(visit.started_at):
        raise ValueError("The examination is older than what the patient reported at this visit.")
    rows = clear_findings(
        patient=visit.patient,
        findings=still_open,
        examined_by=examined_by,
        examined_on=examined_on,
        result=result,
        note=note,
        by=by,
    )
    RedFlagAlert.objects.filter(patient_id=visit.patient_id, flag__in=still_open, acknowledged_at=None).update(
        acknowledged_by=by, acknowledged_at=timezone.now(), note=f"Cleared at a visit: {result}"[:300]
    )
    trail.record("visit.stop_lifted", by=by, patient=visit.patient_id, obj=visit, detail={"findings": still_open})
    return rows
