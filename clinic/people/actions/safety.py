"""What a practitioner records about a patient's safety: medicines, conditions, allergies, implants, pregnancy."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import Patient, SafetyEntry, SafetyFact, User


@transaction.atomic
def add_entry(
    *,
    patient: Patient,
    kind: str,
    name: str,
    place: str = "",
    since: dt.date | None = None,
    finding: str = "",
    asks: str = "",
    by: User,
) -> SafetyEntry:
    """Write it down, and what it means for safety: ``finding`` is present; ``asks`` is no longer known to be absent,
    because a question never removes a condition that is known.
    """
    entry = SafetyEntry.objects.create(
        patient=patient, kind=kind, name=name, place=place, since=since, finding=finding, recorded_by=by
    )
    if finding:
        record_safety_facts(patient=patient, facts={finding: True}, by=by, note=entry.words)
    elif asks and not safety_facts_of(patient).get(asks):
        record_safety_facts(patient=patient, facts={asks: None}, by=by, note=f"{entry.words}: ask")
    detail = {"kind": kind, "finding": finding or asks}
    trail.record("safety_entry.added", by=by, patient=patient, obj=entry, detail=detail)
    return entry


@transaction.atomic
def end_entry(*, entry_id: int, by: User) -> SafetyEntry:
    """It no longer holds. Its condition is absent, unless something else that is written down says so. Idempotent."""
    entry = SafetyEntry.objects.select_for_update(of=("self",)).select_related("patient").get(pk=entry_id)
    if entry.ended_at is not None:
        return entry
    entry.ended_by, entry.ended_at = by, timezone.now()
    entry.save(update_fields=["ended_by", "ended_at"])
    others = SafetyEntry.objects.filter(patient=entry.patient, finding=entry.finding, ended_at=None)
    if entry.finding and not others.exists():
        record_safety_facts(
            patient=entry.patient, facts={entry.finding: False}, by=by, note=f"no longer: {entry.words}"
        )
    trail.record("safety_entry.ended", by=by, patient=entry.patient, obj=entry, detail={"finding": entry.finding})
    return entry


@transaction.atomic
def end_fact(*, patient: Patient, finding: str, by: User) -> None:
    """What the intake or a visit reported no longer holds, and every entry that says it has ended."""
    for entry in SafetyEntry.objects.filter(patient=patient, finding=finding, ended_at=None):
        end_entry(entry_id=entry.pk, by=by)
    record_safety_facts(patient=patient, facts={finding: False}, by=by, note="no longer so")


@transaction.atomic
def record_consent(*, patient: Patient, method: str, finding: str, agreed: bool, by: User) -> None:
    """The patient told the practitioner: agreed to a method now, or withdrawn. ``finding``: not agreed to it.

    An entry which says that it is not wanted has ended when it is agreed to.
    """
    if agreed:
        for entry in SafetyEntry.objects.filter(patient=patient, finding=finding, ended_at=None):
            end_entry(entry_id=entry.pk, by=by)
    note = f"{method}: agreed at the clinic" if agreed else f"{method}: consent withdrawn"
    record_safety_facts(patient=patient, facts={finding: not agreed}, by=by, note=note)
    trail.record(
        "consent.agreed" if agreed else "consent.withdrawn", by=by, patient=patient, detail={"finding": finding}
    )


@transaction.atomic
def confirm_fact(*, patient: Patient, finding: str, by: User) -> None:
    """A condition that a form told, or no longer told, is so: from now on someone here says it."""
    SafetyFact.objects.create(
        patient=patient, finding=finding, present=True, note="confirmed with the patient", recorded_by=by
    )
    trail.record("safety_facts.recorded", by=by, patient=patient, detail={"findings": [finding]})
