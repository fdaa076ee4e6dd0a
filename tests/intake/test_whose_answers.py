"""Every page knows whose it is: two patients in one browser, the wrong person, staff at the screen."""

from __future__ import annotations

import datetime as dt
import secrets
import time

import pytest
from django.conf import settings
from django.test import Client

from clinic.audit.models import AuditEvent
from intake.forms.dates import DateFault, read_date
from intake.models import IntakeResponse, Invitation, RedFlagAlert
from intake.views import device
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.support.intake_page import page_on
from tests.support.page_text import page_text
from tests.support.phone import TICKET, Phone

pytestmark = pytest.mark.django_db
BORN = dt.date(1984, 5, 17)  # of PatientFactory
WRONG = {"day": "1", "month": "1", "year": "1990"}


def begun(tablet: Phone, given_name: str, family_name: str) -> tuple[IntakeResponse, str, str]:
    """Somebody opens their link in this browser and starts; their response, token, and the ticket on their page."""
    token = secrets.token_urlsafe(32)
    patient = PatientFactory(given_name=given_name, family_name=family_name)
    InvitationFactory(token=token, patient=patient)
    page = tablet.open(token, born=BORN)
    return IntakeResponse.objects.get(patient=patient), token, TICKET.findall(page_text(page))[-1]


