"""A practitioner's own knowledge: point groups, snippets and protocols kept, changed, removed. Audited."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.loose import Json
from clinic.people.models import User
from treatments.models import OwnEntry


class NameTaken(ValueError):
    """The same person keeps something of this kind under this name."""


def keep(*, kind: str, name: str, body: Json, by: User) -> OwnEntry:
    """Raises NameTaken."""
    try:
        with transaction.atomic():
            entry = OwnEntry.objects.create(owner=by, kind=kind, name=name, body=body)
            trail.record("own.kept", by=by, obj=entry, detail={"kind": kind})
    except IntegrityError as error:
        raise NameTaken(f"You keep a {OwnEntry.Kind(kind).label} “{name}” already.") from error
    return entry


def change(*, entry: OwnEntry, name: str, body: Json, by: User) -> None:
    """Raises NameTaken."""
    try:
        with transaction.atomic():
            entry.name, entry.body, entry.changed_at = name, body, timezone.now()
            entry.save(update_fields=["name", "body", "changed_at"])
            trail.record("own.changed", by=by, obj=entry, detail={"kind": entry.kind})
    except IntegrityError as error:
        raise NameTaken(f"You keep a {OwnEntry.Kind(entry.kind).label} “{name}” already.") from error


@transaction.atomic
def remove(*, entry: OwnEntry, by: User) -> None:
    entry.removed_at = timezone.now()
    entry.save(update_fields=["removed_at"])
    trail.record("own.removed", by=by, obj=entry, detail={"kind": entry.kind})
