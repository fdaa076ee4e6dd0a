"""A link: made, looked at, opened, closed; each state says which, and nothing leaks."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lib.tokens import hash_of
from clinic.outbox.delivery import deliver_due
from clinic.outbox.models import Message
from clinic.people.models import Clinic
from intake.actions.invitations import invite, revoke
from intake.models import IntakeResponse, Invitation
from intake.views.device import COOKIE
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db


BORN = {"day": "17", "month": "5", "year": "1984"}  # of PatientFactory


@pytest.fixture
def token() -> str:
    return secrets.token_urlsafe(32)


def opened(token: str) -> Phone:
    """A phone on which the link was followed."""
    phone = Phone()
    assert phone.get(f"/i/{token}/").status_code == 302
    phone.get("/i/")
    return phone


def test_only_the_hash_of_a_token_is_kept(django_capture_on_commit_callbacks: Any) -> None:
    patient = PatientFactory(email="ana@mail.example")
    with django_capture_on_commit_callbacks(execute=True):
        issued = invite(patient=patient, by=UserFactory(desk=True), send_to="ana@mail.example")
    token = issued.token
    assert len(token) == 43  # 256 bits
    assert issued.invitation.token_hash == hash_of(token) != token
    assert issued.invitation.expires_at - timezone.now() > dt.timedelta(days=6, hours=23)
    assert not mail.outbox and issued.invitation.mail.status == "queued"  # nobody waited for a mail server
    assert deliver_due() == 1
    assert [m.to for m in mail.outbox] == [["ana@mail.example"]]
    assert issued.url in mail.outbox[0].body
    assert patient.given_name not in mail.outbox[0].body
    sent = Invitation.objects.get().mail
    assert sent.status == "sent" and sent.sent_at is not None and sent.body == ""  # no live link is kept
    for event in AuditEvent.objects.all():
        assert token not in str(event.detail)


def test_the_first_look_swaps_the_token_for_a_cookie_and_opens_nothing(token: str) -> None:
    invitation = InvitationFactory(token=token)
    answer = Client().get(f"/i/{token}/")
    assert (answer.status_code, answer["Location"]) == (302, "/i/")
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert token not in cookie.value
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    for _ in range(20):  # mail scanners and previews
        scanner = Client()
        scanner.get(f"/i/{token}/", follow=True)
        scanner.head(f"/i/{token}/")
    invitation.refresh_from_db()
    assert invitation.opened_at is None
    assert not IntakeResponse.objects.exists()


def test_start_makes_one_draft(token: str) -> None:
    InvitationFactory(token=token)
    phone = opened(token)
    assert phone.post("/i/start/", BORN)["Location"].startswith("/i/step/")
    phone.post("/i/start/", BORN)
    assert IntakeResponse.objects.count() == 1
    assert Invitation.objects.get().opened_at is not None


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"expires_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, 410, "has expired"),
        ({"revoked_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, 410, "closed by the clinic"),
        ({"failed_birth_checks": 5}, 410, "locked"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/i/{token}/"),
        ("get", "/i/"),
        ("post", "/i/start/"),
        ("get", "/i/step/reason/"),
        ("post", "/i/step/reason/"),
        ("post", "/i/step/reason/save/"),
        ("get", "/i/check/"),
        ("post", "/i/send/"),
    ],
)
def test_a_closed_link_says_which_and_how_to_get_a_new_one(
    token: str, changes: dict[str, Any], status: int, words: str, method: str, path: str
) -> None:
    clinic = Clinic.current()
    clinic.phone = "+12025550111"
    clinic.save()
    response = ResponseFactory(invitation=InvitationFactory(token=token), answers={"reason": "secret pain"})
    phone = opened(token)
    phone.post("/i/birth/", {"day": "17", "month": "5", "year": "1984"})
    Invitation.objects.update(**changes)
    answer = getattr(phone, method)(path.format(token=token), {"reason": "changed"})
    assert answer.status_code == status
    text = page_text(answer)
    assert words in text and "+1 202-555-0111" in text
    assert "secret pain" not in text and response.patient.family_name not in text
    response.refresh_from_db()
    assert response.answers == {"reason": "secret pain"}


def test_a_used_link_says_so(token: str) -> None:
    response = ResponseFactory(invitation=InvitationFactory(token=token), complete=True)
    phone = opened(token)
    IntakeResponse.objects.filter(pk=response.pk).update(submitted_at=timezone.now())
    for path in (f"/i/{token}/", "/i/", "/i/step/reason/"):
        answer = phone.get(path)
        assert answer.status_code == 410
        assert "have been sent" in page_text(answer)


def test_a_replaced_link_says_so_and_its_answers_wait_for_the_patient(token: str) -> None:
    response = ResponseFactory(invitation=InvitationFactory(token=token), answers={"reason": "back"})
    invite(patient=response.patient, by=UserFactory(desk=True))
    assert Client().get(f"/i/{token}/").status_code == 410
    assert "newer link" in page_text(Client().get(f"/i/{token}/"))
    response.refresh_from_db()
    assert response.invitation.token_hash == hash_of(token)
    assert response.answers == {"reason": "back"}


def test_unknown_and_malformed_tokens_look_the_same() -> None:
    unknown, malformed = Client().get(f"/i/{secrets.token_urlsafe(32)}/"), Client().get("/i/x/")
    assert unknown.status_code == malformed.status_code == 404
    blank = re.compile(r"hx-headers=.*")
    assert blank.sub("", page_text(unknown)) == blank.sub("", page_text(malformed))


def test_no_cookie_is_an_unknown_link() -> None:
    assert Client().get("/i/").status_code == 404
    assert Client().post("/i/send/").status_code == 404
    forged = Client()
    forged.cookies[COOKIE] = "eyJpbnZpdGF0aW9uIjoxfQ:1abc:forged"
    assert forged.get("/i/").status_code == 404


def test_twenty_wrong_links_then_wait_but_a_right_one_still_opens(token: str) -> None:
    InvitationFactory(token=token)
    for _ in range(20):
        assert Client().get("/i/wrong/").status_code == 404
    late = Client().get("/i/wrong/")
    assert late.status_code == 429 and late["Retry-After"]
    assert Client().get("/i/wrong/", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert Client().get(f"/i/{token}/").status_code == 302


class TestAnotherDevice:
    def test_it_asks_for_the_date_of_birth_and_shows_nothing_before(self, token: str) -> None:
        response = ResponseFactory(invitation=InvitationFactory(token=token), answers={"reason": "secret pain"})
        tablet = opened(token)
        page = tablet.get("/i/")
        assert page.status_code == 200 and "date of birth" in page_text(page)
        assert response.patient.given_name not in page_text(page)
        assert tablet.get("/i/step/reason/")["Location"] == "/i/"
        assert tablet.post("/i/step/reason/save/", {"reason": "other"})["Location"] == "/i/"
        assert tablet.post("/i/start/")["Location"] == "/i/"
        tablet.post("/i/birth/", {"day": "17", "month": "5", "year": "1984"})
        assert "secret pain" in page_text(tablet.get("/i/step/reason/"))

    def test_five_wrong_dates_lock_the_link_and_the_desk_is_told(self, token: str) -> None:
        ResponseFactory(invitation=InvitationFactory(token=token))
        tablet = opened(token)
        wrong = {"day": "1", "month": "1", "year": "1990"}
        for left in (4, 3, 2, 1):
            answer = tablet.post("/i/birth/", wrong)
            assert answer.status_code == 422 and f"{left} more" in page_text(answer)
        assert tablet.post("/i/birth/", wrong).status_code == 410
        right = tablet.post("/i/birth/", {"day": "17", "month": "5", "year": "1984"})
        assert right.status_code == 410
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        assert "date of birth wrong 5 times" in page_text(desk.get("/intakes/"))

    def test_a_date_that_is_none_costs_no_try(self, token: str) -> None:
        ResponseFactory(invitation=InvitationFactory(token=token))
        answer = opened(token).post("/i/birth/", {"day": "x", "month": "", "year": "1"})
        page = page_text(answer)
        assert answer.status_code == 422 and page.count("Please write day, month and year in numbers") == 1
        assert 'value="x"' in page  # nothing typed is lost
        assert Invitation.objects.get().failed_birth_checks == 0

    def test_leaving_forgets_this_device(self, token: str) -> None:
        InvitationFactory(token=token)
        phone = opened(token)
        phone.post("/i/start/", BORN)
        phone.get("/i/", follow=True)
        phone.post("/i/leave/")
        assert phone.get("/i/").status_code == 404
        assert phone.get(f"/i/{token}/").status_code == 302  # the link itself still works


class TestStaff:
    def test_the_link_is_shown_once_with_a_picture(self) -> None:
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        patient = PatientFactory()
        assert desk.get(f"/patients/{patient.pk}/invite/").status_code == 200
        shown = page_text(desk.post(f"/patients/{patient.pk}/invite/", {"how": "show", "newest": ""}))
        token = re.search(r"/i/([\w-]{43})/", shown).group(1)
        assert "data:image/svg+xml" in shown
        assert Invitation.objects.get().token_hash == hash_of(token)
        assert not mail.outbox

    def test_a_double_click_makes_one_link(self) -> None:
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        patient = PatientFactory()
        for _ in range(2):
            desk.post(f"/patients/{patient.pk}/invite/", {"how": "show", "newest": ""})
        assert Invitation.objects.count() == 1

    def test_a_wrong_address_keeps_what_was_typed(self) -> None:
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        patient = PatientFactory()
        answer = desk.post(f"/patients/{patient.pk}/invite/", {"how": "email", "email": "no address"})
        assert answer.status_code == 422 and "no address" in page_text(answer)
        assert not Invitation.objects.exists()

    def test_revoking_works_on_the_next_request(self, token: str) -> None:
        invitation = InvitationFactory(token=token)
        phone = opened(token)
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        desk.post(f"/invitations/{invitation.pk}/revoke/")
        assert phone.get("/i/").status_code == 410
        assert AuditEvent.objects.filter(action="invitation.revoked").count() == 1

    def test_a_mail_server_that_is_away_undoes_nothing_and_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: Any, **__: Any) -> None:
            raise ConnectionRefusedError("mail server away")

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        desk = Client()
        desk.force_login(UserFactory(desk=True))
        patient = PatientFactory()
        page = desk.post(f"/patients/{patient.pk}/invite/", {"how": "email", "email": "a@b.example", "newest": ""})
        assert "Waiting to be sent to a@b.example." in page_text(page)
        assert deliver_due() == 0
        message = Invitation.objects.get().mail
        assert (message.status, message.attempts) == ("queued", 1) and "cannot be reached" in message.last_error
        Message.objects.update(created_at=timezone.now() - dt.timedelta(minutes=6))
        assert "E-mail not sent" in page_text(desk.get("/intakes/"))

    def test_the_mail_of_a_link_that_was_closed_does_not_go_out(self) -> None:
        patient, by = PatientFactory(), UserFactory(desk=True)
        first = invite(patient=patient, by=by, send_to="a@b.example")
        second = invite(patient=patient, by=by, send_to="a@b.example")
        revoke(second.invitation.pk, by=by)
        assert deliver_due() == 0 and not mail.outbox
        for issued in (first, second):
            issued.invitation.mail.refresh_from_db()
            assert issued.invitation.mail.status == "withdrawn" and issued.invitation.mail.body == ""


def test_whoever_has_someone_elses_link_can_say_so(token: str) -> None:
    link = InvitationFactory(token=token)
    phone = opened(token)
    page = page_text(phone.get("/i/"))
    assert f"Is this for {link.patient.given_name} {link.patient.family_name[0]}.?" in page
    told = phone.post("/i/leave/", {"how": "stranger"})
    assert "This form is for someone else" in page_text(told) and link.patient.given_name not in page_text(told)
    assert "No form is open on this device" in page_text(phone.get("/i/"))
    assert AuditEvent.objects.filter(action="invitation.wrong_person", patient_id=link.patient_id).count() == 1
    assert not IntakeResponse.objects.exists()
    page = opened(token).post("/i/start/", BORN, follow=True)  # a wrong tap costs a patient nothing
    assert "/i/step/" in page.request["PATH_INFO"]


@pytest.mark.parametrize(("region", "order"), [("GB", ["day", "month", "year"]), ("US", ["month", "day", "year"])])
def test_a_date_stands_in_the_clinics_order(token: str, settings: Any, region: str, order: list[str]) -> None:
    settings.PHONENUMBER_DEFAULT_REGION = region
    InvitationFactory(token=token)
    page = opened(token).get("/i/").content.decode()
    assert re.findall(r'name="(day|month|year)"', page) == order
