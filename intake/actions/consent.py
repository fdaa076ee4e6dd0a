"""The consent: signed for each method, recorded with the text that was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.models import Clinic
from intake.actions.drafts import locked_draft
from intake.case_building import reading_of
from intake.models import IntakeResponse
from intake.questionnaire.answers import Reading
from intake.questionnaire.consent import as_signed
from intake.spoken import consent, language


@transaction.atomic
def sign_consent(
    response_id: int,
    *,
    name: str,
    signature: str,
    agreed: Collection[str],
    guardian: str = "",
    relation: str = "",
    filled_by: str = "",
) -> IntakeResponse:
    """Record who consented, to which text and methods, when. ``signature``: PNG data URL or empty.

    ``agreed``: ids of the methods of the consent. For a minor ``name`` is the child's, and ``guardian`` signs. Raises
    LinkNotOpen, and ValueError without a guardian or for an unknown method.
    """
    response = locked_draft(response_id)
    is_minor = needs_guardian(reading_of(response))
    if is_minor and not (guardian and relation):
        raise ValueError("A guardian signs for a minor.")
    response.consent_given = as_signed(consent(), agreed=agreed, for_minor=is_minor, language=language())
    response.consent_name = name
    response.consent_guardian, response.consent_relation = guardian or None, relation or None
    response.filled_by = filled_by or None
    response.consent_signature = signature
    response.consent_text_version = consent().version
    response.consent_at = response.saved_at = timezone.now()
    response.save(
        update_fields=[
            "consent_name", "consent_guardian", "consent_relation", "filled_by",
            "consent_signature", "consent_text_version", "consent_given", "consent_at", "saved_at",
        ]
    )  # fmt: skip
    trail.record(
        "consent.signed",
        by=trail.patient_actor(response.patient),
        patient=response.patient,
        obj=response,
        detail={
            "text_version": response.consent_text_version,
            "by_guardian": bool(guardian),
            "not_agreed": sorted(consent().methods.keys() - set(agreed)),
        },
    )
    return response


def needs_guardian(reading: Reading) -> bool:
    """Whether the patient is too young to consent alone, by the clinic's age of consent."""
    age = reading.about.get("age")
    return age is not None and age < Clinic.current().age_of_consent


def lacks_consent(response: IntakeResponse, reading: Reading) -> bool:
    """Not signed, signed for an older text, or by a minor alone."""
    if response.consent_at is None or response.consent_text_version != consent().version:
        return True
    return needs_guardian(reading) and not response.consent_guardian


def facts_of_consent(
    response: IntakeResponse, *, known: Mapping[str, bool | None], told: Mapping[str, bool]
) -> dict[str, bool]:
    """Wishes for the record: every method without a tick; one ticked now that was refused before and is not now."""
    facts = {}
    for method in (response.consent_given or {"methods": []})["methods"]:
        if not method["agreed"]:
            facts[method["finding"]] = True
        elif known.get(method["finding"]) and not told.get(method["finding"]):
            facts[method["finding"]] = False
    return facts
