"""A mail is a row in the caller's transaction: never twice, never without it, never in the request."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.mail import send_mail
from django.db import transaction

from clinic.outbox.delivery import deliver_due
from clinic.outbox.models import Message
from clinic.outbox.post import post, withdraw

pytestmark = pytest.mark.django_db


def letter(**changed: Any) -> Message:
    return post(
        **{"kind": "test", "to": "a@b.example", "subject": "Hello", "body": "World", "key": "test:1", **changed}
    )


def test_the_same_thing_is_told_once() -> None:
    first = letter()
    assert letter(body="another try").pk == first.pk
    assert deliver_due() == 1 and deliver_due() == 0
    assert letter().status == Message.Status.SENT and deliver_due() == 0
    assert [m.body for m in mail.outbox] == ["World"]


def test_what_is_undone_is_not_told() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        letter()
        raise RuntimeError
    assert not Message.objects.exists() and deliver_due() == 0


def test_what_is_withdrawn_does_not_go_out_and_what_is_gone_stays_gone() -> None:
    message = letter()
    withdraw("test:1")
    assert deliver_due() == 0 and not mail.outbox
    message.refresh_from_db()
    assert (message.status, message.body) == ("withdrawn", "")
    letter(key="test:2")
    deliver_due()
    withdraw("test:2")
    assert Message.objects.get(key="test:2").status == "sent"


def test_a_clinic_with_a_line_break_in_its_name_can_still_write() -> None:
    letter(subject="Your appointments at Willow\nGate")
    assert deliver_due() == 1 and mail.outbox[0].subject == "Your appointments at Willow Gate"


def test_mail_of_others_is_queued_too() -> None:
    send_mail("From a library", "A secret link", None, ["a@b.example", "c@d.example"])
    assert not mail.outbox and Message.objects.filter(kind="account").count() == 2
    assert deliver_due() == 2
    assert sorted(m.to[0] for m in mail.outbox) == ["a@b.example", "c@d.example"]


def test_the_gravest_goes_first() -> None:
    letter()
    letter(kind="red_flag", key="red_flag:1", subject="Red flag")
    deliver_due()
    assert [m.subject for m in mail.outbox] == ["Red flag", "Hello"]
