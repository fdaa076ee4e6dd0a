"""Adverse events: recorded once and never changed; a serious one stops new plans and visits until reviewed."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Patient, User
from treatments.models import AdverseEvent, Visit
from treatments.planner.knowledge.adverse_events import event_kinds


@transaction.atomic
def record_event(*, patient: Patient, visit: Visit | None, by: User, **fields: Any) -> AdverseEvent:
    """Record one event. Codes on the serious list are always serious."""
    fields["serious"] = bool(fields.get("serious")) or event_kinds()[fields["code"]].serious
    event = AdverseEvent.objects.create(patient=patient, visit=visit, recorded_by=by, **fields)
    detail = {"code": event.code, "severity": event.severity, "serious": event.serious}
    trail.record("adverse_event.recorded", by=by, patient=patient, obj=event, detail=detail, sealed=True)
    return event


@transaction.atomic
def review_event(*, event: AdverseEvent, outcome: str, note: str, by: User) -> AdverseEvent:
    """Record the review of an event as a new row that points to it. Raises ValueError if already reviewed."""
    first = AdverseEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if first.follows_id or AdverseEvent.objects.filter(follows=first).exists():
        raise ValueError("This event was reviewed already.")
    later = AdverseEvent.objects.create(
        patient=first.patient,
        visit=first.visit,
        code=first.code,
        severity=first.severity,
        serious=first.serious,
        onset=first.onset,
        modality=first.modality,
        place=first.place,
        relation=first.relation,
        action=first.action,
        outcome=outcome,
        note=note,
        follows=first,
        recorded_by=by,
    )
    trail.record("adverse_event.reviewed", by=by, patient=first.patient, obj=later, detail={"follows": first.pk})
    return later
