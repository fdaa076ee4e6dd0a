"""The consent as it is read today: the file's text with its risks, and the clinic's own words beside them."""

from __future__ import annotations

from clinic.lib.file_words import ENGLISH
from clinic.people.models import Patient
from intake import spoken
from intake.models import ConsentSigned, IntakeResponse, OwnConsent
from intake.questionnaire.consent import Consent, load_consent, with_own
from intake.questionnaire.load import DIRECTORY


def consent() -> Consent:
    """In the language in use. Its version changes with the file and with every version of the clinic's words."""
    return worded(OwnConsent.objects.first())


def worded(own: OwnConsent | None, *, language: str = "") -> Consent:
    """With these words of the clinic; in a language that it has none in, with the English ones."""
    language = language or spoken.language()
    text = load_consent(DIRECTORY, language)
    if own is None:
        return text
    words = own.words.get(language) or own.words.get(ENGLISH) or {}
    return with_own(text, words, number=own.pk or 0)


def newest_consent(patient: Patient) -> IntakeResponse | ConsentSigned | None:
    """What the patient signed last, in a form that was sent or by itself."""
    sent = IntakeResponse.objects.filter(patient=patient, submitted_at__isnull=False, consent_at__isnull=False)
    found: list[IntakeResponse | ConsentSigned] = [*sent.order_by("-consent_at")[:1]]
    found += ConsentSigned.objects.filter(patient=patient)[:1]
    return max(found, key=lambda one: (one.consent_at is not None, one.consent_at), default=None)


def is_consent_open(patient: Patient) -> bool:
    """A form was sent, and the consent is not signed, or not for today's text."""
    if not IntakeResponse.objects.filter(patient=patient, submitted_at__isnull=False).exists():
        return False
    signed = newest_consent(patient)
    return signed is None or signed.consent_text_version != consent().version
