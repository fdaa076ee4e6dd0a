"""Continuing answers begun elsewhere: who may, and with what proof.

The desk makes links and sees birth dates. So a link that staff saw opens no answers; only a code does, mailed to the
address the patient had when they began. Why, and what remains open: docs/decisions/0011-who-may-go-on.md.
"""

from __future__ import annotations

import datetime as dt
import secrets
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.audit import trail
from clinic.outbox.post import post_letter
from clinic.people.models import User
from intake.actions import limits
from intake.actions.invitations import LinkNotOpen, drafts_of
from intake.models import IntakeResponse, Invitation, ResumeCode

CODE_LIFE = dt.timedelta(minutes=15)
CODE_TRIES = 5
CODES_AN_HOUR, CODES_A_DAY = 4, 8  # 40 guesses a day at a million (DESIGN)
READ_MINUTES = 15  # reading by one device is logged once in this time


class Way(StrEnum):
    """How the holder of a link proves that the answers are theirs."""

    BIRTH = "birth"  # the link was mailed to nobody else: the date of birth is enough
    CODE = "code"
    NONE = "none"  # no address to send a code to


class TooManyCodes(Exception):
    """Too many codes have been sent."""


def draft_for(invitation: Invitation) -> IntakeResponse | None:
    """The draft of this link, or one left behind by an earlier link of the same patient."""
    own: IntakeResponse | None = getattr(invitation, "response", None)
    is_form = invitation.purpose == Invitation.Purpose.FORM
    if own is not None or invitation.second_of_id is not None or not is_form:
        return own
    left = drafts_of(invitation.patient).filter(continues=None)  # a second part is gone on with under its own link
    return left.select_related("patient", "invitation").first()


def way_in(invitation: Invitation, response: IntakeResponse, *, is_kiosk: bool = False) -> Way:
    """What this link requires before it shows these answers. On the clinic's tablet any link is in the hands of
    staff.
    """
    reach = (response.code_to or "").casefold()
    by_mail_only = not invitation.shown_to_staff and invitation.sent_to.casefold() == reach
    if by_mail_only and not is_kiosk and invitation.patient.date_of_birth is not None:
        return Way.BIRTH
    return Way.CODE if reach else Way.NONE


@transaction.atomic
def send_code(invitation_id: int, response_id: int) -> ResumeCode:
    """Mail six digits to the patient. Raises LinkNotOpen, TooManyCodes."""
    invitation, response = _both(invitation_id, response_id)
    if way_in(invitation, response) is Way.NONE:
        raise LinkNotOpen(invitation.state)
    of_hour = limits.increment(f"code:{response.pk}", minutes=60)
    of_day = limits.increment(f"code-day:{response.pk}", minutes=24 * 60)
    if of_hour > CODES_AN_HOUR or of_day > CODES_A_DAY:
        raise TooManyCodes
    digits = f"{secrets.randbelow(1_000_000):06d}"
    code = ResumeCode.objects.create(
        invitation=invitation,
        response=response,
        digest=digest_of(response, digits),
        expires_at=timezone.now() + CODE_LIFE,
    )
    post_letter(
        "intake_code",
        to=response.code_to or "",
        key=f"intake_code:{code.pk}",
        patient=response.patient,
        digits=digits,
    )
    detail = {"invitation": invitation.pk}
    trail.record("intake.code_sent", by=None, patient=response.patient, obj=response, detail=detail)
    return code


@transaction.atomic
def try_code(invitation_id: int, response_id: int, digits: str) -> int:
    """0 if the digits are right; else how many tries were used up, CODE_TRIES if the code is no longer valid."""
    invitation, response = _both(invitation_id, response_id)
    mailed = ResumeCode.objects.select_for_update().filter(invitation=invitation, response=response, is_chosen=False)
    code = mailed.first()
    if code is None or code.used_at or code.failures >= CODE_TRIES or timezone.now() >= code.expires_at:
        return CODE_TRIES
    if constant_time_compare(code.digest, digest_of(response, digits)):
        code.used_at = timezone.now()
        code.save(update_fields=["used_at"])
        return 0
    code.failures += 1
    code.save(update_fields=["failures"])
    detail = {"invitation": invitation.pk, "times": code.failures}
    trail.record("intake.code_wrong", by=None, patient=response.patient, obj=response, detail=detail, outcome="refused")
    return code.failures


@transaction.atomic
def open_answers(
    invitation_id: int, response_id: int, *, device: str, how: str, by: User | None = None
) -> IntakeResponse:
    """Someone has proved that these answers are theirs: the draft belongs to this link from now on."""
    invitation, response = _both(invitation_id, response_id)
    if response.invitation_id != invitation.pk:
        response.invitation = invitation
        response.save(update_fields=["invitation"])
        invitation.opened_at = invitation.opened_at or timezone.now()
        invitation.save(update_fields=["opened_at"])
    trail.record(
        "intake.opened",
        by=by or trail.patient_actor(response.patient),
        patient=response.patient,
        obj=response,
        detail={"invitation": invitation.pk, "device": device, "how": how},
    )
    return response


def note_reading(response: IntakeResponse, *, device: str, by: User | None = None) -> None:
    """Answers are shown to the holder of the link, or to ``by`` in a call: logged, once in a while per device."""
    if limits.increment(f"read:{response.pk}:{device}"[:80], minutes=READ_MINUTES) == 1:
        with transaction.atomic():
            trail.record(
                "intake.read",
                by=by or trail.patient_actor(response.patient),
                patient=response.patient,
                obj=response,
                detail={"invitation": response.invitation_id, "device": device},
            )


def _both(invitation_id: int, response_id: int) -> tuple[Invitation, IntakeResponse]:
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if not invitation.is_open:
        raise LinkNotOpen(invitation.state)
    response = IntakeResponse.objects.select_for_update(of=("self",)).select_related("patient").get(pk=response_id)
    is_taken = response.is_submitted or response.set_aside_at is not None
    has_other = IntakeResponse.objects.filter(invitation=invitation).exclude(pk=response.pk).exists()
    if is_taken or has_other or response.patient_id != invitation.patient_id:  # someone was faster
        raise LinkNotOpen(Invitation.State.REPLACED)
    return invitation, response


def digest_of(response: IntakeResponse, digits: str) -> str:
    return salted_hmac("intake.code", f"{response.pk}:{digits}", algorithm="sha256").hexdigest()
