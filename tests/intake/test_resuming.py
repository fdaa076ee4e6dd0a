"""Going on elsewhere: a link that the desk saw opens nothing that was answered before."""

from __future__ import annotations

import datetime as dt
import re
import secrets

import pytest
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.outbox.models import Message
from clinic.people.actions.patients import change_patient
from intake.actions import resuming
from intake.actions.invitations import invite
from intake.models import IntakeResponse, Invitation, ResumeCode
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text
from tests.support.phone import Phone, mailed_code

pytestmark = pytest.mark.django_db
BORN = dt.date(1984, 5, 17)  # of PatientFactory
TOLD = {"day": "17", "month": "5", "year": "1984"}


@pytest.fixture
def response() -> IntakeResponse:
    """A draft that its patient has begun under a link that came by mail."""
    patient = PatientFactory(email="ana@mail.example")
    return ResponseFactory(invitation=InvitationFactory(patient=patient), answers={"reason": "secret pain"})


def token_from(url: str) -> str:
    return url.rstrip("/").split("/")[-1]


def new_link(response: IntakeResponse, *, mailed: bool = False) -> str:
    """The token of a new link: shown to the desk, or mailed."""
    to = response.patient.email if mailed else ""
    issued = invite(patient=response.patient, by=UserFactory(desk=True), send_to=to)
    return issued.token


def sees(phone: Client) -> bool:
    """Whether any page shows what was answered before."""
    pages = ["/i/", "/i/step/reason/", "/i/check/", "/i/consent/", "/i/code/"]
    return any("secret pain" in page_text(phone.get(path, follow=True)) for path in pages)


class TestTheDeskCannotRead:
    def test_a_shown_link_and_the_birth_date_open_nothing(self, response: IntakeResponse) -> None:
        phone = Phone()
        page = page_text(phone.open(new_link(response)))
        assert "a…@mail.example" in page and "ana@mail.example" not in page
        phone.post("/i/birth/", TOLD)
        phone.post("/i/start/", TOLD)
        phone.post("/i/step/reason/", {"reason": "forged"})
        phone.post("/i/consent/", {"agreed": "1", "name": "Forged By Desk"})
        assert not sees(phone)
        response.refresh_from_db()
        assert response.answers == {"reason": "secret pain"} and response.consent_at is None

    def test_the_first_link_when_it_was_shown_opens_nothing_on_a_second_device(self) -> None:
        token = secrets.token_urlsafe(32)
        ResponseFactory(invitation=InvitationFactory(token=token, shown=True), answers={"reason": "secret pain"})
        phone = Phone()
        page = page_text(phone.open(token, born=BORN))
        assert "6-digit code" in page and "empty form" not in page
        phone.post("/i/start/", {"afresh": "1", **TOLD})
        assert not sees(phone) and IntakeResponse.objects.count() == 1

    def test_changing_mail_or_birth_date_opens_nothing(self, response: IntakeResponse) -> None:
        patient = response.patient
        changes = {"email": "desk@evil.example", "date_of_birth": dt.date(1990, 1, 1), "phone": "+12025550199"}
        change_patient(patient.pk, by=UserFactory(desk=True), version=patient.version, changes=changes)
        patient.refresh_from_db()
        for mailed in (False, True):
            phone = Phone()
            phone.open(new_link(response, mailed=mailed))
            phone.post("/i/birth/", {"day": "1", "month": "1", "year": "1990"})
            assert not sees(phone), mailed
            phone.post("/i/code/", {"send": "1"})
            assert set(Message.objects.filter(kind="intake_code").values_list("to", flat=True)) == {"ana@mail.example"}

    def test_a_link_mailed_to_another_address_counts_as_shown(self, response: IntakeResponse) -> None:
        issued = invite(patient=response.patient, by=UserFactory(desk=True), send_to="desk@evil.example")
        phone = Phone()
        phone.open(issued.token, born=BORN)
        assert not sees(phone)

    def test_the_page_after_mailing_a_link_does_not_show_it(self) -> None:
        patient = PatientFactory(email="ana@mail.example")
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        data = {"how": "email", "email": "ana@mail.example", "newest": ""}
        page = page_text(desk.post(f"/patients/{patient.pk}/invite/", data))
        assert not re.search(r"/i/[\w-]{20,}/", page) and "data:image/svg" not in page
        assert Invitation.objects.get().shown_to_staff is False


