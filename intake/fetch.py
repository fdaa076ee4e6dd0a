"""Fetches and checks access in one step: without permission there is nothing, and each read of a record is logged."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.lib.kept_queries import KeptQuery
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.models import Patient, User
from intake.models import Assessment, Attachment, ConsentSigned, IntakeResponse, Invitation


def assessment_for(user: User, assessment_id: int, *, needs: Permission = Permission.READ_CLINICAL) -> Assessment:
    """One assessment with its people."""
    if not access.can(user, needs):
        raise PermissionDenied
    with transaction.atomic():
        rows = Assessment.objects.select_related(
            "patient", "episode", "response", "signed_by", "supersedes", "set_aside_by"
        )
        found = get_object_or_404(rows, pk=assessment_id)
        access.note_read(user, found.patient, what="assessment", obj=found)
    return found


def response_for(user: User, response_id: int) -> IntakeResponse:
    """One intake, or a draft. access.py says who may come here at all."""
    with transaction.atomic():
        found = get_object_or_404(IntakeResponse.objects.select_related("patient", "invitation"), pk=response_id)
        access.note_read(user, found.patient, what="intake", obj=found)
    return found


def consent_for(user: User, consent_id: int) -> ConsentSigned:
    """A consent signed by itself."""
    with transaction.atomic():
        found = get_object_or_404(ConsentSigned.objects.select_related("patient"), pk=consent_id)
        access.note_read(user, found.patient, what="consent", obj=found)
    return found


def own_consent(consent_id: int, *, invitations: Collection[int]) -> ConsentSigned | None:
    """For who has just signed it, under one of these links."""
    rows = ConsentSigned.objects.select_related("patient")
    return rows.filter(pk=consent_id, invitation__in=invitations).first()


def attachment_for(user: User, attachment_id: int) -> Attachment:
    """A file with its data. A file of a form not sent yet is nobody's but the patient's."""
    with transaction.atomic():
        rows = Attachment.objects.select_related("response__patient").filter(sent_at__isnull=False)
        found = get_object_or_404(rows, pk=attachment_id)
        access.note_read(user, found.response.patient, what="attachment", obj=found)
    return found


def attachments_of(response: IntakeResponse) -> list[Attachment]:
    """Without their data."""
    return list(Attachment.objects.filter(response=response).defer("data"))


def newest_invitation(patient: Patient) -> Invitation | None:
    return (
        Invitation.objects.filter(patient=patient, purpose=Invitation.Purpose.FORM)
        .select_related("response")
        .order_by("-id")
        .first()
    )


# What a patient's browser requests; the link or the device decides whether it may (views/guards.py, views/device.py).


def invitation_of_link(token_hash: str) -> Invitation | None:
    return Invitation.objects.select_related("response").filter(token_hash=token_hash).first()


def invitation_or_none(invitation_id: int) -> Invitation | None:
    return Invitation.objects.filter(pk=invitation_id).first()


def invitation_with_response(invitation_id: int) -> Invitation | None:
    rows = Invitation.objects.select_related("patient", "response").filter(pk=invitation_id)
    return rows.filter(response__isnull=False).first()


def invitations_of(ids: Collection[int]) -> list[Invitation]:
    if len(ids) == 1:  # nearly always: a browser that holds one link
        return _invitation(*ids)
    return list(Invitation.objects.select_related("patient", "response").filter(pk__in=ids)) if ids else []


@KeptQuery
def _invitation(pk: int) -> QuerySet[Invitation]:
    return Invitation.objects.select_related("patient", "response").filter(pk=pk).order_by()


def response_of_device(response_id: int) -> IntakeResponse | None:
    return IntakeResponse.objects.select_related("patient", "invitation__patient").filter(pk=response_id).first()
