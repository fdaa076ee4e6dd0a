"""Events in words. Worded here and not in the page, which then only fills in: there are many rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import dateformat, timezone

from clinic.audit.models import AuditEvent


def rows_of(events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    return [_row(event) for event in events]


def _row(event: AuditEvent) -> dict[str, Any]:
    at = timezone.localtime(event.at)
    listed = len(event.patients) if event.patient_id is None else 0
    return {
        "number": event.pk,
        "at": at.isoformat(timespec="seconds"),
        "when": dateformat.format(at, "j M Y H:i:s"),
        "who": event.actor_name,
        "kind": event.actor_kind,
        "address": event.address,
        "what": event.action,
        "patient": event.patient_id,
        "listed": listed,
        "record": f"{event.object_type} {event.object_id}".strip(),
        "outcome": event.outcome,
        "is_refused": event.outcome == AuditEvent.Outcome.REFUSED,
    }
