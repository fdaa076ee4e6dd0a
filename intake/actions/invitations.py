"""Intake links: made, sent, replaced, revoked, opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from clinic.audit import trail
from clinic.lib import site
from clinic.lib.tokens import hash_of, new_token
from clinic.outbox.post import give_up, post_letter, withdraw
from clinic.people.language import known
from clinic.people.models import Clinic, Patient, User
from intake.actions.languages import keep_language
from intake.models import IntakeResponse, Invitation, ScreenStay
from intake.own_form import version_today
from intake.reading import reading_of

LIFE = dt.timedelta(days=7)


class LinkNotOpen(Exception):
    """The link cannot be used, or no longer. ``state`` says why."""

    def __init__(self, state: str) -> None:
        super().__init__(f"This link is {state}.")
        self.state = state


@dataclass(frozen=True)
class Issued:
    """A new link. Its token is known only here."""

    invitation: Invitation
    token: str

    @property
    def url(self) -> str:
        return site.link_to("intake:entry", self.token)


@transaction.atomic
def invite(*, patient: Patient, by: User, send_to: str = "", purpose: str = Invitation.Purpose.FORM) -> Issued:
    """A new link for a patient, valid for seven days. An open one for the same is replaced.

    Answers begun under the old link stay with it until someone proves to be the patient
    (``intake.actions.resuming``). ``send_to``: e-mail address; if empty, staff see the link and hand it on.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)  # two desks at once: only one link stays open
    token = new_token()
    invitation = Invitation.objects.create(
        patient=patient,
        purpose=purpose,
        token_hash=hash_of(token),
        created_by=by,
        expires_at=timezone.now() + LIFE,
        sent_to=send_to,
        shown_to_staff=not send_to or send_to.casefold() != patient.email.casefold(),
    )
    earlier = (
        Invitation.objects.filter(patient=patient, replaced_by=None, revoked_at=None, purpose=purpose)
        .exclude(pk=invitation.pk)
        .exclude(purpose=Invitation.Purpose.CONSENT, answered_at__isnull=False)
        .exclude(response__submitted_at__isnull=False)
        .order_by("-id")
        .first()
    )
    if earlier is not None:
        Invitation.objects.filter(pk=earlier.pk).update(replaced_by=invitation)
        withdraw(_mail_key(earlier))
    trail.record(
        "invitation.created",
        by=by,
        patient=patient,
        obj=invitation,
        detail={"replaces": earlier.pk if earlier else None, "by_email": bool(send_to), "purpose": str(purpose)},
    )
    issued = Issued(invitation, token)
    if send_to:
        _mail(issued)
    return issued


def _mail(issued: Issued) -> None:
    invitation = issued.invitation
    invitation.mail = post_letter(
        "invitation",
        to=invitation.sent_to,
        key=_mail_key(invitation),
        patient=invitation.patient,
        url=issued.url,
        expires_at=timezone.localtime(invitation.expires_at, Clinic.current().zone),
    )
    invitation.save(update_fields=["mail"])


def _mail_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}"


@transaction.atomic
def revoke(invitation_id: int, *, by: User) -> Invitation:
    """Close an open link at once. Idempotent."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.revoked_at is None and invitation.replaced_by_id is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        withdraw(_mail_key(invitation))
        trail.record("invitation.revoked", by=by, patient=invitation.patient, obj=invitation)
    return invitation


@transaction.atomic
def start(invitation_id: int, *, by: User | None = None) -> IntakeResponse:
    """The patient presses Start, or ``by`` asks them by phone: the draft begins. Returns an existing draft. Raises
    LinkNotOpen.

    A draft begun under an earlier link is set aside: kept unchanged, and readable by the practitioner.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if not invitation.is_open:
        raise LinkNotOpen(invitation.state)
    response = IntakeResponse.objects.filter(invitation=invitation).first()
    if response is not None:
        return response
    patient = invitation.patient
    who = by or trail.patient_actor(patient)
    for earlier in drafts_of(patient) if invitation.second_of_id is None else ():
        earlier.set_aside_at = timezone.now()
        earlier.save(update_fields=["set_aside_at"])
        trail.record("intake.set_aside", by=who, patient=patient, obj=earlier, detail={"invitation": invitation.pk})
    begins: dict[str, Any] = {
        "questionnaire_version": version_today(),
        "language": known(get_language()),
        "code_to": patient.email if invitation.shown_to_staff else invitation.sent_to,
    }
    if invitation.second_of_id is not None:
        begins = begun_with(IntakeResponse.objects.get(invitation=invitation.second_of_id))
    now = timezone.now()
    response = IntakeResponse.objects.create(
        patient=patient, invitation=invitation, started_at=now, saved_at=now, **begins
    )
    ScreenStay.objects.create(response=response, screen=reading_of(response).screens[0].id)
    reads = known(response.language)
    if patient.language is None and reads != settings.LANGUAGE_CODE:
        keep_language(patient, reads)
    invitation.opened_at = now
    invitation.save(update_fields=["opened_at"])
    give_up(_mail_key(invitation))  # the patient has the link
    trail.record("intake.started", by=who, patient=patient, obj=response, detail={"invitation": invitation.pk})
    return response


def begun_with(first: IntakeResponse) -> dict[str, Any]:
    """What a second part takes over from the sent first when it begins."""
    taken = ["answers", "questionnaire_version", "code_to", "filled_by", "language"]
    taken += [field.name for field in IntakeResponse._meta.concrete_fields if field.name.startswith("consent_")]
    copied = {name: getattr(first, name) for name in taken}
    return copied | {"continues": first, "first_sent_at": first.submitted_at}


def drafts_of(patient: Patient) -> QuerySet[IntakeResponse]:
    """What was begun, but neither submitted nor set aside; newest first."""
    return IntakeResponse.objects.filter(patient=patient, submitted_at=None, set_aside_at=None).order_by("-id")


@transaction.atomic
def note_wrong_person(invitation_id: int) -> None:
    """Whoever opened the link says that it is someone else's."""
    invitation = Invitation.objects.select_related("patient").get(pk=invitation_id)
    trail.record("invitation.wrong_person", by=None, patient=invitation.patient, obj=invitation)


@transaction.atomic
def count_wrong_birth_date(invitation_id: int) -> int:
    """Count a wrong date of birth; returns how many there are. At five the link is locked and the inbox says so."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    invitation.failed_birth_checks += 1
    invitation.save(update_fields=["failed_birth_checks"])
    trail.record(
        "invitation.birth_date_wrong",
        by=None,
        patient=invitation.patient,
        obj=invitation,
        detail={"times": invitation.failed_birth_checks},
        outcome="refused",
    )
    return invitation.failed_birth_checks
