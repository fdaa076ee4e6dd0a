"""Writing the audit trail. ``checking`` reads it against itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction
from django.utils import timezone

from clinic.audit import caller, seals
from clinic.audit.models import AuditEvent, NamedPatient

START = "0" * 64
SCHEME = 2  # of the digest: 2 covers the caller's address too, and writes times in UTC
_CHAIN_LOCK = 718_281_828  # any fixed number: PostgreSQL's name for "the end of the chain"


@dataclass(frozen=True)
class NamedActor:
    """Who acts: a member of staff, a patient through a link, the system itself, or someone who is not signed in."""

    kind: str
    id: str
    name: str

    @classmethod
    def of(cls, who: Actor) -> NamedActor:
        """The actor by name. Raises ValueError for an anonymous user."""
        if isinstance(who, NamedActor):
            return who
        if who is None:
            return SYSTEM
        if not who.is_authenticated:
            raise ValueError("Nobody is signed in: an audit event needs someone who did it.")
        return cls("staff", str(who.pk), str(who))


Actor = AbstractBaseUser | AnonymousUser | NamedActor | None  # a user, someone by name, or None: the system
SYSTEM = NamedActor("system", "", "Ashi")
NOBODY = NamedActor("nobody", "", "not signed in")


def patient_actor(patient: models.Model) -> NamedActor:
    """The patient acting through an intake or appointment link."""
    return NamedActor("patient", str(patient.pk), str(patient))


def digest_of(event: AuditEvent, at: dt.datetime) -> str:
    """What the chain keeps of an event. ``at`` is the event's time, in the zone it was written in."""
    content = [
        event.previous,
        at.isoformat(timespec="microseconds"),
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
    if event.scheme >= SCHEME:
        content += [event.scheme, event.address]
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
    by: Actor,
    patient: models.Model | int | None = None,
    obj: models.Model | None = None,
    detail: dict[str, Any] | None = None,
    outcome: str = AuditEvent.Outcome.DONE,
    sealed: bool = False,
) -> AuditEvent:
    """Add one event, inside the caller's transaction (or one of its own).

    ``by``: None is the system. ``patient``: Patient or its id. ``detail``: ids and counts only; a list
    names its people under ``patients``. ``sealed``: ``obj`` is final from here on, its hash is kept (seals.py).
    """
    actor = NamedActor.of(by)
    with transaction.atomic(savepoint=False):  # what cannot be noted does not happen: the caller's goes back, too
        _hold_end_of_chain()
        last = AuditEvent.objects.order_by("-id").values_list("digest", flat=True).first()
        kept = {**(detail or {}), **({"seal": seals.seal(obj)} if sealed and obj is not None else {})}
        event = AuditEvent(
            at=timezone.now().astimezone(dt.UTC),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            address=caller.current_address(),
            action=action,
            patient_id=getattr(patient, "pk", patient),
            object_type=(obj._meta.model_name or "") if obj is not None else "",
            object_id=str(obj.pk) if obj is not None else "",
            detail=json.loads(json.dumps(kept)),  # as the database will give it back
            outcome=outcome,
            scheme=SCHEME,
            previous=last or START,
        )
        event.digest = digest_of(event, event.at)
        event.save(force_insert=True)
        NamedPatient.objects.bulk_create(NamedPatient(event=event, patient_id=pk) for pk in sorted(event.patients))
        return event
