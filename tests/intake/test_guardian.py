"""A guardian signs for a minor: below the clinic's age of consent, with both names kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.people.models import Clinic
from intake.actions import answers as actions
from intake.actions.answers import IncompleteIntake
from intake.actions.consent import sign_consent
from intake.models import IntakeResponse
from tests.factories.intake import ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
SIGNED = {
    "agreed": "on",
    "name": "Ben Muster",
    "guardian": "Mara Muster",
    "relation": "mother",
    "filled_by": "together",
}


def response_of(age: int, **more: Any) -> IntakeResponse:
    born = timezone.localdate() - dt.timedelta(days=round(365.25 * age + 30))
    return ResponseFactory(invitation__patient=PatientFactory(date_of_birth=born, sex="male"), **more)


@pytest.fixture
def child() -> IntakeResponse:
    return response_of(15)


def test_name_relation_and_who_answered_are_needed(child: IntakeResponse) -> None:
    phone = phone_with(child)
    for name in ("name", "guardian", "relation", "filled_by"):
        answer = phone.post("/i/consent/", {key: value for key, value in SIGNED.items() if key != name})
        assert answer.status_code == 422, name
    assert phone.post("/i/consent/", SIGNED).status_code == 302
    child.refresh_from_db()
    assert (child.consent_name, child.consent_guardian, child.consent_relation, child.filled_by) == (
        "Ben Muster", "Mara Muster", "mother", "together",
    )  # fmt: skip


def test_a_minor_alone_cannot_send_and_the_age_is_the_clinics(child: IntakeResponse) -> None:
    with pytest.raises(ValueError, match="guardian"):
        sign_consent(child.pk, name="Ben Muster", signature="", agreed=[])
    clinic = Clinic.current()
    clinic.age_of_consent = 15
    clinic.save()
    phone = phone_with(child)
    assert phone.post("/i/consent/", {"agreed": "on", "name": "Ben Muster"}).status_code == 302  # 15: alone
    child.refresh_from_db()
    assert child.consent_guardian is None
    clinic.age_of_consent = 18
    clinic.save()
    with pytest.raises(IncompleteIntake) as refused:
        actions.submit(child.pk)
    assert refused.value.lacks_consent
    assert "Please read and sign the consent" in page_text(phone.get("/i/check/"))


def test_nobody_signs_for_an_adult() -> None:
    response = ResponseFactory()
    phone = phone_with(response)
    assert "guardian" not in page_text(phone.get("/i/consent/"))
    phone.post("/i/consent/", SIGNED)
    response.refresh_from_db()
    assert response.consent_guardian is None and response.filled_by is None


def test_the_practitioner_reads_who_signed_for_whom(child: IntakeResponse) -> None:
    phone_with(child).post("/i/consent/", SIGNED)
    practitioner = Client()
    practitioner.force_login(UserFactory(practitioner=True))
    text = page_text(practitioner.get(f"/intakes/{child.pk}/"))
    assert "Mara Muster (mother) for Ben Muster; answered by: both together" in text
