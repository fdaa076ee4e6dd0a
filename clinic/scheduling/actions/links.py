"""A patient's link to their own coming visits."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Patient
from clinic.scheduling.models import AppointmentLink

GOOD_FOR = dt.timedelta(days=180)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(*, patient: Patient, by: Any, now: dt.datetime | None = None) -> str:
    """A new token (256 bits); earlier links of the patient stop working. Only its hash is kept: show it at
    once.
    """
    now = now or timezone.now()
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        AppointmentLink.objects.filter(patient=patient, revoked_at=None).update(revoked_at=now)
        link = AppointmentLink.objects.create(
            patient=patient, token_hash=_hash(token), created_by=by, expires_at=now + GOOD_FOR
        )
        trail.record("appointment_link.made", by=by, patient=patient, obj=link)
    return token


def patient_of_link(token: str, *, now: dt.datetime | None = None) -> Patient | None:
    """Whose link it is; None for one that is unknown, replaced or too old. Leaves the read in the audit
    trail.
    """
    now = now or timezone.now()
    with transaction.atomic():
        link = (
            AppointmentLink.objects.select_related("patient")
            .filter(token_hash=_hash(token), revoked_at=None, expires_at__gt=now)
            .first()
        )
        if link is None:
            return None
        trail.record("appointments.read", by=trail.patient_actor(link.patient), patient=link.patient, obj=link)
        return link.patient
