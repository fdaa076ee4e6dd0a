"""Finding a patient by the first letters of any word: name, any part of a phone, date of birth, e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from clinic.people.models import Patient, PatientWord, User
from clinic.people.words import asked_ways, index_words

BATCH = 500


def words_of(patient: Patient) -> list[str]:
    """The words that a patient is found by, as they are now."""
    return index_words(
        given_name=patient.given_name,
        family_name=patient.family_name,
        email=patient.email,
        phone=patient.phone,
        born=patient.date_of_birth,
    )


def index(patients: Iterable[Patient]) -> None:
    """Keep what patients are found by; called wherever one of these fields is written."""
    wanted = {patient.pk: set(words_of(patient)) for patient in patients}
    known = PatientWord.objects.filter(patient__in=wanted)
    gone = [row.pk for row in known if row.word not in wanted[row.patient_id]]
    for start in range(0, len(gone), BATCH):
        PatientWord.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    fresh = [PatientWord(patient_id=pk, word=word) for pk, words in wanted.items() for word in sorted(words)]
    PatientWord.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)


def find_patients(text: str) -> QuerySet[Patient]:
    """Patients for whom every word of ``text`` starts one of their words. Empty text: everyone, by name."""
    ways = asked_ways(text, region=settings.PHONENUMBER_DEFAULT_REGION)
    found = Patient.objects.order_by("family_name", "given_name", "id")
    if not ways:
        return found
    either = [_all_of(way) for way in ways]
    return found.filter(pk__in=either[0].union(*either[1:]) if len(either) > 1 else either[0])


def _all_of(words: list[str]) -> QuerySet[PatientWord, Any]:
    """Ids of the patients who have all of these, each by the index of words."""
    first, *others = sorted(words, key=len, reverse=True)  # the longest word leaves the fewest
    found = PatientWord.objects.filter(_begins_with(first))
    for word in others:
        found = found.filter(patient_id__in=PatientWord.objects.filter(_begins_with(word)).values("patient_id"))
    return found.values("patient_id")


def _begins_with(word: str) -> Q:
    # LIKE cannot use SQLite's index, a range can; PostgreSQL has an index for LIKE, and its order of letters varies
    if connection.vendor == "sqlite":
        return Q(word__gte=word, word__lt=f"{word}\U0010ffff")
    return Q(word__startswith=word)


def staff() -> QuerySet[User]:
    """Everyone with an account, who works here now first."""
    return User.objects.order_by("-is_active", "name")
