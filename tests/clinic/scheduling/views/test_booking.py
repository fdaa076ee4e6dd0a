"""Booking one visit: free times, taken times, forms that keep what was typed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.scheduling.models import Appointment
from tests.factories.people import PatientFactory
from tests.support.scheduling_pages import text

pytestmark = pytest.mark.django_db


def test_booking_page_offers_free_times_on_the_clinics_clock(house, client):
    page = text(client.get(reverse("scheduling:new"), {"patient": house.patient.pk, "day": "2026-11-23"}))
    assert "Torres, Ana" in page
    assert f"2026-11-23T16:00Z|{house.petra.pk}" in page  # ten o'clock in Chicago
    assert "10:00" in page


def test_booking_is_done_and_can_be_undone(house, client):
    answer = client.post(reverse("scheduling:new"), house.form())
    visit = Appointment.objects.get()
    change = visit.changes.get()
    assert answer.url == f"/schedule/{visit.pk}/?changed={change.pk}"
    assert "is booked for Mon 23 Nov, 10:00" in text(client.get(answer.url))
    client.post(reverse("scheduling:undo", args=[change.pk]))
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_same_form_twice_is_one_visit(house, client):
    first, second = (client.post(reverse("scheduling:new"), house.form()) for _ in range(2))
    assert first.url == second.url
    assert Appointment.objects.count() == 1


def test_taken_slot_is_409_in_words_with_the_next_fit_ticked_and_the_form_kept(house, client):
    house.visit()
    other = PatientFactory(given_name="Ben", family_name="Okafor")
    answer = client.post(reverse("scheduling:new"), house.form(patient=other.pk))
    page = text(answer)
    assert answer.status_code == 409
    assert "Petra has another visit at Mon 23 Nov, 10:00." in page
    assert "Okafor, Ben" in page
    assert page.count("checked") == 2  # the patient and the next fit
    assert answer.context["times"]["groups"][0]["times"]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("patient", "", "Choose a patient."),
        ("patient", "99999999999999999999", "Choose a patient from the list."),
        ("service", "0", "Select a valid choice"),
        ("day", "soon", "Write a day like"),
        ("day", "9999-12-31", "less than or equal"),
        ("slot", "", "Choose a time."),
        ("slot", "2026-11-23T16:00Z|", "Choose one of the free times."),
        ("slot", "0001-01-01T00:00Z|1", "Choose one of the free times."),
        ("nonce", "", None),
    ],
)
def test_bad_booking_form_is_422_with_a_summary(house, client, field, value, words):
    answer = client.post(reverse("scheduling:new"), house.form(**{field: value}))
    assert answer.status_code == 422
    assert "Please check" in text(answer)
    if words:
        assert words in text(answer)
    assert not Appointment.objects.exists()


def test_without_javascript_looking_books_nothing(house, client):
    page = text(client.post(reverse("scheduling:new"), {"q": "torr", "look": "1", "day": "2026-11-24"}))
    assert "Torres, Ana" in page and "Tuesday, 24 November" in page
    assert not Appointment.objects.exists()


def test_patients_are_found_by_first_letters_and_the_look_is_noted(house, client):
    page = text(client.get(reverse("scheduling:patient_options"), {"q": "to an"}))
    assert "Torres, Ana" in page
    event = AuditEvent.objects.get(action="patients.listed")
    assert event.detail == {"patients": [house.patient.pk]}
    assert "Type one more letter" in text(client.get(reverse("scheduling:patient_options"), {"q": "t"}))
