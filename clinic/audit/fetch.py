"""Reads the trail itself; recording that it was read is up to the caller."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from clinic.audit.models import AuditEvent


def events_of(*, patient: int | None, action: str) -> QuerySet[AuditEvent]:
    """Newest first; optionally for one patient, and for actions with this prefix."""
    events = AuditEvent.objects.all()
    if patient is not None:
        events = events.filter(named__patient_id=patient)
    return events.filter(action__startswith=action) if action else events


@dataclass(frozen=True)
class Part:
    """Some events, newest first. ``newer``, ``older``: the event after, before which there are more; None: none."""

    events: list[AuditEvent]
    newer: int | None
    older: int | None


def part_of(events: QuerySet[AuditEvent], *, before: int | None, after: int | None, size: int) -> Part:
    """Those next to an event, or the newest. By number, not by counting: the trail has millions and grows meanwhile."""
    if after is not None:
        found = list(events.filter(pk__gt=after).order_by("pk")[: size + 1])
        some, is_more = found[:size][::-1], len(found) > size
        if some:
            return Part(some, some[0].pk if is_more else None, some[-1].pk)
    found = list((events if before is None else events.filter(pk__lt=before))[: size + 1])
    some, is_more = found[:size], len(found) > size
    if not some:
        return Part([], None, None)
    return Part(some, None if before is None else some[0].pk, some[-1].pk if is_more else None)
