"""Fetch and guard in one act, for visits and what happened at them; each read goes into the audit trail."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.lib.kept_queries import KeptQuery
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.people.models import User
from treatments.models import AdverseEvent, Incident, Visit


def visit_for(request: StaffRequest, visit_id: int, *, what: str) -> Visit:
    """Fetch and guard in one act; leaves the read in the audit trail."""
    if not access.can(request.user, Permission.READ_CLINICAL):
        raise PermissionDenied
    with transaction.atomic():
        visit = next(iter(_shown(visit_id)), None)
        if visit is None:
            raise Http404("There is no such visit.")
        access.note_read(request.user, visit.patient, what=what, obj=visit)
    return visit


@KeptQuery
def _shown(visit: int) -> QuerySet[Visit]:
    rows = Visit.objects.with_plan().select_related("practitioner", "signed_by", "set_aside_by")
    return rows.filter(pk=visit)


def event_for(user: User, event_id: int) -> AdverseEvent:
    with transaction.atomic():
        rows = AdverseEvent.objects.select_related("patient", "visit", "recorded_by", "follows")
        event: AdverseEvent = get_object_or_404(rows, pk=event_id)
        access.patient_for(user, event.patient_id, what="adverse_event")
    return event


def incident_for(user: User, incident_id: int) -> Incident:
    with transaction.atomic():
        rows = Incident.objects.select_related("patient", "visit", "opened_by", "reviewed_by")
        incident: Incident = get_object_or_404(rows, pk=incident_id)
        access.patient_for(user, incident.patient_id, what="incident")
    return incident
