"""Finds patients by the first letters of any word: name, any part of a phone number, date of birth, e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from clinic.people.models import Patient, PatientWord, User
from clinic.people.words import asked_ways, index_words

BATCH = 500
FOUND_BY = frozenset({"given_name", "family_name", "email", "phone", "date_of_birth"})  # what words_of reads
SHOWN = 8  # while someone types
MOST_LISTED = 300  # ten pages
WORDS_ALIKE = 12  # words of one patient that may share a beginning: the endings of 555 5555555
NOT_SHOWN = (
    *("preferred_name", "pronouns", "messages_by", "emergency_name", "emergency_phone", "emergency_relation"),
    *("occupation", "doctor", "address", "desk_note", "created_at"),
)


def words_of(patient: Patient) -> list[str]:
    """The words a patient can be found by now."""
    return index_words(
        given_name=patient.given_name,
        family_name=patient.family_name,
        email=patient.email,
        phone=patient.phone,
        born=patient.date_of_birth,
    )


def index(patients: Iterable[Patient]) -> None:
    """Store what patients are found by; called wherever one of these fields is written."""
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


def list_patients(text: str) -> QuerySet[Patient]:
    """As ``find_patients``, but of the matches only the ``MOST_LISTED`` whose matching word sorts first.

    So common letters cost no more in a large clinic than in a small one: the word index is read from where they
    begin, and no further. Nobody pages through hundreds of results; another letter finds more.
    """
    ways = asked_ways(text, region=settings.PHONENUMBER_DEFAULT_REGION)
    found = Patient.objects.order_by("family_name", "given_name", "id")
    return found.filter(pk__in=_first_of(ways, MOST_LISTED)) if ways else found


def first_patients(text: str) -> list[Patient]:
    """The first few matches while someone types, by name; none for fewer than two letters."""
    ways = asked_ways(text, region=settings.PHONENUMBER_DEFAULT_REGION) if len(text.strip()) >= 2 else []
    if not ways:
        return []
    found = Patient.objects.filter(pk__in=_first_of(ways, SHOWN)).defer(*NOT_SHOWN)
    return sorted(found, key=lambda one: (one.family_name, one.given_name, one.pk))


def _first_of(ways: list[list[str]], most: int) -> RawSQL:
    """Ids of those whose matching words sort first, for each reading of the query; the first reading comes first."""
    parts, values = [], []
    for place, words in enumerate(ways):
        first, *others = sorted(words, key=len, reverse=True)  # the longest word has the fewest matches
        also = "".join(
            " AND EXISTS (SELECT 1 FROM people_patientword AS o"
            " WHERE o.patient_id = w.patient_id AND o.word >= %s AND o.word < %s)"
            for _ in others
        )
        parts.append(
            f"SELECT * FROM (SELECT {place} AS way, w.word, w.patient_id FROM people_patientword AS w "
            f"WHERE w.word >= %s AND w.word < %s{also} ORDER BY w.word, w.patient_id LIMIT %s) AS way{place}"
        )
        values += [bound for word in (first, *others) for bound in _range_of(word)] + [most * WORDS_ALIKE]
    every = " UNION ALL ".join(parts)
    return RawSQL(  # no user input in the SQL: the query is in the parameters
        f"SELECT patient_id FROM ({every}) AS found "
        "GROUP BY patient_id ORDER BY MIN(way), MIN(word), patient_id LIMIT %s",
        [*values, most],
    )


def _all_of(words: list[str]) -> QuerySet[PatientWord, Any]:
    """Ids of the patients who have all of these, each looked up in the word index."""
    first, *others = sorted(words, key=len, reverse=True)
    found = PatientWord.objects.filter(_begins_with(first))
    for word in others:
        found = found.filter(patient_id__in=PatientWord.objects.filter(_begins_with(word)).values("patient_id"))
    return found.values("patient_id")


def _range_of(word: str) -> tuple[str, str]:
    """All words with this prefix lie in the index between these two. LIKE cannot use SQLite's index."""
    return word, f"{word}\U0010ffff"


def _begins_with(word: str) -> Q:
    start, end = _range_of(word)
    return Q(word__gte=start, word__lt=end)


def staff() -> QuerySet[User]:
    """Everyone with an account, current staff first."""
    return User.objects.order_by("-is_active", "name")
