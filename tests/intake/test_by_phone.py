"""The form asked by phone: by a practitioner only, who is on the phone first, and never a consent."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.models import Patient, User
from intake.models import IntakeResponse, Invitation, PhoneCall
from tests.conftest import signed_in
from tests.factories.intake import PLAIN_FIRST, InvitationFactory, ResponseFactory
from tests.support.intake_page import Tab
from tests.support.page_text import page_text
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db
TOLD = {"day": "17", "month": "5", "year": "1984"}  # of PatientFactory


def calling(user: User, patient: Patient, **told: str) -> Phone:
    browser = Phone()
    browser.force_login(user)
    answer = browser.post(f"/patients/{patient.pk}/phone/", told or TOLD)
    assert answer.status_code == 302, page_text(answer)
    browser.get("/i/", follow=True)
    return browser


class TestWho:
    @pytest.mark.parametrize("who", ["dora", "olive"])
    def test_neither_desk_nor_owner(self, who: str, ana: Patient, request: pytest.FixtureRequest) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.post(f"/patients/{ana.pk}/phone/", TOLD).status_code == 403
        assert not PhoneCall.objects.exists() and not IntakeResponse.objects.exists()

    def test_a_wrong_date_of_birth_begins_nothing(self, as_petra: Client, ana: Patient) -> None:
        answer = as_petra.post(f"/patients/{ana.pk}/phone/", {**TOLD, "year": "1985"})
        assert answer.status_code == 422 and "do not go on" in page_text(answer)
        assert not PhoneCall.objects.exists() and not Invitation.objects.exists()

    def test_without_a_date_of_birth_the_known_number_is_called(self, as_petra: Client, ana: Patient) -> None:
        Patient.objects.update(date_of_birth=None)
        path = f"/patients/{ana.pk}/phone/"
        assert as_petra.post(path, {}).status_code == 422
        assert as_petra.post(path, {"called_back": "on"}).status_code == 302
        assert PhoneCall.objects.get().checked == "phone"

    def test_somebody_else_who_signs_in_there_writes_nothing(self, petra: User, dora: User, ana: Patient) -> None:
        browser = calling(petra, ana)
        browser.force_login(dora)
        assert browser.post("/i/step/reason/", {"reason": "forged", "go": "next"}).status_code == 409
        browser.logout()
        assert browser.post("/i/step/reason/", {"reason": "forged", "go": "next"}).status_code == 409
        assert IntakeResponse.objects.get().answers == {}


class TestWhatIsKept:
    def test_who_asked_stands_by_the_answers(self, petra: User, ana: Patient, as_petra: Client) -> None:
        browser = calling(petra, ana)
        assert "by phone, asked by" in page_text(browser.get("/i/step/reason/"))
        browser.post("/i/step/reason/", {"reason": "secret pain", "go": "next"})
        response = IntakeResponse.objects.get()
        assert PhoneCall.objects.get().questions == ["reason"]
        [event] = AuditEvent.objects.filter(action="intake.saved")
        assert (event.actor_kind, event.actor_id) == ("staff", str(petra.pk))
        page = page_text(as_petra.get(f"/intakes/{response.pk}/"))
        assert "Answered by phone" in page and f"asked by {petra}" in page and "1 answer;" in page

    def test_what_the_patient_changes_is_theirs_again(self, petra: User, ana: Patient) -> None:
        InvitationFactory(patient=ana, token="mailed")
        browser = calling(petra, ana)
        browser.post("/i/step/reason/", {"reason": "as heard", "go": "next"})
        phone = Phone()
        phone.open("mailed", born=dt.date(1984, 5, 17))
        page = phone.get("/i/step/reason/").content.decode()
        assert "as heard" in page
        Tab(phone, "reason").go({"reason": "in my own words"})
        assert IntakeResponse.objects.get().answers["reason"] == "in my own words"
        assert PhoneCall.objects.get().questions == []
        assert AuditEvent.objects.filter(action="intake.saved").latest("id").actor_kind == "patient"

    def test_a_begun_form_is_gone_on_with(self, petra: User, ana: Patient) -> None:
        draft = ResponseFactory(invitation=InvitationFactory(patient=ana), answers={"reason": "begun at home"})
        browser = calling(petra, ana)
        assert "begun at home" in page_text(browser.get("/i/step/reason/"))
        assert PhoneCall.objects.get().response == draft

    def test_a_red_flag_is_told_as_read_out_by_whom(self, petra: User, ana: Patient) -> None:
        browser = calling(petra, ana)
        response = IntakeResponse.objects.get()
        IntakeResponse.objects.update(answers={**PLAIN_FIRST, "bowel_loss": "yes"})
        browser.post("/i/step/reason/", {"reason": "pain", "go": "next"})
        assert response.alerts.count()
        browser.post("/i/alert/", {"next": "/i/check/"})
        assert {e.actor_kind for e in AuditEvent.objects.filter(action__startswith="red_flag.")} == {"staff"}


class TestSending:
    def sent(self, petra: User, ana: Patient) -> tuple[Phone, IntakeResponse]:
        browser = calling(petra, ana)
        IntakeResponse.objects.update(answers=PLAIN_FIRST)
        browser.get("/i/check/")
        answer = browser.post("/i/send/")
        response = IntakeResponse.objects.get()
        assert answer["Location"] == f"/intakes/{response.pk}/"
        return browser, response

    def test_without_a_consent(self, petra: User, ana: Patient) -> None:
        _, response = self.sent(petra, ana)
        assert response.is_submitted and response.sent_by == petra and response.consent_at is None
        assert AuditEvent.objects.filter(action="intake.submitted").get().actor_kind == "staff"
        assert PhoneCall.objects.get().ended_at is not None

    def test_nobody_consents_for_the_patient(self, petra: User, ana: Patient) -> None:
        browser = calling(petra, ana)
        for method in (browser.get, browser.post):
            answer = method("/i/consent/", {"agreed": "1", "name": "Ana Ahn", "methods": ["needles"]})
            assert answer.status_code == 302 and answer["Location"].startswith("/i/check/")
        assert IntakeResponse.objects.get().consent_at is None
        assert "nobody does it for them" in page_text(browser.get("/i/check/"))

    def test_the_browser_forgets_the_form(self, petra: User, ana: Patient) -> None:
        browser, _ = self.sent(petra, ana)
        assert browser.get("/i/step/reason/").status_code == 409  # staff are signed in

    def test_what_is_missing_is_still_asked(self, petra: User, ana: Patient) -> None:
        browser = calling(petra, ana)
        assert browser.post("/i/send/").status_code == 422
        assert not IntakeResponse.objects.get().is_submitted

    def test_a_long_call_does_not_sign_out(self, petra: User, ana: Patient) -> None:
        browser = calling(petra, ana)
        session = browser.session
        session["active_at"] = time.time() - settings.SESSION_IDLE_SECONDS + 60
        session.save()
        browser.get("/i/step/reason/")
        assert time.time() - browser.session["active_at"] < 60

    def test_ending_the_call_keeps_the_draft(self, petra: User, ana: Patient) -> None:
        browser = calling(petra, ana)
        browser.post("/i/step/reason/", {"reason": "half", "go": "leave"})
        response = IntakeResponse.objects.get()
        assert response.answers["reason"] == "half" and not response.is_submitted
        assert PhoneCall.objects.get().ended_at is not None

    def test_a_patient_cannot_send_without_consent(self) -> None:
        draft = ResponseFactory(answers=PLAIN_FIRST)
        with pytest.raises(IntegrityError), transaction.atomic():
            IntakeResponse.objects.filter(pk=draft.pk).update(submitted_at=timezone.now())
