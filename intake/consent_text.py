"""The consent as it is read today: the file's text with its risks, and the clinic's own words beside them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from clinic.lib.file_words import ENGLISH
from clinic.lib.kept_queries import KeptQuery
from clinic.people.models import Patient
from intake import spoken
from intake.models import ConsentSigned, IntakeResponse, OwnConsent
from intake.questionnaire.consent import Consent, version_of, with_own

_OPEN = """
    SELECT
        EXISTS (SELECT 1 FROM intake_intakeresponse WHERE patient_id = %(patient)s AND submitted_at IS NOT NULL),
        (
            SELECT version FROM (
                SELECT consent_text_version AS version, consent_at FROM intake_intakeresponse
                WHERE patient_id = %(patient)s AND submitted_at IS NOT NULL AND consent_at IS NOT NULL
                UNION ALL
                SELECT consent_text_version, consent_at FROM intake_consentsigned WHERE patient_id = %(patient)s
            ) AS signed
            ORDER BY consent_at DESC LIMIT 1
        ),
        (SELECT MAX(id) FROM intake_ownconsent)
"""
_OPEN_AMONG = """
    SELECT patient_id, 1, consent_text_version, consent_at, (SELECT MAX(id) FROM intake_ownconsent)
    FROM intake_intakeresponse WHERE submitted_at IS NOT NULL AND patient_id IN ({0})
    UNION ALL
    SELECT patient_id, 0, consent_text_version, consent_at, (SELECT MAX(id) FROM intake_ownconsent)
    FROM intake_consentsigned WHERE patient_id IN ({0})
"""


def consent() -> Consent:
    """In the language in use. Its version changes with the file and with every version of the clinic's words."""
    return worded(newest_own())


def newest_own() -> OwnConsent | None:
    """The clinic's words that count."""
    return next(iter(_newest_own()), None)


@KeptQuery
def _newest_own() -> QuerySet[OwnConsent]:
    return OwnConsent.objects.select_related("written_by")[:1]


def worded(own: OwnConsent | None, *, language: str = "") -> Consent:
    """With these words of the clinic; in a language that it has none in, with the English ones."""
    text = spoken.consent_file(language)
    if own is None:
        return text
    words = own.words.get(language or spoken.language()) or own.words.get(ENGLISH) or {}
    return with_own(text, words, number=own.pk or 0)


def newest_consent(patient: Patient) -> IntakeResponse | ConsentSigned | None:
    """What the patient signed last, in a form that was sent or by itself."""
    sent = IntakeResponse.objects.filter(patient=patient, submitted_at__isnull=False, consent_at__isnull=False)
    found: list[IntakeResponse | ConsentSigned] = [*sent.order_by("-consent_at")[:1]]
    found += ConsentSigned.objects.filter(patient=patient)[:1]
    return max(found, key=lambda one: (one.consent_at is not None, one.consent_at), default=None)


def is_consent_open(patient: Patient) -> bool:
    """A form was sent, and the consent is not signed, or not for today's text. One query: charts ask it."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"patient": patient.pk})
        [(has_sent, signed, own)] = cursor.fetchall()
    return bool(has_sent) and signed != version_of(spoken.consent_file(), own)


def open_among(patients: Collection[int]) -> set[int]:
    """Those of these patients whose consent is open. One query: the day board asks it."""
    marks = ", ".join(["%s"] * len(patients))
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_AMONG.format(marks), [*patients, *patients])
        rows = cursor.fetchall()
    newest: dict[int, tuple[Any, str]] = {}  # when the consent that counts was signed, and for which text
    for patient, _is_form, version, at, _own in rows:
        if at is not None and (patient not in newest or at > newest[patient][0]):
            newest[patient] = (at, version)
    with_form = {patient for patient, is_form, *_rest in rows if is_form}
    if not with_form:
        return set()
    today = version_of(spoken.consent_file(), rows[0][-1])
    return {patient for patient in with_form if newest.get(patient, (None, ""))[1] != today}
