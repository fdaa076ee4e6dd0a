"""The form filled in by a practitioner who asks the patient by phone (docs/decisions/0045-at-the-desk.md)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Patient, User
from intake.actions import invitations, resuming
from intake.models import IntakeResponse, Invitation, PhoneCall


@transaction.atomic
def begin(*, patient: Patient, by: User, checked: str) -> PhoneCall:
    """Go on with what the patient has begun, or begin. The link the patient has still works, and so does the draft."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    links = Invitation.objects.filter(patient=patient, second_of=None, purpose=Invitation.Purpose.FORM)
    newest = links.select_related("response", "patient").first()
    link = newest if newest is not None and newest.is_open else invitations.invite(patient=patient, by=by).invitation
    draft = resuming.draft_for(link)
    if draft is None:
        draft = invitations.start(link.pk, by=by)
    elif draft.invitation_id != link.pk:
        draft = resuming.open_answers(link.pk, draft.pk, device="", how="phone", by=by)
    call = PhoneCall.objects.create(response=draft, asked_by=by, checked=checked)
    trail.record("phone_call.began", by=by, patient=patient, obj=call, detail={"intake": draft.pk, "checked": checked})
    return call


def running(call_id: int, *, by: User) -> PhoneCall | None:
    """The call, if it is theirs and not over."""
    rows = PhoneCall.objects.select_related("asked_by").filter(pk=call_id, asked_by=by, ended_at=None)
    return rows.first()


@transaction.atomic
def end(call: PhoneCall) -> None:
    """Idempotent."""
    if PhoneCall.objects.filter(pk=call.pk, ended_at=None).update(ended_at=timezone.now()):
        patient = call.response.patient
        trail.record("phone_call.ended", by=call.asked_by, patient=patient, obj=call)


def keep_asked(response: IntakeResponse, changed: Collection[str]) -> None:
    """Which answers are of which call: of this one, if one is going on; what the patient changes is theirs again."""
    now = response.call
    for call in PhoneCall.objects.select_for_update().filter(response=response):
        kept = [one for one in call.questions if one not in changed]
        told = sorted({*call.questions, *changed}) if now is not None and call.pk == now.pk else kept
        if told != call.questions:
            call.questions = told
            call.save(update_fields=["questions"])
