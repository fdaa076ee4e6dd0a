"""Writing and checking the audit trail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent

START = "0" * 64
_CHAIN_LOCK = 718_281_828  # any fixed number: PostgreSQL's name for "the end of the chain"


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of staff, a patient through a link, or the system itself."""

    kind: str
    id: str
    name: str

    @classmethod
    def of(cls, who: Any) -> Actor:
        """From a signed-in user, an Actor, or None (the system). Raises ValueError for an anonymous user."""
        if isinstance(who, Actor):
            return who
        if who is None:
            return SYSTEM
        if not getattr(who, "is_authenticated", False):
            raise ValueError("Nobody is signed in: an audit event needs somebody who did it.")
        return cls("staff", str(who.pk), str(who))


SYSTEM = Actor("system", "", "Ashi")


def patient_actor(patient: Any) -> Actor:
    """The patient acting through an intake or appointment link."""
    return Actor("patient", str(patient.pk), str(patient))


def _digest(event: AuditEvent) -> str:
    content = [
        event.previous,
        event.at.isoformat(timespec="microseconds"),
        event.actor_kind,
        event.actor_id,
        event.actor_name,
        event.action,
        event.patient_id,
        event.object_type,
        event.object_id,
        event.detail,
        event.outcome,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _hold_end_of_chain() -> None:
    # SQLite: transactions are IMMEDIATE, so whoever writes is alone already.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])


def record(
    action: str,
    *,
    by: Any,
    patient: Any = None,
    obj: models.Model | None = None,
    detail: dict[str, Any] | None = None,
    outcome: str = AuditEvent.Outcome.DONE,
) -> AuditEvent:
    """Add one event, inside the caller's transaction (or one of its own).

    ``by``: user, Actor or None for the system. ``patient``: Patient or its id. ``detail``: ids and counts only.
    """
    actor = Actor.of(by)
    with transaction.atomic():
        _hold_end_of_chain()
        last = AuditEvent.objects.order_by("-id").values_list("digest", flat=True).first()
        event = AuditEvent(
            at=timezone.now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            patient_id=getattr(patient, "pk", patient),
            object_type=(obj._meta.model_name or "") if obj is not None else "",
            object_id=str(obj.pk) if obj is not None else "",
            detail=detail or {},
            outcome=outcome,
            previous=last or START,
        )
        event.digest = _digest(event)
        event.save(force_insert=True)
        return event


def verify() -> Iterator[tuple[int, str]]:
    """Walk the chain; yield (event id, what is wrong) for every broken link."""
    previous = START
    for event in AuditEvent.objects.order_by("id").iterator(chunk_size=2000):
        if event.previous != previous:
            yield event.pk, "the row before it is missing or was changed"
        if _digest(event) != event.digest:
            yield event.pk, "its content was changed"
        previous = event.digest
