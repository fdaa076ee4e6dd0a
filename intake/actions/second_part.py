"""The second part of the form, "when you have time": answered after the first was sent, and sent on its own.

It is an intake of its own that begins with the frozen answers and the consent of the first: what an assessment was
signed on never changes (docs/decisions/0039-two-parts.md). Its link has a token that nobody knows; the first part leads
to it.
"""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.tokens import hash_of, new_token
from clinic.people.models import Patient, User
from intake.actions.invitations import LinkNotOpen
from intake.models import IntakeResponse, Invitation
from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own import parts_of_version
from intake.reading import about, answered_on
from intake.spoken import questionnaire

LIFE = dt.timedelta(days=30)  # or until the clinic closes it, with the first visit (DESIGN)
SEALED = signing.Signer(salt="intake.second")


def seal(first: Invitation) -> str:
    """Names the first part in a page's form; whoever has it still proves to be the patient."""
    return SEALED.sign(str(first.pk))


def sealed(value: str) -> int:
    """0 if it was not made by `seal`."""
    try:
        return int(SEALED.unsign(value))
    except signing.BadSignature:
        return 0


def may_follow(link: Invitation) -> bool:
    """Whether the holder of a link whose first part was sent may still answer the second."""
    first: IntakeResponse | None = getattr(link, "response", None)
    if first is None or first.submitted_at is None or first.continues_id is not None or link.second_closed_at:
        return False
    base, _ = parts_of_version(first.questionnaire_version)  # own questions stay those of the first part
    if timezone.now() >= first.submitted_at + LIFE or base != load_questionnaire().version:
        return False
    second = IntakeResponse.objects.filter(continues=first).only("submitted_at").first()
    return (second is None or second.submitted_at is None) and bool(_screens(first))


def _screens(first: IntakeResponse) -> tuple[object, ...]:
    form = questionnaire(first.questionnaire_version)
    return read(form, first.answers, about(first.patient, answered_on(first)), part=2).screens


@transaction.atomic
def link_for(first_link: int) -> Invitation:
    """The link of the second part, made when it is first wanted. Raises LinkNotOpen."""
    first = Invitation.objects.select_for_update(of=("self",)).select_related("response", "patient").get(pk=first_link)
    if not may_follow(first):
        raise LinkNotOpen(first.state)
    sent_at = first.response.submitted_at
    assert sent_at is not None
    link = Invitation.objects.filter(second_of=first).first()
    if link is None:
        link = Invitation.objects.create(
            patient=first.patient,
            token_hash=hash_of(new_token()),
            created_by=first.created_by,
            expires_at=sent_at + LIFE,
            sent_to=first.sent_to,
            shown_to_staff=first.shown_to_staff,
            second_of=first,
        )
        by = trail.patient_actor(first.patient)
        trail.record("invitation.second_part", by=by, patient=first.patient, obj=link, detail={"first": first.pk})
    return link


@transaction.atomic
def close(*, patient: Patient, by: User) -> None:
    """The first visit begins: from here on what is missing is asked in person. What was sent stays."""
    now = timezone.now()
    sent = Invitation.objects.filter(patient=patient, answered_at__isnull=False, second_of=None, second_closed_at=None)
    sent.update(second_closed_at=now)
    open_links = Invitation.objects.filter(patient=patient, second_of__isnull=False, is_unfinished=True)
    for link in open_links:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
        trail.record("invitation.revoked", by=by, patient=patient, obj=link)
