"""Delivery against real mail servers: sent, refused, stalled, away; a worker that dies; two at once."""

from __future__ import annotations

import datetime as dt
import itertools
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from clinic.outbox import delivery
from clinic.outbox.delivery import LEASE, TRIES, WAITS, deliver_due
from clinic.outbox.models import Message
from clinic.outbox.post import post
from tests.support.mail_server import MailServer, mail_server, stalled_server

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _smtp(settings: Any) -> None:
    settings.ASHI_MAIL_TRANSPORT, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_TIMEOUT = False, "", 5


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as (server, port):
        settings.EMAIL_PORT = port
        yield server


def letter(number: int = 1, **changed: Any) -> Message:
    said = {
        "kind": "test",
        "to": f"p{number}@clinic.example",
        "subject": "Grüße",
        "body": "Ein Link",
        "key": f"t:{number}",
    }
    return post(**{**said, **changed})


def test_a_letter_arrives_whole_and_its_words_are_forgotten(server: MailServer) -> None:
    message = letter()
    assert deliver_due() == 1
    (arrived,) = server.letters
    assert arrived["To"] == "p1@clinic.example" and arrived["Auto-Submitted"] == "auto-generated"
    assert b"Ein Link" in arrived.get_payload(decode=True)  # type: ignore[operator]
    message.refresh_from_db()
    assert (message.status, message.attempts, message.body) == ("sent", 1, "") and message.sent_at is not None


def test_an_address_refused_for_good_fails_at_once_and_stops_nobody_else(server: MailServer) -> None:
    server.answer = "550 No such user"
    message = letter(1)
    assert deliver_due() == 0
    message.refresh_from_db()
    assert message.status == "failed" and "550 No such user" in message.last_error and message.body == "Ein Link"
    server.answer = "250 OK"
    letter(2)
    assert deliver_due() == 1


def test_refused_for_now_is_tried_again_with_growing_waits_until_it_fails(server: MailServer) -> None:
    server.answer = "451 Try later"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        message = letter()
        tries = []
        while message.status == "queued":
            clock.move_to(message.next_try_at - dt.timedelta(seconds=1))
            deliver_due()
            clock.shift(1)
            tries.append(timezone.now())
            deliver_due()
            message.refresh_from_db()
            assert message.attempts == len(tries)  # not a second before its time
    assert (message.status, message.attempts) == ("failed", TRIES) and "451 Try later" in message.last_error
    waits = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert waits == list(WAITS) and waits == sorted(waits)
    assert not server.letters


def test_what_was_refused_for_now_goes_out_later_once(server: MailServer) -> None:
    server.answer = "451 Try later"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        letter()
        assert deliver_due() == 0
        server.answer = "250 OK"
        assert deliver_due() == 0  # not before its time
        clock.shift(61)
        assert deliver_due() == 1 and deliver_due() == 0
    assert len(server.letters) == 1


def test_a_server_that_stalls_is_left_after_the_time_limit(settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    with stalled_server() as port:
        settings.EMAIL_PORT = port
        first, second = letter(1), letter(2)
        assert deliver_due() == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.last_error) == ("queued", "The mail server did not answer in time.")
    assert second.attempts == 0  # the round ended at the first: the others would wait for nothing, too


def test_a_server_that_is_away(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = closed.getsockname()[1]
        message = letter()
        assert deliver_due() == 0
    message.refresh_from_db()
    assert (message.status, message.last_error) == ("queued", "The mail server cannot be reached.")


def test_without_a_mail_server_it_says_so_from_the_start_and_prints_nothing(
    settings: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.ASHI_MAIL_TRANSPORT = "clinic.outbox.backend.NoServerBackend"
    message = letter(body="https://clinic.example/i/SECRET/")
    assert (message.status, message.last_error) == ("failed", "No mail server is set up (EMAIL_HOST).")
    deliver_due()
    said = capfd.readouterr()
    assert "SECRET" not in said.out + said.err and "p1@" not in said.out + said.err


def test_a_letter_that_cannot_be_written_fails_and_stops_nobody_else(server: MailServer) -> None:
    message = letter(1, to="no address\nBcc: x@y.example")
    letter(2)
    assert deliver_due() == 1 and len(server.letters) == 1
    message.refresh_from_db()
    assert message.status == "failed"


def test_what_a_dead_worker_left_is_taken_up_under_the_same_name(server: MailServer, monkeypatch: Any) -> None:
    """Killed between the mail server's yes and our own note of it: the second copy has the first one's Message-ID."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        message = letter()
        with monkeypatch.context() as dying:
            dying.setattr(delivery, "_settle", _die)
            with pytest.raises(SystemExit):
                deliver_due()
        message.refresh_from_db()
        assert message.status == "sending" and deliver_due() == 0  # somebody may still be at it
        clock.shift(LEASE.total_seconds() + 1)
        assert deliver_due() == 1 and deliver_due() == 0
    first, second = server.letters
    assert first["Message-ID"] == second["Message-ID"]
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("sent", 2)


def _die(*_: Any, **__: Any) -> None:
    raise SystemExit


def test_a_letter_that_kills_every_worker_is_given_up(server: MailServer) -> None:
    message = letter()
    past = timezone.now() - dt.timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(status="sending", attempts=TRIES, next_try_at=past)
    letter(2)
    assert deliver_due() == 1
    message.refresh_from_db()
    assert message.status == "failed"


def test_a_worker_that_comes_back_late_does_not_undo_what_another_did(server: MailServer) -> None:
    letter()
    late = delivery._take()
    assert late is not None
    Message.objects.update(next_try_at=timezone.now() - LEASE)
    assert deliver_due() == 1
    delivery._settle(late, status="failed", last_error="too late")
    assert Message.objects.get().status == "sent"


def test_bodies_of_what_failed_long_ago_are_forgotten(server: MailServer) -> None:
    server.answer = "550 No"
    message = letter()
    deliver_due()
    delivery.forget_bodies()
    message.refresh_from_db()
    assert message.body
    Message.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    delivery.forget_bodies()
    message.refresh_from_db()
    assert not message.body and message.status == "failed"
