"""Works off the outbox: one attempt per message that is due, most urgent first, with growing delays in between."""

from __future__ import annotations

import datetime as dt
import hashlib
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Case, F, Value, When
from django.utils import timezone

from clinic.outbox.models import URGENT_KINDS, Message
from clinic.outbox.post import NO_SERVER_WORDS

WAITS = tuple(dt.timedelta(minutes=m) for m in (1, 1, 2, 5, 10, 30, 60, 120, 240))  # DESIGN: nearly eight hours
TRIES = len(WAITS) + 1
LEASE = dt.timedelta(minutes=5)  # a worker silent for this long is dead; far longer than one attempt takes
KEEP = dt.timedelta(days=7)  # how long the text of a failed message is kept, so that it can be retried
Status = Message.Status


class NoMailServer(Exception):
    """No mail server is set up: nothing can be sent, now or later."""


def deliver_due() -> int:
    """Try everything that is due now; returns how many went out.

    A round ends at the first sign that the server itself is away: the rest would only wait for it too.
    """
    sent = 0
    while (message := _take()) is not None:
        fault = _send(message)
        if fault is None:
            sent += 1
            _settle(message, status=Status.SENT, sent_at=timezone.now(), body="", last_error="")
            continue
        if _is_final(fault) or message.attempts >= TRIES:
            _settle(message, status=Status.FAILED, last_error=words_of(fault))
        else:
            later = timezone.now() + WAITS[message.attempts - 1]
            _settle(message, status=Status.QUEUED, next_try_at=later, last_error=words_of(fault))
        if _is_server_away(fault):
            break
    return sent


def forget_bodies() -> None:
    """Drop what could not be sent for a week; the links in it no longer open anything."""
    old = Message.objects.filter(status=Status.FAILED, created_at__lt=timezone.now() - KEEP).exclude(body="")
    old.update(body="")


def _take() -> Message | None:
    """The next message due, marked as being sent. Two workers never take the same one."""
    while True:
        now = timezone.now()
        due = (
            Message.objects.filter(status__in=(Status.QUEUED, Status.SENDING), next_try_at__lte=now)
            .order_by(Case(When(kind__in=URGENT_KINDS, then=Value(0)), default=Value(1)), "next_try_at", "id")
            .first()
        )
        if due is None:
            return None
        same = Message.objects.filter(pk=due.pk, status=due.status, next_try_at=due.next_try_at)
        if due.attempts >= TRIES:  # its worker died each time
            same.update(status=Status.FAILED, last_error="The program stopped each time it was sent.")
        elif same.update(status=Status.SENDING, attempts=F("attempts") + 1, next_try_at=now + LEASE):
            due.refresh_from_db()
            return due


def _settle(message: Message, **state: object) -> None:
    """Record how an attempt ended, unless another worker has since taken the message."""
    Message.objects.filter(pk=message.pk, status=Status.SENDING, attempts=message.attempts).update(**state)


def _send(message: Message) -> Exception | None:
    """One attempt. None if a mail server has accepted it."""
    name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    letter = EmailMessage(
        message.subject,
        message.body,
        to=[message.to],
        connection=get_connection(settings.ASHI_MAIL_TRANSPORT),
        headers={
            "Message-ID": f"<{name}@ashi>",  # the same for each attempt: a mail server drops a second copy
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        letter.send()
    except (OSError, smtplib.SMTPException, NoMailServer, ValueError) as fault:  # ValueError: no such address or header
        return fault
    return None


def _is_final(fault: Exception) -> bool:
    """Retrying is pointless: this address or this letter is permanently refused."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in fault.recipients.values())
    if isinstance(fault, smtplib.SMTPDataError):
        return fault.smtp_code >= 500
    return isinstance(fault, (NoMailServer, ValueError))


def _is_server_away(fault: Exception) -> bool:
    if isinstance(fault, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)):
        return False
    return isinstance(fault, OSError)  # SMTPException is one


def words_of(fault: Exception) -> str:
    """Why a message has not gone, for those who look after it."""
    if isinstance(fault.__context__, TimeoutError):  # smtplib calls it "unexpectedly closed"
        fault = fault.__context__
    match fault:
        case NoMailServer():
            said = NO_SERVER_WORDS
        case TimeoutError():
            said = "The mail server did not answer in time."
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, reply = next(iter(refused.values()))
            said = f"The mail server refuses this address: {code} {_text(reply)}"
        case smtplib.SMTPAuthenticationError():
            said = "The mail server refuses our user name or password."
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=reply):
            said = f"The mail server refuses: {code} {_text(reply)}"
        case smtplib.SMTPException():
            said = "The mail server broke off."
        case OSError():
            said = "The mail server cannot be reached."
        case _:
            said = "This address or subject cannot be put on a mail."
    return said[:250]


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
