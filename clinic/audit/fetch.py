"""Reading the trail itself; that it was read is for the caller to note."""

from __future__ import annotations

from django.db.models import QuerySet

from clinic.audit.models import AuditEvent


def events_of(*, patient: int | None, action: str) -> QuerySet[AuditEvent]:
    """Newest first; of one patient, and of actions that begin so, where asked."""
    events = AuditEvent.objects.all()
    if patient is not None:
        events = events.filter(named__patient_id=patient)
    return events.filter(action__startswith=action) if action else events
