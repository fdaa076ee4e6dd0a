"""Writes the audit trail. ``checking`` verifies it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.utils import timezone

from clinic.audit import caller, seals
from clinic.audit.backends.gathering import Gathering
from clinic.audit.chain import Draft
from clinic.audit.models import AuditEvent


@dataclass(frozen=True)
class NamedActor:
    """Who acts: a member of staff, a patient through a link, the system, or someone not signed in."""

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


def record(
    action: str,
    *,
    by: Actor,
    patient: models.Model | int | None = None,
    obj: models.Model | None = None,
    detail: dict[str, Any] | None = None,
    outcome: str = AuditEvent.Outcome.DONE,
    sealed: bool = False,
) -> None:
    """Add one event, as the last thing in the caller's transaction (or in its own).

    ``by``: None is the system. ``patient``: Patient or its id. ``detail``: ids and counts only; a list
    names its patients under ``patients``. ``sealed``: ``obj`` is final from here on, its hash is kept (seals.py).
    """
    actor, this = NamedActor.of(by), cast(Gathering, connections[DEFAULT_DB_ALIAS])
    with transaction.atomic(savepoint=this.is_outside):  # what cannot be recorded rolls the caller's work back, too
        kept = {**(detail or {}), **({"seal": seals.seal(obj)} if sealed and obj is not None else {})}
        this.gather(
            Draft(
                chain=settings.AUDIT_CHAIN,
                at=timezone.now().astimezone(dt.UTC),
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=actor.name,
                address=caller.current_address(),
                action=action,
                patient_id=patient.pk if isinstance(patient, models.Model) else patient,
                object_type=(obj._meta.model_name or "") if obj is not None else "",
                object_id=str(obj.pk) if obj is not None else "",
                detail=json.loads(json.dumps(kept)),  # as the database will return it
                outcome=outcome,
            )
        )
