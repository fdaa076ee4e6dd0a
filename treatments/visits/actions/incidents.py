"""Incidents: opened with a coded reason and words, on the home pages of practitioner and owner until reviewed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.wording import says_something
from clinic.people.models import Patient, User
from treatments.models import Incident, Visit
from treatments.models.incident import REASONS_OF


@transaction.atomic
def open_incident(
    *,
    kind: str,
    patient: Patient,
    visit: Visit | None,
    reason_code: str,
    text: str,
    by: User,
    detail: dict[str, Any] | None = None,
    due_on: dt.date | None = None,
) -> Incident:
    """Record what happened. Raises ValueError for an unknown kind, a reason of another kind or an empty text."""
    if reason_code not in REASONS_OF.get(kind, ()):
        raise ValueError("Choose why it happened.")
    if not says_something(text):
        raise ValueError("Say in a few words what happened.")
    incident = Incident.objects.create(
        kind=kind,
        patient=patient,
        visit=visit,
        reason_code=reason_code,
        text=text.strip(),
        detail=detail or {},
        due_on=due_on,
        opened_by=by,
    )
    told = {"kind": kind, "reason": reason_code, "visit": visit.pk if visit else None}
    trail.record("incident.opened", by=by, patient=patient, obj=incident, detail=told)
    return incident


@transaction.atomic
def review_incident(*, incident_id: int, note: str, by: User) -> Incident:
    """Record its review. Raises ValueError if it has been reviewed already or the note is empty."""
    incident = Incident.objects.select_for_update(of=("self",)).select_related("patient").get(pk=incident_id)
    if not incident.is_open:
        raise ValueError("This incident was reviewed already.")
    if not says_something(note):
        raise ValueError("Say in a few words what was found and what is done.")
    incident.reviewed_by, incident.reviewed_at, incident.review_note = by, timezone.now(), note.strip()
    incident.save(update_fields=["reviewed_by", "reviewed_at", "review_note"])
    trail.record("incident.reviewed", by=by, patient=incident.patient, obj=incident, detail={"kind": incident.kind})
    return incident


def open_incidents() -> QuerySet[Incident]:
    """All that have not been reviewed yet, most urgent first."""
    rows = Incident.objects.filter(reviewed_at=None).select_related("patient", "visit", "opened_by")
    return rows.order_by(F("due_on").asc(nulls_last=True), "id")
