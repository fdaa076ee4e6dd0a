"""Adding and changing patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from clinic.audit import trail
from clinic.lib.records import require_revision
from clinic.people.models import Patient, SafetyFact, User
from clinic.people.search import index
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
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    require_revision(patient, version, field="version")
    changes = _seen(changes)
    changed = [name for name, value in changes.items() if getattr(patient, name) != value]
    if not changed:
        return patient
    for name in changed:
        setattr(patient, name, changes[name])
    patient.version += 1
    patient.save(update_fields=[*changed, "version"])
    index([patient])
    trail.record("patient.changed", by=by, patient=patient, obj=patient, detail={"fields": sorted(changed)})
    return patient


@transaction.atomic
def record_safety_facts(*, patient: Patient, facts: Mapping[str, bool | None], by: trail.Actor, note: str = "") -> int:
    """Save conditions and wishes (finding id -> present, absent, not known). Unchanged ones are not repeated."""
    known = safety_facts_of(patient)
    fresh = [
        SafetyFact(
            patient=patient,
            finding=finding,
            present=present,
            note=note[:200],
            recorded_by=by if isinstance(by, User) else None,
        )
        for finding, present in sorted(facts.items())
        if finding not in known or known[finding] != present
    ]
    if fresh:
        SafetyFact.objects.bulk_create(fresh)
        trail.record(
            "safety_facts.recorded",
            by=by,
            patient=patient,
            detail={"findings": [fact.finding for fact in fresh]},
        )
    return len(fresh)


def safety_facts_of(patient: Patient) -> dict[str, bool | None]:
    """The latest on every condition and wish: finding id -> present, absent, or None for no longer known."""
    rows = SafetyFact.objects.filter(patient=patient).order_by("id").values_list("finding", "present")
    return dict(rows)
