"""Finding a patient by the first letters of any word: name, phone, date of birth, e-mail."""

from __future__ import annotations

from django.db.models import QuerySet

from clinic.people.models import Patient, PatientWord, search_words


def find_patients(text: str) -> QuerySet[Patient]:
    """Patients for whom every word of ``text`` starts one of their words. Empty text: everybody, by name."""
    words = search_words(text)[:6]
    if words and all(word.isdigit() for word in words):
        words = ["".join(words)]  # a telephone number or a date, however it was spaced
    found = Patient.objects.all()
    for word in words:
        found = found.filter(pk__in=PatientWord.objects.filter(word__startswith=word).values("patient_id"))
    return found.order_by("family_name", "given_name", "id")