class TestThePatientGoesOn:
    def test_a_code_to_their_own_mail_opens_the_answers(self, response: IntakeResponse) -> None:
        phone = Phone()
        phone.open(new_link(response))
        assert phone.tell_code().status_code == 302
        assert sees(phone)
        message = Message.objects.get(kind="intake_code")
        assert message.to == "ana@mail.example" and mailed_code() not in message.subject
        assert ResumeCode.objects.get().digest != mailed_code()
        opened = AuditEvent.objects.get(action="intake.opened")
        assert opened.detail["how"] == "code" and mailed_code() not in str(list(AuditEvent.objects.values("detail")))
        response.refresh_from_db()
        assert response.invitation == Invitation.objects.latest("id")

    def test_a_mailed_link_goes_on_with_the_birth_date(self, response: IntakeResponse) -> None:
        phone = Phone()
        phone.open(new_link(response, mailed=True), born=BORN)
        assert sees(phone)

    def test_the_browser_in_which_it_was_begun_goes_straight_on(self) -> None:
        token = secrets.token_urlsafe(32)
        response = ResponseFactory(invitation=InvitationFactory(token=token), answers={"reason": "secret pain"})
        phone = Phone()
        phone.open(token, born=BORN)
        phone.get("/i/step/reason/")
        old_page = phone.ticket
        phone.open(new_link(response))
        assert sees(phone)
        saved = phone.post("/i/step/reason/save/", {"of": old_page, "reason": "from the page drawn before"})
        response.refresh_from_db()
        assert saved.status_code == 200 and response.answers["reason"] == "from the page drawn before"

    def test_or_begins_again_beside_the_kept_draft(self, response: IntakeResponse) -> None:
        phone = Phone()
        page = page_text(phone.open(new_link(response)))
        assert "Start with an empty form" in page
        asked = phone.post("/i/start/", {"afresh": "1"})
        assert asked.status_code == 422 and IntakeResponse.objects.count() == 1  # the birth date first
        assert phone.post("/i/start/", {"afresh": "1", **TOLD}).status_code == 302
        assert not sees(phone)
        fresh = IntakeResponse.objects.latest("id")
        response.refresh_from_db()
        assert fresh.answers == {} and response.answers == {"reason": "secret pain"} and response.set_aside_at
        practitioner = Client()
        practitioner.force_login(UserFactory(practitioner=True))
        assert f"/intakes/{response.pk}/" in page_text(practitioner.get("/intakes/"))
        kept = page_text(practitioner.get(f"/intakes/{response.pk}/"))
        assert "secret pain" in kept and "Started again" in kept
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        assert f"/intakes/{response.pk}/" not in page_text(desk.get("/intakes/"))

    def test_without_an_address_only_beginning_again_is_left(self) -> None:
        patient = PatientFactory(email="")
        response = ResponseFactory(invitation=InvitationFactory(patient=patient, shown=True), answers={"reason": "x"})
        phone = Phone()
        page = page_text(phone.open(new_link(response)))
        assert "no e-mail address" in page and "Start with an empty form" in page
        phone.post("/i/code/", {"send": "1"})
        assert not Message.objects.exists()


class TestCodes:
    @pytest.fixture
    def phone(self, response: IntakeResponse) -> Phone:
        phone = Phone()
        phone.open(new_link(response))
        phone.post("/i/code/", {"send": "1"})
        phone.get("/i/code/")
        return phone

    def test_five_wrong_tries_spend_a_code(self, phone: Phone) -> None:
        right = mailed_code()
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        for left in (4, 3, 2, 1):
            answer = phone.post("/i/code/", {"code": wrong})
            assert answer.status_code == 422 and f"{left} more" in page_text(answer)
        assert "no longer works" in page_text(phone.post("/i/code/", {"code": wrong}))
        assert "no longer works" in page_text(phone.post("/i/code/", {"code": right}))
        assert not sees(phone)

    def test_a_code_runs_out_and_works_once(self, phone: Phone, response: IntakeResponse) -> None:
        ResumeCode.objects.update(expires_at=timezone.now())
        assert phone.post("/i/code/", {"code": mailed_code()}).status_code == 422
        phone.post("/i/code/", {"send": "1"})
        invitation = Invitation.objects.latest("id")
        assert resuming.try_code(invitation.pk, response.pk, mailed_code()) == 0
        assert resuming.try_code(invitation.pk, response.pk, mailed_code()) == resuming.CODE_TRIES

    def test_only_the_newest_code_counts(self, phone: Phone) -> None:
        first = mailed_code()
        phone.post("/i/code/", {"send": "1"})
        if first != mailed_code():
            assert phone.post("/i/code/", {"code": first}).status_code == 422
        assert phone.post("/i/code/", {"code": f"{mailed_code()[:3]} {mailed_code()[3:]}"}).status_code == 302

    def test_what_is_no_code_costs_no_try(self, phone: Phone) -> None:
        for typed in ("", "12345", "abcdef", "1234567"):
            answer = phone.post("/i/code/", {"code": typed})
            assert answer.status_code == 422 and "6 digits" in page_text(answer)
        assert ResumeCode.objects.get().failures == 0

    def test_codes_are_not_mailed_without_end(self, phone: Phone) -> None:
        for _ in range(resuming.CODES_AN_HOUR - 1):
            assert phone.post("/i/code/", {"send": "1"}).status_code == 302
        assert phone.post("/i/code/", {"send": "1"}).status_code == 429
        assert Message.objects.filter(kind="intake_code").count() == resuming.CODES_AN_HOUR
