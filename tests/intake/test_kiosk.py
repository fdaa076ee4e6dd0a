"""The clinic's tablet in a patient's hands: one form, nothing of the staff, nothing left behind."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.people.models import Patient, User
from intake.actions import kiosk as actions
from intake.models import IntakeResponse, Invitation, Kiosk
from intake.views.device import COOKIE
from tests.factories.intake import PLAIN_FIRST, InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory
from tests.support.page_text import page_text
from tests.support.phone import Phone, mailed_code

pytestmark = pytest.mark.django_db
TOLD = {"day": "17", "month": "5", "year": "1984"}  # of PatientFactory


def hand_over(desk: User, patient: Patient) -> Phone:
    tablet = Phone()
    tablet.force_login(desk)
    answer = tablet.post(f"/patients/{patient.pk}/tablet/")
    assert answer.status_code == 302 and answer["Location"] == "/i/"
    tablet.get("/i/")
    return tablet


def begun(tablet: Phone, **more: str) -> IntakeResponse:
    answer = tablet.post("/i/start/", {**TOLD, **more}, follow=True)
    assert "/i/step/" in answer.request["PATH_INFO"], page_text(answer)
    return IntakeResponse.objects.latest("id")


def leave_alone(minutes: float = 3) -> None:
    Kiosk.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=minutes))


def is_forgotten(tablet: Client) -> bool:
    """Whether no page shows anything of anybody, as for a browser that never held a link."""
    assert not tablet.cookies[COOKIE].value
    paths = ("/i/", "/i/step/reason/", "/i/check/", "/i/sent/", "/i/consent/")
    pages = [tablet.get(path, follow=True) for path in paths]
    return all("Ana" not in page_text(page) and "secret" not in page_text(page) for page in pages)


class TestHandingOver:
    def test_the_board_offers_it_and_the_page_says_what_happens(self, as_dora: Client, ana: Patient) -> None:
        text = page_text(as_dora.get(f"/patients/{ana.pk}/tablet/"))
        assert "signed out" in text and "two minutes" in text
        assert not Kiosk.objects.exists()

    def test_the_browser_is_signed_out_and_shows_one_form(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        page = page_text(tablet.get("/i/"))
        assert "Is this for Ana A.?" in page
        for path in ("/", "/today/", f"/patients/{ana.pk}/", "/intakes/"):
            assert "/accounts/login/" in tablet.get(path)["Location"], path
        [event] = AuditEvent.objects.filter(action="kiosk.started")
        assert (event.actor_id, event.patient_id) == (str(dora.pk), ana.pk)

    def test_another_link_opens_nothing_on_it(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        other = PatientFactory(given_name="Boris")
        InvitationFactory(patient=other, token="another")
        assert "Boris" not in page_text(tablet.get("/i/another/", follow=True))

    def test_a_link_sent_by_mail_still_works_at_home(self, dora: User, ana: Patient) -> None:
        InvitationFactory(patient=ana, token="mailed")
        begun(hand_over(dora, ana))
        assert Invitation.objects.count() == 1
        page = Phone().open("mailed", born=dt.date(1984, 5, 17))
        assert "/i/step/" in page.request["PATH_INFO"]

    def test_the_owner_may_not(self, as_olive: Client, ana: Patient) -> None:
        assert as_olive.post(f"/patients/{ana.pk}/tablet/").status_code == 403


class TestForgetting:
    def test_two_minutes_without_a_touch_close_it(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        response = begun(tablet)
        tablet.post("/i/step/reason/", {"reason": "secret pain", "go": "next"})
        leave_alone()
        page = tablet.get("/i/step/reason/", follow=True)
        assert page_text(page).count("Please give the tablet back") and is_forgotten(tablet)
        response.refresh_from_db()
        assert response.answers["reason"] == "secret pain" and not response.is_submitted
        assert Kiosk.objects.get().ended == "idle"
        assert AuditEvent.objects.filter(action="kiosk.ended", detail__how="idle").count() == 1

    def test_what_comes_too_late_is_not_written(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        response = begun(tablet)
        leave_alone()
        answer = tablet.post("/i/step/reason/save/", {"reason": "typed by the next one"}, follow=True)
        response.refresh_from_db()
        assert "reason" not in response.answers and answer["X-Ashi-Given-Back"] == "1"

    def test_each_touch_counts(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        for _n in range(3):
            leave_alone(1.5)
            assert tablet.post("/i/kiosk/here/").status_code == 204
        leave_alone()
        assert tablet.post("/i/kiosk/here/").status_code == 302

    def test_an_old_cookie_opens_nothing(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        begun(tablet)
        kept = tablet.cookies[COOKIE].value
        tablet.post("/i/kiosk/back/")
        tablet.cookies[COOKIE] = kept
        assert "Please give the tablet back" in page_text(tablet.get("/i/step/reason/", follow=True))

    @pytest.mark.parametrize(("how", "kept"), [("stranger", "stranger"), ("idle", "idle"), ("", "stopped")])
    def test_given_back(self, dora: User, ana: Patient, how: str, kept: str) -> None:
        tablet = hand_over(dora, ana)
        answer = tablet.post("/i/kiosk/back/", {"how": how})
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        page = tablet.get(answer["Location"])
        assert page["Cache-Control"] == "no-store" and "Ana" not in page_text(page)
        assert Kiosk.objects.get().ended == kept and is_forgotten(tablet)

    def test_stopping_gives_it_back(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        begun(tablet)
        assert "Please give the tablet back" in page_text(tablet.post("/i/leave/", follow=True))
        assert is_forgotten(tablet)

    def test_sent(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        response = begun(tablet)
        IntakeResponse.objects.filter(pk=response.pk).update(answers=PLAIN_FIRST)
        tablet.post("/i/consent/", {"agreed": "1", "name": "Ana Ahn", "methods": ["needles"]})
        assert "letters/" not in tablet.get("/i/check/").content.decode()
        page = page_text(tablet.post("/i/send/", follow=True))
        response.refresh_from_db()
        assert response.is_submitted and "Please give the tablet back" in page and is_forgotten(tablet)
        assert Kiosk.objects.get().ended == "sent"

    def test_a_sign_is_told_before_it_goes_back(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        response = begun(tablet)
        IntakeResponse.objects.filter(pk=response.pk).update(answers={**PLAIN_FIRST, "bowel_loss": "yes"})
        tablet.post("/i/consent/", {"agreed": "1", "name": "Ana Ahn"})
        page = page_text(tablet.post("/i/send/", follow=True))
        assert "Please get help first" in page and "second part" not in page
        tablet.post("/i/kiosk/back/")
        assert is_forgotten(tablet)


class TestGoingOn:
    def test_the_desk_cannot_open_it_by_the_birth_date(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        begun(tablet)
        tablet.post("/i/step/reason/", {"reason": "secret pain", "go": "next"})
        leave_alone()
        again = hand_over(dora, ana)
        assert "four digits" not in page_text(again.get("/i/"))  # none were chosen
        for path, told in (("/i/start/", TOLD), ("/i/birth/", TOLD), ("/i/code/", {"digits": "0000"})):
            page = again.post(path, told, follow=True)
            assert "secret pain" not in page_text(page), path
        assert "secret pain" not in page_text(again.get("/i/step/reason/", follow=True))

    def test_four_digits_of_the_patient_do(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        response = begun(tablet, digits="4071")
        tablet.post("/i/step/reason/", {"reason": "secret pain", "go": "next"})
        leave_alone()
        again = hand_over(dora, ana)
        assert "The four digits you chose" in page_text(again.get("/i/"))
        assert again.post("/i/code/", {"digits": "1234"}).status_code == 422
        again.post("/i/code/", {"digits": "4071"})
        assert "secret pain" in page_text(again.get("/i/step/reason/"))
        response.refresh_from_db()
        assert response.invitation == Invitation.objects.latest("id")

    def test_five_wrong_ones_end_that(self, dora: User, ana: Patient) -> None:
        response = begun(hand_over(dora, ana), digits="4071")
        assert [actions.try_digits(response.pk, "9999") for _n in range(5)] == [1, 2, 3, 4, 5]
        assert actions.try_digits(response.pk, "4071") == 5

    def test_a_mailed_code_does(self, dora: User, ana: Patient) -> None:
        ResponseFactory(invitation=InvitationFactory(patient=ana), answers={"reason": "secret pain"})
        tablet = hand_over(dora, ana)
        tablet.post("/i/code/", {"send": "1"})
        tablet.get("/i/code/")
        tablet.post("/i/code/", {"code": mailed_code()})
        assert "secret pain" in page_text(tablet.get("/i/step/reason/"))

    def test_digits_must_be_four(self, dora: User, ana: Patient) -> None:
        tablet = hand_over(dora, ana)
        assert tablet.post("/i/start/", {**TOLD, "digits": "12a"}).status_code == 422
        assert not IntakeResponse.objects.exists()

    def test_after_the_first_part_was_sent_it_shows_the_second(self, dora: User, ana: Patient) -> None:
        from intake.actions.answers import submit

        sent = submit(ResponseFactory(complete=True, invitation=InvitationFactory(patient=ana), answers=PLAIN_FIRST).pk)
        tablet = hand_over(dora, ana)
        assert begun(tablet).continues == sent
