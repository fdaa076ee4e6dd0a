"""A patient's link to their own coming visits."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import trail
from clinic.lib import site
from clinic.lib.tokens import hash_of, new_token
from clinic.outbox.models import Message
from clinic.outbox.post import post_letter, withdraw
from clinic.people.models import Patient, User
from clinic.scheduling.models import AppointmentLink

GOOD_FOR = dt.timedelta(days=180)


def make_link(*, patient: Patient, by: User, now: dt.datetime | None = None) -> str:
    """A new token (256 bits); earlier links of the patient stop working. Only its hash is stored: show it at once."""
    token, _ = _make(patient=patient, by=by, now=now or timezone.now())
    return token


@transaction.atomic
def mail_link(*, patient: Patient, by: User) -> tuple[str, Message]:
    """A new link as from ``make_link``, and the mail that brings it to the patient."""
    token, link = _make(patient=patient, by=by, now=timezone.now())
    message = post_letter(
        "appointment_link", to=patient.email, key=_mail_key(link), patient=patient, link=address_of_link(token)
    )
    return token, message


def address_of_link(token: str) -> str:
    return site.link_to("scheduling:patient_appointments", token)


def _mail_key(link: AppointmentLink) -> str:
    return f"appointment_link:{link.pk}"


@transaction.atomic
def _make(*, patient: Patient, by: User, now: dt.datetime) -> tuple[str, AppointmentLink]:
    token = new_token()
    earlier = AppointmentLink.objects.filter(patient=patient, revoked_at=None)
    for link in earlier:
        withdraw(_mail_key(link))
    earlier.update(revoked_at=now)
    link = AppointmentLink.objects.create(
        patient=patient, token_hash=hash_of(token), created_by=by, expires_at=now + GOOD_FOR
    )
    trail.record("appointment_link.made", by=by, patient=patient, obj=link)
    return token, link


@transaction.atomic
def revoke_link(*, patient: Patient, by: User, now: dt.datetime | None = None) -> bool:
    """Links of the patient no longer work, and one still waiting to be mailed is not sent. False: there was none."""
    links = list(open_links(patient, now=now or timezone.now()))
    for link in links:
        withdraw(_mail_key(link))
        trail.record("appointment_link.revoked", by=by, patient=patient, obj=link)
    AppointmentLink.objects.filter(pk__in=[link.pk for link in links]).update(revoked_at=now or timezone.now())
    return bool(links)


def open_links(patient: Patient, *, now: dt.datetime) -> QuerySet[AppointmentLink]:
    return AppointmentLink.objects.filter(patient=patient, revoked_at=None, expires_at__gt=now)


def patient_of_link(token: str, *, now: dt.datetime | None = None) -> Patient | None:
    """Whose link it is; None if it is unknown, replaced or too old. Records the read in the audit trail."""
    now = now or timezone.now()
    with transaction.atomic():
        link = (
            AppointmentLink.objects.select_related("patient")
            .filter(token_hash=hash_of(token), revoked_at=None, expires_at__gt=now)
            .first()
        )
        if link is None:
            return None
        trail.record("appointments.read", by=trail.patient_actor(link.patient), patient=link.patient, obj=link)
        return link.patient
