"""How to reach a patient, and what they said about it that differs from the record, in words. What happened when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from clinic.lib.phone import known
from clinic.people.actions.contact import as_text
from clinic.people.models import ContactChange, Patient

MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Line:
    """One number to call: who answers, and where we have it from."""

    number: PhoneNumber
    who: str


@dataclass(frozen=True)
class Told:
    """One proposed change: ``ours`` is what the record says."""

    change: ContactChange
    label: str
    ours: str
    theirs: str


def lines_of(patient: Patient, told: Mapping[str, str] | None = None) -> tuple[list[Line], str]:
    """Whom to call, the patient first; and what to say if the patient has no number.

    ``told``: contact fields from a form not submitted yet.
    """
    told = told or {}
    lines: list[Line] = []

    def add(number: Any, who: str) -> None:
        parsed = known(number) if isinstance(number, str) and number else number
        if parsed and parsed.is_valid() and all(parsed != line.number for line in lines):
            lines.append(Line(parsed, who))

    add(patient.phone, "")
    add(told.get("phone", ""), "from the intake form" if lines else "")
    has_own = bool(lines)
    add(patient.emergency_phone, _who(patient.emergency_name, patient.emergency_relation))
    add(told.get("emergency_phone", ""), _who(told.get("emergency_name", ""), told.get("emergency_relation", "")))
    if has_own:
        return lines, ""
    answer = told.get("no_phone") or patient.no_phone
    return lines, f"No number: {Patient.NoPhone(answer).label}" if answer else "No phone number: nobody has asked yet"


def _who(name: str, relation: str) -> str:
    return f"emergency contact: {name}{f' ({relation})' if relation else ''}"


def told_changes(patient: Patient) -> list[Told]:
    """What waits for someone to look at."""
    return [
        Told(
            change,
            str(Patient._meta.get_field(change.field).verbose_name),  # type: ignore[union-attr]
            _words(change.field, as_text(getattr(patient, change.field))),
            _words(change.field, change.value),
        )
        for change in ContactChange.objects.filter(patient=patient, decided_at=None)
    ]


def _words(name: str, text: str) -> str:
    if name in ("phone", "emergency_phone") and text:
        number = known(text)
        return str(number.as_international) if number else text
    if name == "no_phone" and text:
        return str(Patient.NoPhone(text).label)
    if name == "messages_by" and text:
        return str(Patient.MessagesBy(text).label)
    return text


def timeline_event(at: dt.datetime, title: str, text: str = "", url: str = "") -> dict[str, str]:
    """One row of ``components/_timeline.html``. ``day`` and ``iso``: when it was, to read and for machines."""
    local = timezone.localtime(at)
    return {"day": _day(local), "iso": local.isoformat(), "title": str(title), "text": str(text), "url": url}


def day_words(at: dt.datetime | None) -> str:
    """``3 Nov 2026``, in the clinic's calendar; empty for None."""
    return "" if at is None else _day(timezone.localtime(at))


def _day(local: dt.datetime) -> str:
    return f"{local.day} {MONTHS[local.month]} {local.year}"
