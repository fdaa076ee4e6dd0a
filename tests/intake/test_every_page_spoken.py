"""What a patient reads beside the screens of the form: each page, mail, paper and error in the made-up language."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from clinic.outbox.models import Message
from clinic.people.errors import bad_request, csrf_failure, server_error
from clinic.people.models import Clinic, Patient, User
from clinic.scheduling.actions import make_link
from clinic.scheduling.actions.links import mail_link
from intake.actions.answers import submit
from intake.actions.consent import sign_consent
from intake.actions.invitations import invite
from intake.models import IntakeResponse, Invitation
from intake.presenters import consent_copy
from intake.questionnaire.consent import load_consent
from tests.factories.intake import PLAIN_FIRST, InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory
from tests.factories.scheduling import AppointmentFactory
from tests.intake.test_form_pages import phone_with
from tests.intake.test_kiosk import begun, hand_over
from tests.support.brackets import unspoken
from tests.support.phone import Phone

pytestmark = pytest.mark.django_db
BORN = {"day": "17", "month": "5", "year": "1984"}  # of PatientFactory
WRONG = {**BORN, "year": "1983"}
METHODS = [one.id for one in load_consent().method]
SIGNED = {"agreed": "on", "name": "Ana Muster", "methods": METHODS}


@pytest.fixture(autouse=True)
def spoken(brackets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails, too."""
    Clinic.objects.update(phone="+12025550100", email="desk@clinic.example", address="1 Main")
    monkeypatch.setattr("clinic.outbox.post.spoken_to", lambda patient: translation.override("xx"))


def said_whole(page: Any, *own: str) -> None:
    """Nothing of it stands in English. ``own``: what people or addresses have of their own."""
    left = unspoken(page)
    for words in ("desk@clinic.example", "Main", *own):
        left = left.replace(words, "")
    assert left.strip() == "" and "⟦" in page.content.decode(), f"{page.status_code}: {left}"


def link_of(patient: Patient, by: User, purpose: str = Invitation.Purpose.FORM) -> str:
    return invite(patient=patient, by=by, purpose=purpose).token


def test_opening_a_link(ana: Patient, dora: User) -> None:
    token = link_of(ana, dora)
    phone = Phone()
    said_whole(phone.open(token), "Ana A.")
    said_whole(phone.post("/i/start/", WRONG), "Ana A.")
    said_whole(phone.post("/i/start/", {"day": "40"}), "Ana A.")
    other = Phone()
    other.open(token)
    said_whole(other.post("/i/leave/", {"how": "stranger"}))
    for _ in range(4):
        refused = phone.post("/i/start/", WRONG)
    assert refused.status_code == 410
    said_whole(refused)  # locked


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() - dt.timedelta(days=1)},
        {"revoked_at": timezone.now()},
        {"revoked_at": timezone.now(), "replaced": True},
    ],
    ids=["expired", "revoked", "replaced"],
)
def test_a_link_that_no_longer_opens(ana: Patient, dora: User, change: dict[str, Any]) -> None:
    token = link_of(ana, dora)
    if change.pop("replaced", False):
        link_of(ana, dora)
    else:
        Invitation.objects.update(**change)
    said_whole(Client().get(f"/i/{token}/"))


def test_on_another_device(ana: Patient, dora: User) -> None:
    for answers, link in ((PLAIN_FIRST, InvitationFactory(patient=ana, token="mailed")), (None, None)):
        if link is not None:
            ResponseFactory(invitation=link, answers=answers)
    said_whole(Phone().open("mailed"), "Ana A.")  # asks for the date of birth
    phone = Phone()
    phone.open("mailed")
    said_whole(phone.post("/i/birth/", WRONG), "Ana A.")
    Invitation.objects.update(shown_to_staff=True, sent_to="")
    other = Phone()
    said_whole(other.open("mailed"), "Ana A.", "@", "example.org")  # asks for a code
    other.post("/i/code/", {"send": "1"})
    said_whole(other.get("/i/code/"), "Ana A.", "example.org")
    said_whole(other.post("/i/code/", {"code": "000000"}), "Ana A.", "example.org")
    said_whole(other.post("/i/code/", {"code": "12"}), "Ana A.", "example.org")


