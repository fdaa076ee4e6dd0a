"""The language in which a patient reads, kept with the answers and with the patient."""

from __future__ import annotations

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Patient
from intake.models import IntakeResponse, Invitation


@transaction.atomic
def choose_language(invitation_id: int, code: str) -> None:
    """The patient chose it on a page of their form: mails and papers follow, and the answers say so."""
    invitation = Invitation.objects.select_related("patient").get(pk=invitation_id)
    response = IntakeResponse.objects.select_for_update().filter(invitation=invitation, submitted_at=None).first()
    if response is not None and response.language != code:
        response.language = code
        response.save(update_fields=["language"])
    keep_language(invitation.patient, code)


def keep_language(patient: Patient, code: str) -> None:
    """Kept with the patient, if it is another one than before."""
    if patient.language == code:
        return
    patient.language = code
    patient.save(update_fields=["language"])
    trail.record(
        "patient.language_chosen",
        by=trail.patient_actor(patient),
        patient=patient,
        obj=patient,
        detail={"language": code},
    )
