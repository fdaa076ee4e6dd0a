"""What patients say about how to reach them: it fills empty fields, and waits for the desk where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from clinic.audit import trail
from clinic.people.actions.patients import change_held, change_patient
from clinic.people.models import ContactChange, Patient, User

TO_CONFIRM = ("date_of_birth",)  # a proof of identity is never set by whoever enters it first


@transaction.atomic
def take_contact(*, patient: Patient, told: Mapping[str, str], by: trail.Actor) -> None:
    """Save what the patient entered (field -> text): fill empty fields, propose changes. Nothing is overwritten.

    ``patient``: locked, as it is now.
    """
    fills: dict[str, Any] = {}
    for name, text in told.items():
        known = getattr(patient, name)
        if not text or as_text(known) == text or (text == Patient.NoPhone.DECLINED and patient.phone):
            continue
        if known or name in TO_CONFIRM or (name == "no_phone" and patient.phone):
            _propose(patient, name, text, by)
        else:
            fills[name] = _value(name, text)
    if fills.get("phone"):
        fills["no_phone"] = ""
    if fills:
        change_held(patient, by=by, changes=fills)


def _propose(patient: Patient, name: str, text: str, by: trail.Actor) -> None:
    waiting = ContactChange.objects.filter(patient=patient, field=name, decided_at=None)
    if waiting.filter(value=text).exists():
        return
    waiting.update(decided_at=timezone.now(), is_taken=False)  # the newer one counts
    change = ContactChange.objects.create(patient=patient, field=name, value=text[:160])
    trail.record("contact.told", by=by, patient=patient, obj=change, detail={"field": name})


@transaction.atomic
def decide_contact(change_id: int, *, by: User, take: bool) -> ContactChange:
    """Take this into the record, or leave the record as it is. Idempotent."""
    change = ContactChange.objects.select_for_update().get(pk=change_id)
    if change.decided_at is not None:
        return change
    patient = Patient.objects.select_for_update().get(pk=change.patient_id)
    change.decided_at, change.decided_by, change.is_taken = timezone.now(), by, take
    change.save(update_fields=["decided_at", "decided_by", "is_taken"])
    if take:
        changes = {change.field: _value(change.field, change.value)}
        if change.field == "no_phone":
            changes["phone"] = ""
        elif change.field == "phone":
            changes["no_phone"] = ""
        change_patient(patient.pk, by=by, version=patient.version, changes=changes)
    detail = {"field": change.field, "taken": take}
    trail.record("contact.decided", by=by, patient=patient, obj=change, detail=detail)
    return change


def as_text(value: Any) -> str:
    if isinstance(value, PhoneNumber):
        return str(value.as_e164)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _value(name: str, text: str) -> Any:
    return date.fromisoformat(text) if name == "date_of_birth" else text