def test_stopping_and_a_page_that_is_no_longer_open(ana: Patient) -> None:
    phone = phone_with(ResponseFactory(invitation=InvitationFactory(patient=ana), answers=dict(PLAIN_FIRST)))
    phone.get("/i/step/reason/")
    ticket = phone.ticket  # type: ignore[attr-defined]
    said_whole(phone.post("/i/leave/"))
    said_whole(phone.post("/i/step/reason/", {"of": ticket, "reason": "99", "go": "next"}))


def test_letters_and_their_refusals(ana: Patient) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    phone = phone_with(ResponseFactory(invitation=InvitationFactory(patient=ana), answers=dict(PLAIN_FIRST)))
    said_whole(phone.get("/i/letters/"), "Ana A.")
    for data in (b"", b"no picture", b"\xff\xd8\xff" + b"0" * 1_900_001):
        refused = phone.post("/i/letters/", {"file": SimpleUploadedFile("99.txt", data)})
        assert refused.status_code == 422
        said_whole(refused, "Ana A.")
    phone.post("/i/letters/", {"file": SimpleUploadedFile("99.jpg", b"\xff\xd8\xff0")})
    said_whole(phone.get("/i/letters/"), "Ana A.", "99.jpg")


def test_consent_refused_signed_and_sent(ana: Patient) -> None:
    draft = ResponseFactory(invitation=InvitationFactory(patient=ana), answers=dict(PLAIN_FIRST))
    phone = phone_with(draft)
    said_whole(phone.get("/i/check/"), "Ana A.")  # the consent is open
    said_whole(phone.post("/i/consent/", {}), "Ana A.")
    phone.post("/i/consent/", SIGNED)
    said_whole(phone.get("/i/check/"), "Ana A.", "Rosa", "Muster")
    said_whole(phone.post("/i/send/", follow=True))
    said_whole(phone.get("/i/sent/"))


def test_a_warning_sign_on_the_way_and_after_sending(ana: Patient) -> None:
    quiet = dict.fromkeys(("bladder_retention", "bladder_leak", "bowel_loss"), "no")
    open_ones = {key: value for key, value in PLAIN_FIRST.items() if key not in {*quiet, "saddle_numbness"}}
    phone = phone_with(ResponseFactory(invitation=InvitationFactory(patient=ana), answers=open_ones))
    phone.post("/i/consent/", SIGNED)
    phone.get("/i/step/safety_bladder/")
    told = {**quiet, "saddle_numbness": "yes", "go": "next"}
    said_whole(phone.post("/i/step/safety_bladder/", told, follow=True), "Ana A.")
    said_whole(phone.get("/i/alert/"), "Ana A.")
    sent = phone.post("/i/send/", follow=True)
    assert sent.request["PATH_INFO"] == "/i/sent/"
    said_whole(sent)


def test_two_answers_to_one_question(ana: Patient) -> None:
    phone = phone_with(ResponseFactory(invitation=InvitationFactory(patient=ana), answers=dict(PLAIN_FIRST)))
    phone.get("/i/step/reason/")  # a page that does not say what it was drawn with knows of no answer
    clash = phone.post("/i/step/reason/", {"reason": "77", "go": "next"})
    assert "⟦Two different answers⟧" in clash.content.decode()
    said_whole(clash, "Ana A.")


def test_a_guardian_reads_it_too() -> None:
    born = timezone.localdate() - dt.timedelta(days=3000)
    child = PatientFactory(given_name="Ana", family_name="Muster", date_of_birth=born)
    phone = phone_with(ResponseFactory(invitation=InvitationFactory(patient=child), answers=dict(PLAIN_FIRST)))
    said_whole(phone.get("/i/consent/"))
    said_whole(phone.post("/i/consent/", {"agreed": "on"}))


def test_the_consent_alone(ana: Patient, dora: User) -> None:
    phone = Phone()
    said_whole(phone.open(link_of(ana, dora, Invitation.Purpose.CONSENT)), "Ana A.")
    said_whole(phone.post("/i/agree/", {}), "Ana A.")
    said_whole(phone.post("/i/agree/", {**SIGNED, **BORN}))


def test_the_tablet(ana: Patient, dora: User) -> None:
    tablet = hand_over(dora, ana)
    said_whole(tablet.get("/i/"), "Ana A.")
    begun(tablet, digits="4071")
    said_whole(tablet.get("/i/step/reason/"), "Ana A.")  # with the warning before it closes
    said_whole(tablet.post("/i/kiosk/back/", {"how": ""}, follow=True))
    again = hand_over(dora, ana)
    said_whole(again.get("/i/"), "Ana A.")
    said_whole(again.post("/i/code/", {"digits": "1111"}), "Ana A.")


