"""Adding and changing patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from clinic.audit import trail
from clinic.lib.kept_queries import KeptQuery
from clinic.lib.many_rows import insert
from clinic.lib.records import require_revision
from clinic.people.models import Patient, SafetyFact, User
from clinic.people.search import FOUND_BY, index
from clinic.people.words import clean_name

NAMES = ("given_name", "family_name", "preferred_name", "emergency_name")


def _seen(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Names without invisible characters, which create twins of a name and reverse the line's direction."""
    return {name: clean_name(value) if name in NAMES else value for name, value in fields.items()}


@transaction.atomic
def add_patient(*, by: trail.Actor, **fields: Any) -> Patient:
    """A new patient, searchable at once."""
    patient = Patient(**_seen(fields))
    patient.save(force_insert=True)
    index([patient])
    trail.record("patient.added", by=by, patient=patient, obj=patient)
    return patient


@transaction.atomic
def change_patient(patient_id: int, *, by: trail.Actor, version: int | None, changes: Mapping[str, Any]) -> Patient:
    """Change only the named fields. Raises Stale if ``version`` is no longer the stored one."""
    patient = held_patient(patient_id)
    require_revision(patient, version, field="version")
    return change_held(patient, by=by, changes=changes)


def held_patient(patient_id: int) -> Patient:
    """As it is now, locked until the transaction ends."""
    found = _held(patient_id)
    if not found:
        raise Patient.DoesNotExist
    return found[0]


@KeptQuery
def _held(pk: int) -> QuerySet[Patient]:
    return Patient.objects.select_for_update(of=("self",)).filter(pk=pk).order_by()


def change_held(patient: Patient, *, by: trail.Actor, changes: Mapping[str, Any]) -> Patient:
    """The same for a patient that is locked already, as it is now."""
    changes = _seen(changes)
    changed = [name for name, value in changes.items() if getattr(patient, name) != value]
    if not changed:
        return patient
    for name in changed:
        setattr(patient, name, changes[name])
    patient.version += 1
    patient.save(update_fields=[*changed, "version"])
    if not FOUND_BY.isdisjoint(changed):
        index([patient])
    trail.record("patient.changed", by=by, patient=patient, obj=patient, detail={"fields": sorted(changed)})
    return patient


@transaction.atomic
def record_safety_facts(
    *,
    patient: Patient,
    facts: Mapping[str, bool | None],
    by: trail.Actor,
    note: str = "",
    known: Mapping[str, bool | None] | None = None,
) -> int:
    """Save conditions and wishes (finding id -> present, absent, not known). Unchanged ones are not repeated.

    ``known``: what ``safety_facts_of`` has just said, in this transaction.
    """
    if known is None:
        known = safety_facts_of(patient)
    fresh = [one for one in sorted(facts.items()) if one[0] not in known or known[one[0]] != one[1]]
    if fresh:
        who = by.pk if isinstance(by, User) else None
        rows = [(patient.pk, finding, present, note[:200], who) for finding, present in fresh]
        insert("people_safetyfact", ("patient_id", "finding", "present", "note", "recorded_by_id"), rows)
        trail.record(
            "safety_facts.recorded", by=by, patient=patient, detail={"findings": [finding for finding, _ in fresh]}
        )
    return len(fresh)


def safety_facts_of(patient: Patient) -> dict[str, bool | None]:
    """The latest on every condition and wish: finding id -> present, absent, or None for no longer known."""
    return dict(_facts(patient.pk))


@KeptQuery
def _facts(patient: int) -> QuerySet[SafetyFact, tuple[str, bool | None]]:
    return SafetyFact.objects.filter(patient=patient).order_by("id").values_list("finding", "present")