class TestTwoPatientsInOneBrowser:
    @pytest.fixture
    def tablet(self) -> Phone:
        return Phone()

    def test_an_open_page_writes_into_its_own_intake(self, tablet: Phone) -> None:
        anna, _, of_anna = begun(tablet, "Anna", "Kern")
        tom, _, of_tom = begun(tablet, "Tom", "Baker")
        words = {"reason": "I want to kill myself"}
        saved = tablet.post("/i/step/reason/save/", {"of": of_anna, **words}, headers={"HX-Request": "true"})
        assert saved.status_code == 200
        anna.refresh_from_db()
        tom.refresh_from_db()
        assert anna.answers == words and tom.answers == {}
        assert list(RedFlagAlert.objects.values_list("patient", flat=True)) == [anna.patient_id]
        page = page_on(page_text(tablet.get("/i/step/reason/", {"of": of_anna})))
        went_on = tablet.post("/i/step/reason/", {"of": of_anna, "_page": page, "reason": "My back"})
        assert "of=" in went_on["Location"]  # and stays with Anna
        page = page_text(tablet.get(went_on["Location"], follow=True))
        assert "For Anna K." in page and "Tom" not in page
        tablet.post("/i/step/reason/", {"of": of_tom, "reason": "My knee"})
        tom.refresh_from_db()
        assert tom.answers["reason"] == "My knee"

    def test_an_address_without_its_ticket_opens_neither(self, tablet: Phone) -> None:
        anna, _, _ = begun(tablet, "Anna", "Kern")
        IntakeResponse.objects.filter(pk=anna.pk).update(answers={"reason": "secret pain"})
        begun(tablet, "Tom", "Baker")
        page = tablet.get("/i/step/reason/")
        assert page.status_code == 409
        assert "secret pain" not in page_text(page) and "Anna" not in page_text(page)

    @pytest.mark.parametrize("path", ["step/reason/", "consent/", "send/", "alert/", "step/reason/save/"])
    def test_a_form_that_this_browser_has_let_go_of_keeps_the_words(self, tablet: Phone, path: str) -> None:
        anna, _, of_anna = begun(tablet, "Anna", "Kern")
        tablet.post("/i/leave/", {"of": of_anna})
        tom, _, _ = begun(tablet, "Tom", "Baker")
        answer = tablet.post(
            f"/i/{path}", {"of": of_anna, "reason": "My long story", "name": "Anna Kern", "agreed": "1"}
        )
        assert answer.status_code == 409
        page = page_text(answer)
        assert "My long story" in page and "not saved" in page.lower()
        for response in (anna, tom):
            response.refresh_from_db()
            assert response.answers == {} and response.consent_at is None

    def test_no_ticket_or_a_forged_one_writes_nothing(self, tablet: Phone) -> None:
        anna, _, of_anna = begun(tablet, "Anna", "Kern")
        for ticket in ("", "r1", of_anna[:-3] + "xxx", f"r{anna.pk + 1}:{of_anna.partition(':')[2]}"):
            answer = tablet.post("/i/step/reason/", {"of": ticket, "reason": "x"})
            assert answer.status_code == 409, ticket
        anna.refresh_from_db()
        assert anna.answers == {}

    def test_a_ticket_is_of_no_use_in_another_browser(self, tablet: Phone) -> None:
        _, _, of_anna = begun(tablet, "Anna", "Kern")
        assert Phone().post("/i/step/reason/", {"of": of_anna, "reason": "x"}).status_code == 409
        assert Phone().get("/i/step/reason/", {"of": of_anna}).status_code == 409

    def test_leaving_one_leaves_the_other(self, tablet: Phone) -> None:
        _, _, of_anna = begun(tablet, "Anna", "Kern")
        tom, _, of_tom = begun(tablet, "Tom", "Baker")
        tablet.post("/i/leave/", {"of": of_anna})
        assert tablet.post("/i/step/reason/", {"of": of_tom, "reason": "My knee"}).status_code == 302
        tom.refresh_from_db()
        assert tom.answers["reason"] == "My knee"

    def test_the_older_form_closes_after_half_an_hour(self, tablet: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
        _, token, of_anna = begun(tablet, "Anna", "Kern")
        _, _, of_tom = begun(tablet, "Tom", "Baker")
        later = time.time() + (device.BESIDE_MINUTES + 1) * 60
        monkeypatch.setattr(device.time, "time", lambda: later)
        assert tablet.post("/i/step/reason/", {"of": of_anna, "reason": "x"}).status_code == 409
        assert tablet.post("/i/step/reason/", {"of": of_tom, "reason": "x"}).status_code == 302
        assert "date of birth" in page_text(tablet.get(f"/i/{token}/", follow=True))  # Anna is asked again


class TestRightPerson:
    @pytest.fixture
    def token(self) -> str:
        token = secrets.token_urlsafe(32)
        InvitationFactory(token=token, patient=PatientFactory(given_name="Tom", family_name="Baker"))
        return token

    def test_the_page_says_for_whom_it_is(self, token: str) -> None:
        phone = Phone()
        page = phone.open(token)
        assert "Tom B." in page_text(page) and "Baker" not in page_text(page)
        phone.post("/i/start/", {"day": "17", "month": "5", "year": "1984"})
        IntakeResponse.objects.update(answers={"saddle_numbness": "yes"})  # an alarm page needs an alarm
        for path in ("/i/step/reason/", "/i/check/", "/i/consent/", "/i/alert/"):
            page = page_text(phone.get(path))
            assert "For Tom B." in page and "Baker" not in page, path

    def test_the_first_start_asks_for_the_date_of_birth_that_we_know(self, token: str) -> None:
        phone = Phone()
        phone.open(token)
        answer = phone.post("/i/start/", WRONG)
        assert answer.status_code == 422 and "does not match our records" in page_text(answer)
        assert not IntakeResponse.objects.exists()
        assert phone.post("/i/start/", {}).status_code == 422
        for _ in range(4):
            last = phone.post("/i/start/", WRONG)
        assert last.status_code == 410 and Invitation.objects.get().state == "locked"
        assert not IntakeResponse.objects.exists()

    def test_a_date_that_we_do_not_know_is_no_key(self) -> None:
        token = secrets.token_urlsafe(32)
        invitation = InvitationFactory(token=token, patient__date_of_birth=None)
        phone = Phone()
        phone.open(token)
        phone.post("/i/start/")
        phone.get("/i/", follow=True)
        phone.post("/i/step/you/", {"date_of_birth.day": "3", "date_of_birth.month": "2", "date_of_birth.year": "1970"})
        tablet = Phone()
        page = page_text(tablet.open(token))
        assert "6-digit code" in page and 'name="day"' not in page
        told = {"day": "3", "month": "2", "year": "1970"}
        assert tablet.post("/i/birth/", told)["Location"] == "/i/"
        assert tablet.get("/i/step/you/")["Location"] == "/i/"
        invitation.patient.refresh_from_db()
        assert invitation.patient.date_of_birth is None


class TestStaffAtTheScreen:
    def test_a_link_does_not_open_beside_a_staff_session(self) -> None:
        token = secrets.token_urlsafe(32)
        InvitationFactory(token=token)
        tablet = Phone()
        tablet.force_login(UserFactory(desk=True, name="Dora Desk"))
        page = tablet.get(f"/i/{token}/")
        assert page.status_code == 409 and "Dora Desk is signed in" in page_text(page)
        assert device.COOKIE not in page.cookies
        assert tablet.get("/i/").status_code == 409 and tablet.post("/i/start/").status_code == 409
        assert not AuditEvent.objects.filter(actor_kind="patient").exists()

    def test_nobody_writes_as_the_patient_once_staff_sign_in(self) -> None:
        tablet = Phone()
        response, token, ticket = begun(tablet, "Anna", "Kern")
        before = AuditEvent.objects.filter(actor_kind="patient").count()
        tablet.force_login(UserFactory(desk=True))
        for path in ("/i/step/reason/", "/i/step/reason/save/", "/i/consent/", "/i/send/"):
            answer = tablet.post(path, {"of": ticket, "reason": "Written by the desk", "name": "Desk", "agreed": "1"})
            assert answer.status_code == 409
        assert "Written by the desk" in page_text(tablet.post(path, {"of": ticket, "reason": "Written by the desk"}))
        for path in ("/i/step/reason/", "/i/check/", "/i/sent/", f"/i/{token}/"):
            assert tablet.get(path).status_code in (404, 409)
        response.refresh_from_db()
        assert response.answers == {} and response.consent_at is None
        assert AuditEvent.objects.filter(actor_kind="patient").count() == before

    def test_a_session_that_has_been_idle_too_long_does_not_count(self) -> None:
        token = secrets.token_urlsafe(32)
        InvitationFactory(token=token)
        tablet = Client()
        tablet.force_login(UserFactory(desk=True))
        session = tablet.session
        session["active_at"] = time.time() - settings.SESSION_IDLE_SECONDS - 5
        session.save()
        assert tablet.get(f"/i/{token}/").status_code == 302


def test_reading_and_opening_by_link_leave_an_event() -> None:
    token = secrets.token_urlsafe(32)
    invitation = InvitationFactory(token=token)
    response = ResponseFactory(invitation=invitation, answers={"reason": "back"})
    phone = Phone()
    phone.open(token, born=BORN)
    for path in ("/i/step/reason/", "/i/check/"):
        phone.get(path)
    opened, read = AuditEvent.objects.filter(action__in=("intake.opened", "intake.read")).order_by("id")
    assert (opened.action, opened.detail["how"]) == ("intake.opened", "birth date")
    for event in (opened, read):
        assert event.actor_kind == "patient" and event.patient_id == response.patient_id
        assert event.detail["invitation"] == invitation.pk and event.detail["device"]


@pytest.mark.parametrize(
    ("day", "month", "year", "words"),
    [
        ("31", "2", "1990", "There is no 31 February"),
        ("29", "2", "1985", "There is no 29 February in 1985"),
        ("31", "4", "1990", "There is no 31 April"),
        ("0", "4", "1990", "There is no 0 April"),
        ("3", "13", "1990", "There is no month 13"),
        ("3", "4", "85", "all four digits of the year"),
        ("3", "4", "2031", "in the future"),
        ("3", "4", "1800", "over 120 years ago"),
        ("29", "11", "2026", "today’s date"),
        ("x", "4", "1990", "in numbers"),
        ("", "4", "1990", "in numbers"),
    ],
)
def test_a_wrong_birth_date_is_told_in_helpful_words(day: str, month: str, year: str, words: str) -> None:
    with pytest.raises(DateFault) as fault:
        read_date(day, month, year, today=dt.date(2026, 11, 29), is_birth=True)
    assert words in str(fault.value)


def test_a_right_date_is_taken_as_written() -> None:
    assert read_date(" 7 ", "03", "1984", today=dt.date(2026, 11, 29), is_birth=True) == dt.date(1984, 3, 7)