def test_the_second_part(ana: Patient) -> None:
    sent = submit(ResponseFactory(complete=True, invitation=InvitationFactory(patient=ana, token="mailed")).pk)
    page = Phone().get("/i/mailed/")
    assert sent.submitted_at is not None and page.status_code == 410
    said_whole(page)


def test_too_many(ana: Patient) -> None:
    stranger = Client()
    for number in range(21):
        page = stranger.get(f"/i/{number}-no-such-token/")
    assert page.status_code == 429
    said_whole(page)


def test_the_dates_and_their_links(ana: Patient, dora: User) -> None:
    page = Client().get(f"/a/{make_link(patient=ana, by=dora)}/")
    said_whole(page)  # no date yet
    AppointmentFactory(patient=ana)
    said_whole(Client().get(f"/a/{make_link(patient=ana, by=dora)}/"))
    stranger = Client()
    for _ in range(21):
        page = stranger.get("/a/no-such-token/")
        said_whole(page)
    assert page.status_code == 429


def test_mails(ana: Patient, dora: User) -> None:
    invite(patient=ana, by=dora, send_to=ana.email)
    mail_link(patient=ana, by=dora)
    ResponseFactory(invitation=InvitationFactory(patient=PatientFactory(), token="shown", shown=True))
    phone = Phone()
    phone.open("shown")
    phone.post("/i/code/", {"send": "1"})
    mails = list(Message.objects.all())
    assert {mail.kind for mail in mails} == {"invitation", "appointment_link", "intake_code"}
    for mail in mails:
        for text in (mail.subject, mail.body):
            lines = [line for line in text.splitlines() if "://" not in line]
            left = unspoken(_page("\n".join(lines)))
            assert left == "", f"{mail.kind}: {left}"


def test_the_paper(ana: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = ResponseFactory(invitation=InvitationFactory(patient=ana), answers=dict(PLAIN_FIRST))
    with translation.override("xx"):
        sign_consent(draft.pk, name="Ana Ahn", signature="", agreed=METHODS[1:])
    papers: list[str] = []
    monkeypatch.setattr(consent_copy, "_pdf", papers.append)
    consent_copy.copy_of(IntakeResponse.objects.get(pk=draft.pk), clinic="Our clinic")
    paper = json.loads(papers[0])
    words = [paper[key] for key in ("title", "statement", "signed_by", "signed_at", "footer")] + paper["paragraphs"]
    words += [one[key] for one in paper["methods"] for key in ("name", "text")] + list(paper["words"].values())
    assert len(words) > 15
    assert [left for text in words if (left := unspoken(_page(text)).replace("Ana Ahn", ""))] == []


ERRORS: dict[str, Callable[[Any], Any]] = {
    "400": lambda request: bad_request(request, SuspiciousOperation("odd")),
    "403": lambda request: csrf_failure(request),
    "413": lambda request: _page(render_to_string("413.html")),
    "500": lambda request: server_error(request),
    "503": lambda request: _page(render_to_string("503.html")),
    "503, reads only": lambda request: _page(render_to_string("503_only_reads.html")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(rf: Any, name: str) -> None:
    request = rf.post("/i/step/reason/", {"reason": "99"})
    request.clinic, request.user, request.session = Clinic.current(), _nobody(), {}
    with translation.override("xx"):
        said_whole(ERRORS[name](request), "reason")


def test_what_does_not_exist() -> None:
    said_whole(Client().get("/i/step/no/such/"))


def test_an_error_of_the_database_answers_in_the_language(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    client.raise_request_exception = False
    monkeypatch.setattr("intake.views.link.fetch.invitation_of_link", away)
    page = client.get("/i/any-token/")
    assert page.status_code == 503
    said_whole(page)
    large = client.post("/i/start/", {"reason": "9" * 2_100_000})
    assert large.status_code == 413
    said_whole(large)


def _nobody() -> Any:
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


class _page:  # a text as ``unspoken`` takes it
    status_code = 0

    def __init__(self, text: str) -> None:
        self.content = text.encode()
