"""Finding a patient by the first letters of any word: name, phone, date of birth, e-mail."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet

from clinic.people.models import Patient, PatientWord, search_words


def find_patients(text: str) -> QuerySet[Patient]:
    """Patients for whom every word of ``text`` starts one of their words. Empty text: everybody, by name."""
    words = search_words(text)[:6]
    if words and all(word.isdigit() for word in words):
        words = ["".join(words)]  # a telephone number or a date, however it was spaced
    found = Patient.objects.all()
    for word in words:
        found = found.filter(pk__in=PatientWord.objects.filter(_begins_with(word)).values("patient_id"))
    return found.order_by("family_name", "given_name", "id")


def _begins_with(word: str) -> Q:
    # LIKE cannot use SQLite's index, a range can; PostgreSQL has an index for LIKE, and its order of letters varies
    if connection.vendor == "sqlite":
        return Q(word__gte=word, word__lt=f"{word}\U0010ffff")
    return Q(word__startswith=word)
