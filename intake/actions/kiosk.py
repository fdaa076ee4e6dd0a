"""The form on the clinic's tablet: started by staff, over when it is sent, given back or not touched.

What was answered stays a draft. Neither the tablet nor the desk can open it again: that takes the patient's e-mail, or
four digits chosen at the beginning (docs/decisions/0045-at-the-desk.md).
"""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from clinic.audit import trail
from clinic.people.models import Patient, User
from intake.actions import second_part
from intake.actions.invitations import invite
from intake.actions.resuming import CODE_TRIES, digest_of
from intake.models import IntakeResponse, Invitation, Kiosk, ResumeCode

IDLE = dt.timedelta(minutes=2)
ON_THE_WAY = dt.timedelta(seconds=10)  # the page closes itself at two minutes; the server a little later


def _newest(patient: Patient) -> Invitation | None:
    links = Invitation.objects.filter(patient=patient, second_of=None, purpose=Invitation.Purpose.FORM)
    return links.select_related("response").order_by("-id").first()


def link_to_fill(patient: Patient) -> Invitation | None:
    """The open link that the tablet can use as it is. One under which something was begun stays with its draft."""
    newest = _newest(patient)
    return newest if newest is not None and newest.state == Invitation.State.INVITED else None


def second_to_fill(patient: Patient) -> Invitation | None:
    """The sent first part whose second may still be answered."""
    newest = _newest(patient)
    return newest if newest is not None and second_part.may_follow(newest) else None


@transaction.atomic
def start(*, patient: Patient, by: User, purpose: str = Invitation.Purpose.FORM) -> Kiosk:
    """Hand the tablet over: the consent alone; or the second part if only that is open, else the form."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    if purpose == Invitation.Purpose.CONSENT:
        link = invite(patient=patient, by=by, purpose=purpose).invitation
    elif (first := second_to_fill(patient)) is not None:
        link = second_part.link_for(first.pk)
    else:
        link = link_to_fill(patient) or invite(patient=patient, by=by).invitation
    kiosk = Kiosk.objects.create(invitation=link, started_by=by, seen_at=timezone.now())
    trail.record("kiosk.started", by=by, patient=patient, obj=kiosk, detail={"invitation": link.pk})
    return kiosk


def is_running(kiosk_id: int) -> bool:
    """Whether the tablet may go on; being asked counts as a touch. One left alone for too long is over from here on."""
    now = timezone.now()
    kept = Kiosk.objects.filter(pk=kiosk_id, ended_at=None, seen_at__gt=now - IDLE - ON_THE_WAY)
    if kept.update(seen_at=now):
        return True
    end(kiosk_id, Kiosk.Ended.IDLE)
    return False


@transaction.atomic
def end(kiosk_id: int, how: str) -> None:
    """Idempotent: the first reason stays."""
    kiosk = Kiosk.objects.select_for_update(of=("self",)).select_related("invitation__patient").filter(pk=kiosk_id)
    for one in kiosk.filter(ended_at=None):
        one.ended_at, one.ended = timezone.now(), how
        one.save(update_fields=["ended_at", "ended"])
        patient = one.invitation.patient
        by = None if how == Kiosk.Ended.IDLE else trail.patient_actor(patient)
        trail.record("kiosk.ended", by=by, patient=patient, obj=one, detail={"how": how})


@transaction.atomic
def choose_digits(response_id: int, digits: str) -> None:
    """The patient chooses four digits with which to go on should the tablet close the form."""
    response = IntakeResponse.objects.select_related("invitation").get(pk=response_id)
    ResumeCode.objects.create(
        invitation=response.invitation,
        response=response,
        digest=digest_of(response, digits),
        expires_at=response.invitation.expires_at,
        is_chosen=True,
    )


def chosen_digits(response: IntakeResponse) -> ResumeCode | None:
    """Those that still work."""
    works = ResumeCode.objects.filter(response=response, is_chosen=True, failures__lt=CODE_TRIES)
    return works.filter(expires_at__gt=timezone.now()).first()


@transaction.atomic
def try_digits(response_id: int, digits: str) -> int:
    """0 if they are right; else how many tries are used up, CODE_TRIES if they no longer work."""
    response = IntakeResponse.objects.select_for_update(of=("self",)).select_related("patient").get(pk=response_id)
    code = chosen_digits(response)
    if code is None:
        return CODE_TRIES
    if constant_time_compare(code.digest, digest_of(response, digits)):
        return 0
    code.failures += 1
    code.save(update_fields=["failures"])
    note = partial(trail.record, "intake.digits_wrong", by=None, patient=response.patient, obj=response)
    note(detail={"times": code.failures}, outcome="refused")
    return code.failures
