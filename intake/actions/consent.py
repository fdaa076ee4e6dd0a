"""The consent: signed for each method, recorded with the text that was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.people.actions.patients import record_safety_facts, safety_facts_of
from clinic.people.models import Clinic, Patient, User
from intake.actions.drafts import locked_draft
from intake.actions.invitations import LinkNotOpen
from intake.consent_text import consent
from intake.models import ConsentSigned, IntakeResponse, Invitation, OwnConsent
from intake.questionnaire.answers import Reading
from intake.questionnaire.consent import as_signed
from intake.reading import reading_of
from intake.spoken import language


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
    text = consent()
    response.consent_given = as_signed(text, agreed=agreed, for_minor=is_minor, language=language())
    response.consent_name = name
    response.consent_guardian, response.consent_relation = guardian or None, relation or None
    response.filled_by = filled_by or None
    response.consent_signature = signature
    response.consent_text_version = text.version
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
            "not_agreed": sorted(text.methods.keys() - set(agreed)),
        },
    )
    return response


@transaction.atomic
def sign_again(
    invitation_id: int, *, name: str, signature: str, agreed: Collection[str], guardian: str = "", relation: str = ""
) -> ConsentSigned:
    """The consent alone, under a link for it. What is not ticked goes to the record at once. Raises LinkNotOpen."""
    link = Invitation.objects.select_for_update(of=("self",)).select_related("patient").get(pk=invitation_id)
    if link.purpose != Invitation.Purpose.CONSENT or not link.is_open:
        raise LinkNotOpen(link.state)
    patient, text = link.patient, consent()
    is_minor = is_too_young(patient)
    if is_minor and not (guardian and relation):
        raise ValueError("A guardian signs for a minor.")
    signed = ConsentSigned.objects.create(
        patient=patient,
        invitation=link,
        consent_name=name,
        consent_guardian=guardian,
        consent_relation=relation,
        consent_signature=signature,
        consent_text_version=text.version,
        consent_given=as_signed(text, agreed=agreed, for_minor=is_minor, language=language()),
        consent_at=timezone.now(),
    )
    link.answered_at, link.is_assessed = signed.consent_at, True
    link.save(update_fields=["answered_at", "is_assessed"])
    by = trail.patient_actor(patient)
    facts = facts_of_consent(signed, known=safety_facts_of(patient), told={})
    record_safety_facts(patient=patient, facts=facts, by=by, note="from the consent")
    detail = {"text_version": text.version, "not_agreed": sorted(text.methods.keys() - set(agreed))}
    trail.record("consent.signed", by=by, patient=patient, obj=signed, detail=detail, sealed=True)
    return signed


def is_too_young(patient: Patient) -> bool:
    """Whether the record says that the patient cannot consent alone."""
    age = patient.age_on(timezone.localdate())
    return age is not None and age < Clinic.current().age_of_consent


@transaction.atomic
def write_own_consent(*, words: Mapping[str, str], spoken: str, by: User) -> OwnConsent | None:
    """A new version of the clinic's words in one language: everyone is asked again. None if nothing has changed."""
    newest = OwnConsent.objects.first()
    before = dict(newest.words) if newest is not None else {}
    kept = {key: text for key, text in words.items() if text}
    if before.get(spoken, {}) == kept:
        return None
    own = OwnConsent.objects.create(words={**before, spoken: kept}, written_by=by)
    trail.record("consent.text_written", by=by, obj=own, detail={"language": spoken}, sealed=True)
    return own


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
    response: IntakeResponse | ConsentSigned, *, known: Mapping[str, bool | None], told: Mapping[str, bool]
) -> dict[str, bool]:
    """Wishes for the record: every method without a tick; one ticked now that was refused before and is not now."""
    facts = {}
    for method in (response.consent_given or {"methods": []})["methods"]:
        if not method["agreed"]:
            facts[method["finding"]] = True
        elif known.get(method["finding"]) and not told.get(method["finding"]):
            facts[method["finding"]] = False
    return facts
