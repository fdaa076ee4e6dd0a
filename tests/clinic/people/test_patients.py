"""Finding, adding and changing patients: nothing typed is lost, everything leaves an event."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.lib.records import Stale
from clinic.people.actions.patients import (
    add_patient,
    change_patient,
    record_safety_facts,
    safety_facts_of,
)
from clinic.people.models import Patient, User
from clinic.people.search import find_patients
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> User:
    return User.objects.create_user("desk@example.org", "a long pass phrase", name="Dee Desk", is_front_desk=True)


@pytest.fixture
def client(desk: User) -> Client:
    client = Client()
    client.force_login(desk)
    return client


def make(by: User, **fields: object) -> Patient:
    return add_patient(by=by, **{"given_name": "Marta", "family_name": "Öwen-Núñez", **fields})


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("mar", True),
        ("MARTA owen", True),
        ("nun mar", True),  # any order, no accents
        ("núñ", True),
        ("(201) 555-01", True),  # national number, however it is spaced
        ("1990-02-03", True),
        ("5501", True),  # any part of a number
        ("5511", False),
        ("1990", True),  # year of birth comes first in the stored date
        ("marta smith", False),
        ("", True),
        ("  ", True),
        ("%", True),  # not a wildcard, not a word: everybody
        ("ma%", True),
    ],
)
def test_a_patient_is_found_by_first_letters(desk: User, asked: str, found: bool) -> None:
    make(desk, phone="+12015550123", date_of_birth=datetime.date(1990, 2, 3))
    assert find_patients(asked).exists() is found


def test_adding_leaves_an_event_and_shows_the_chart(client: Client) -> None:
    answer = client.post(reverse("people:patient_add"), {"given_name": "Ann", "family_name": "Lee", "no_phone": "none"})
    patient = Patient.objects.get()
    assert answer.status_code == 302
    event = AuditEvent.objects.get(action="patient.added")
    assert (event.patient_id, event.actor_name) == (patient.pk, "Dee Desk")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("given_name", "", "required"),
        ("date_of_birth", "2999-01-01", "in the future"),
        ("date_of_birth", "yesterday", "valid date"),
        ("email", "no-at-sign", "valid email"),
        ("phone", "12", "valid phone"),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(client: Client, field: str, value: str, words: str) -> None:
    typed = {"given_name": "Ann", "family_name": "Lee", "desk_note": "prefers mornings", field: value}
    answer = client.post(reverse("people:patient_add"), typed)
    page = page_text(answer)
    assert answer.status_code == 422
    assert words in page.lower() and "error-summary" in page
    assert "prefers mornings" in page and value in page
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("here", "typed", "asked"),
    [
        ("1990-02-03", "1990-02-03", True),
        (None, "1990-02-03", True),  # may be the same
        ("1990-02-03", "", True),
        ("1990-02-03", "1961-02-03", False),  # father and son
    ],
)
def test_the_same_person_is_not_added_twice_unseen(
    client: Client, desk: User, here: str | None, typed: str, asked: bool
) -> None:
    known = make(desk, date_of_birth=datetime.date.fromisoformat(here) if here else None)
    form = {"given_name": "marta", "family_name": "Öwen-Núñez", "date_of_birth": typed, "desk_note": "by bike"}
    form["no_phone"] = "none"
    answer = client.post(reverse("people:patient_add"), form)
    assert answer.status_code == (422 if asked else 302)
    assert Patient.objects.count() == (1 if asked else 2)
    if asked:
        page = page_text(answer)
        assert reverse("chart", args=[known.pk]) in page and "by bike" in page
        assert AuditEvent.objects.filter(action="patients.listed", detail__patients=[known.pk]).exists()
        assert client.post(reverse("people:patient_add"), {**form, "another": "1"}).status_code == 302
        assert Patient.objects.count() == 2


def test_the_second_of_two_editors_is_told_and_loses_nothing(client: Client, desk: User) -> None:
    patient = make(desk)
    address = reverse("people:patient_edit", args=[patient.pk])
    typed = {"given_name": "Marta", "family_name": "Owen", "version": patient.version, "no_phone": "none"}
    change_patient(patient.pk, by=desk, version=1, changes={"desk_note": "came by bike"})
    answer = client.post(address, {**typed, "desk_note": "needs the lift"})
    page = page_text(answer)
    assert answer.status_code == 409
    assert "came by bike" in page and "needs the lift" in page
    patient.refresh_from_db()
    assert patient.desk_note == "came by bike"
    again = client.post(address, {**typed, "desk_note": "needs the lift", "version": 2})
    assert again.status_code == 302
    patient.refresh_from_db()
    assert (patient.desk_note, patient.version) == ("needs the lift", 3)


def test_a_stale_version_is_refused_by_the_action(desk: User) -> None:
    patient = make(desk)
    with pytest.raises(Stale):
        change_patient(patient.pk, by=desk, version=7, changes={"desk_note": "x"})


def test_safety_facts_keep_their_history_and_the_newest_counts(desk: User) -> None:
    patient = make(desk)
    assert record_safety_facts(patient=patient, facts={"condition.pacemaker": True}, by=desk) == 1
    assert record_safety_facts(patient=patient, facts={"condition.pacemaker": True}, by=desk) == 0
    assert record_safety_facts(patient=patient, facts={"condition.pacemaker": None}, by=desk) == 1
    assert safety_facts_of(patient) == {"condition.pacemaker": None}
    assert patient.safety_facts.count() == 2


def test_a_name_is_text_not_markup(client: Client, desk: User) -> None:
    make(desk, given_name="<script>alert(1)</script>")
    assert b"<script>alert" not in client.get(reverse("people:patients")).content
    assert b"<script>alert" not in client.get(reverse("people:patient_search"), {"q": "script"}).content


@pytest.mark.parametrize("born", [datetime.date(2000, 2, 29), datetime.date(1986, 11, 22)])
def test_age_counts_whole_years(born: datetime.date) -> None:
    patient = Patient(date_of_birth=born)
    assert patient.age_on(datetime.date(2026, 2, 28)) == 2026 - born.year - 1
    assert patient.age_on(datetime.date(2026, 11, 22)) == 2026 - born.year
    assert Patient().age_on(datetime.date(2026, 1, 1)) is None
