"""An alarm has somebody to call: asked in the form and by the desk, shown where it is needed, never overwritten."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.models import ContactChange, Patient
from intake.actions import answers as actions
from intake.models import IntakeResponse
from tests.factories.intake import PLAIN, InvitationFactory, ResponseFactory, second_part_of
from tests.factories.people import PatientFactory, UserFactory
from tests.intake.test_form_pages import phone_with
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
SISTER = {"name": "Rosa", "phone": "+12025550177", "relation": "sister"}
SAID = {"phone.number": "(202) 555-0188", **{f"emergency_contact.{part}": text for part, text in SISTER.items()}}


def draft(answers: dict[str, Any] | None = None, **patient: Any) -> IntakeResponse:
    return ResponseFactory(invitation=InvitationFactory(patient=PatientFactory(**patient)), answers=answers or {})


def signed_in(**role: bool) -> Client:
    client = Client()
    client.force_login(UserFactory(**role))
    return client


class TestTheForm:
    def test_it_is_asked_before_the_red_flags(self) -> None:
        response = draft({"reason": "back", "where": ["low_back_left"]})
        assert phone_with(response).post("/i/step/where/", {"where": "low_back_left"})["Location"] == "/i/step/contact/"

    def test_a_number_is_kept_as_it_can_be_called(self) -> None:
        response = draft()
        assert phone_with(response).post("/i/step/contact/", SAID).status_code == 302
        response.refresh_from_db()
        assert response.answers["phone"] == {"number": "+12025550188"}
        assert response.answers["emergency_contact"] == SISTER

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"phone.number": "12345"}, "cannot call this number"),
            ({"phone.number": "my sister"}, "cannot call this number"),
            ({"phone.number": ""}, "Please answer this"),
            ({"emergency_contact.name": ""}, "Please write their name"),
            ({"emergency_contact.phone": ""}, "Please write their phone number"),
            ({"emergency_contact.phone": "x"}, "cannot call this number"),
        ],
    )
    def test_what_cannot_be_called_is_asked_again_and_stays_typed(self, changes: dict[str, str], words: str) -> None:
        answer = phone_with(draft()).post("/i/step/contact/", SAID | changes)
        page = page_text(answer)
        assert answer.status_code == 422 and words in page and 'value="sister"' in page

    def test_saying_that_there_is_none_is_an_answer(self) -> None:
        response = draft()
        told = {"phone.none": "none", "emergency_contact.none": "nobody"}
        assert phone_with(response).post("/i/step/contact/", told).status_code == 302
        page = page_text(phone_with(response).get("/i/check/"))
        assert "No phone" in page and "Nobody" in page


class TestWhoTheyAre:
    ABOUT = {"preferred_name": "Bea", "pronouns": "they", "occupation": "nurse", "doctor": "Dr Ito, Hoboken"}

    def test_a_line_is_kept_as_typed_and_shown_again(self) -> None:
        response = second_part_of()
        assert phone_with(response).post("/i/step/who/", self.ABOUT).status_code == 302
        response.refresh_from_db()
        assert {name: response.answers[name] for name in self.ABOUT} == self.ABOUT
        assert 'value="Dr Ito, Hoboken"' in page_text(phone_with(response).get("/i/step/who/"))

    def test_what_is_no_address_is_asked_again_and_stays_typed(self) -> None:
        response = draft(email="")
        answer = phone_with(response).post("/i/step/contact/", SAID | {"email": "anna at home"})
        page = page_text(answer)
        assert answer.status_code == 422
        assert "does not look like an e-mail address" in page and 'value="anna at home"' in page
        response.refresh_from_db()
        assert "email" not in response.answers

    @pytest.mark.parametrize(("known", "is_asked"), [("anna@example.com", False), ("", True)])
    def test_an_address_we_have_is_not_asked_again(self, known: str, is_asked: bool) -> None:
        page = page_text(phone_with(draft(email=known)).get("/i/step/contact/"))
        assert ('type="email"' in page) is is_asked

    def test_a_line_past_its_length_is_said_and_not_cut(self) -> None:
        answer = phone_with(second_part_of()).post("/i/step/who/", {"pronouns": "x" * 41})
        assert answer.status_code == 422 and "under 40 letters" in page_text(answer) and "x" * 41 in page_text(answer)


class TestTheAlarm:
    def test_desk_and_practitioner_see_whom_to_call_while_the_form_is_not_sent(self) -> None:
        response = draft({"phone": {"number": "+12025550188"}, "emergency_contact": SISTER}, phone="+12025550111")
        phone_with(response).post("/i/step/safety_bladder/save/", {"saddle_numbness": "yes"})
        for role in ("desk", "practitioner"):
            for path in ("/", "/intakes/") if role == "desk" else ("/intakes/",):
                page = page_text(signed_in(**{role: True}).get(path))
                for shown in (
                    "+1 202-555-0111",
                    "+1 202-555-0188",
                    "from the intake form",
                    "+1 202-555-0177",
                    "Rosa (sister)",
                ):
                    assert shown in page, (role, path, shown)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [({"none": "none"}, "has no phone"), ({"none": "declined"}, "rather not say"), (None, "nobody has asked")],
    )
    def test_a_missing_number_is_said_with_its_reason(self, answer: Any, words: str) -> None:
        response = draft({"phone": answer} if answer else {}, phone="")
        phone_with(response).post("/i/step/safety_bladder/save/", {"saddle_numbness": "yes"})
        assert words in page_text(signed_in(desk=True).get("/"))


class TestTheRecord:
    def sent(self, answers: dict[str, Any], **patient: Any) -> Patient:
        person = PatientFactory(**patient)
        response = ResponseFactory(invitation=InvitationFactory(patient=person), complete=True)
        IntakeResponse.objects.filter(pk=response.pk).update(answers={**response.answers, **PLAIN, **answers})
        actions.submit(response.pk)
        person.refresh_from_db()
        return person

    def test_what_was_empty_is_filled(self) -> None:
        patient = self.sent({"phone": {"number": "+12025550188"}, "emergency_contact": SISTER}, phone="")
        assert patient.phone.as_e164 == "+12025550188" and patient.emergency_name == "Rosa"
        assert patient.emergency_phone.as_e164 == "+12025550177" and not ContactChange.objects.exists()

    def test_what_differs_is_proposed_and_never_overwritten(self) -> None:
        patient = self.sent({"phone": {"number": "+12025550188"}}, phone="+12025550111")
        assert patient.phone.as_e164 == "+12025550111"
        desk = signed_in(desk=True)
        assert str(patient) in desk.get("/intakes/").content.decode().split("From the form, to check")[1]
        page = page_text(desk.get(f"/patients/{patient.pk}/edit/"))
        assert "+1 202-555-0188" in page and "we have +1 202-555-0111" in page
        change = ContactChange.objects.get()
        assert desk.post(f"/contact-changes/{change.pk}/", {"do": "take"}).status_code == 302
        patient.refresh_from_db()
        assert patient.phone.as_e164 == "+12025550188"
        desk.post(f"/contact-changes/{change.pk}/", {"do": "leave"})  # decided is decided
        change.refresh_from_db()
        assert change.is_taken and "From the form, to check" not in page_text(desk.get("/intakes/"))
        assert AuditEvent.objects.filter(action="contact.decided", actor_kind="staff").count() == 1

    def test_who_they_are_fills_the_record_and_waits_where_it_differs(self) -> None:
        told = TestWhoTheyAre.ABOUT | {"email": "bea@example.com", "messages_by": "none"}
        patient = self.sent(told, email="", doctor="Dr Oak")
        assert (patient.preferred_name, patient.pronouns, patient.occupation) == ("Bea", "they", "nurse")
        assert (patient.email, patient.messages_by, patient.doctor) == ("bea@example.com", "none", "Dr Oak")
        assert ContactChange.objects.get(patient=patient).value == "Dr Ito, Hoboken"
        chart = page_text(signed_in(desk=True).get(f"/patients/{patient.pk}/"))
        assert "Bea (they)" in chart and "no messages" in chart and "nurse" in chart

    def test_leaving_it_keeps_ours(self) -> None:
        patient = self.sent({"phone": {"none": "none"}}, phone="+12025550111")
        change = ContactChange.objects.get()
        signed_in(desk=True).post(f"/contact-changes/{change.pk}/", {"do": "leave"})
        patient.refresh_from_db()
        assert patient.phone.as_e164 == "+12025550111" and patient.no_phone == ""

    def test_the_same_number_written_otherwise_is_no_change(self) -> None:
        self.sent({"phone": {"number": "+12025550111"}}, phone="+12025550111")
        assert not ContactChange.objects.exists()

    def test_a_birth_date_waits_for_the_clinic(self) -> None:
        patient = self.sent({"date_of_birth": "1970-02-03"}, date_of_birth=None)
        assert patient.date_of_birth is None
        change = ContactChange.objects.get()
        assert (change.field, change.value) == ("date_of_birth", "1970-02-03")
        signed_in(desk=True).post(f"/contact-changes/{change.pk}/", {"do": "take"})
        patient.refresh_from_db()
        assert patient.date_of_birth == dt.date(1970, 2, 3)

    def test_the_owner_does_not_decide(self) -> None:
        self.sent({"phone": {"number": "+12025550188"}}, phone="+12025550111")
        assert signed_in(owner=True).post(f"/contact-changes/{ContactChange.objects.get().pk}/").status_code == 403


class TestTheDesk:
    TYPED = {"given_name": "Ana", "family_name": "Muster", "no_phone": ""}

    def test_a_number_or_the_reason_for_none_is_asked(self) -> None:
        desk = signed_in(desk=True)
        page = desk.post("/patients/new/", self.TYPED)
        assert page.status_code == 422 and "choose below why there is none" in page_text(page)
        assert desk.post("/patients/new/", {**self.TYPED, "no_phone": "none"}).status_code == 302
        assert Patient.objects.get().no_phone == "none"

    def test_a_number_outweighs_the_reason(self) -> None:
        told = {**self.TYPED, "no_phone": "declined", "phone": "202 555 0188"}
        assert signed_in(desk=True).post("/patients/new/", told).status_code == 302
        assert Patient.objects.get().no_phone == "" and Patient.objects.get().phone.as_e164 == "+12025550188"

    def test_an_emergency_contact_has_name_and_number(self) -> None:
        desk = signed_in(desk=True)
        for half in ({"emergency_name": "Rosa"}, {"emergency_phone": "202 555 0177"}):
            assert desk.post("/patients/new/", {**self.TYPED, "no_phone": "none", **half}).status_code == 422
        assert not Patient.objects.exists()

    def test_today_is_no_birth_date(self) -> None:
        told = {**self.TYPED, "no_phone": "none", "date_of_birth": dt.datetime.now(dt.UTC).date().isoformat()}
        page = signed_in(desk=True).post("/patients/new/", told)
        assert page.status_code == 422
