"""A mail that was not sent is told on the home pages until somebody has done something about it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.outbox.models import Message
from clinic.outbox.post import post
from clinic.outbox.presenters import in_trouble
from clinic.people.models import Patient
from intake.actions import invitations
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
NOT_SENT = "E-mail NOT sent"


def signed_in(**role: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(**role))
    return client


def home(client: Client) -> str:
    return re.sub(r"\s+", " ", page_text(client.get("/")))


@pytest.fixture
def patient() -> Patient:
    return PatientFactory()


@pytest.fixture
def message(patient: Patient) -> Message:
    message = post(kind="red_flag", to="a@b.example", subject="s", body="b", key="k", patient=patient)
    Message.objects.update(status="failed", attempts=10, last_error="The mail server cannot be reached.")
    return message


@pytest.mark.parametrize("role", ["practitioner", "owner", "desk"])
def test_a_failed_alert_is_told_to_every_role(message: Message, patient: Patient, role: str) -> None:
    page = home(signed_in(**{role: True}))
    assert NOT_SENT in page and "NOT sent to a@b.example. The mail server cannot be reached." in page
    assert str(patient) in page and "No one was notified by e-mail" in page
    assert AuditEvent.objects.filter(action="home.read", detail__patients=[patient.pk]).count() == 1


def test_what_is_late_is_told_though_it_may_still_go(message: Message) -> None:
    Message.objects.update(status="queued", last_error="", attempts=0)
    desk = signed_in(desk=True)
    assert NOT_SENT not in home(desk)
    Message.objects.update(created_at=timezone.now() - dt.timedelta(minutes=6))  # no worker, or no mail server
    assert NOT_SENT in home(desk)


def test_try_again_sends_it_and_the_panel_goes(message: Message) -> None:
    desk = signed_in(desk=True)
    page = page_text(desk.post(f"/mail/{message.pk}/again/", follow=True))
    assert NOT_SENT not in page
    assert deliver_due() == 1 and len(mail.outbox) == 1
    assert AuditEvent.objects.filter(action="message.tried_again").count() == 1
    again = page_text(desk.post(f"/mail/{message.pk}/again/", follow=True))
    assert "cannot be sent again" in again and deliver_due() == 0


def test_set_aside_is_noted_and_the_mail_does_not_go_out_later(message: Message) -> None:
    Message.objects.update(status="queued", created_at=timezone.now() - dt.timedelta(minutes=6))
    desk = signed_in(desk=True)
    assert NOT_SENT not in page_text(desk.post(f"/mail/{message.pk}/set-aside/", follow=True))
    assert AuditEvent.objects.filter(action="message.set_aside").count() == 1
    assert deliver_due() == 0 and not mail.outbox
    message.refresh_from_db()
    assert message.set_aside_by is not None and message.body == ""


def test_a_sign_in_mail_is_the_owners_business(message: Message) -> None:
    Message.objects.update(kind="account", patient=None)
    assert NOT_SENT in home(signed_in(owner=True))
    desk = signed_in(desk=True)
    assert NOT_SENT not in home(desk)
    assert desk.post(f"/mail/{message.pk}/again/").status_code == 403
    assert desk.post(f"/mail/{message.pk}/set-aside/").status_code == 403
    assert signed_in().post(f"/mail/{message.pk}/set-aside/").status_code == 403  # no role


def test_an_intake_that_was_begun_needs_its_mail_no_more(settings) -> None:
    """The link came another way, as read out on the phone: the homes stop asking somebody to look after the mail."""
    settings.ASHI_MAIL_TRANSPORT = "clinic.outbox.backend.NoServerBackend"
    patient = PatientFactory(email="ana@example.org")
    invitation = invitations.invite(patient=patient, by=UserFactory(desk=True), send_to=patient.email).invitation
    assert [message.status for message in in_trouble(with_accounts=False)] == ["failed"]
    invitations.start(invitation.pk)
    assert in_trouble(with_accounts=False) == []
