"""How far a message has got, in words that claim no more than is known."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from clinic.outbox.models import Message

PATIENCE = dt.timedelta(minutes=5)  # DESIGN: mail that has not gone by then is told to somebody


def is_in_trouble(message: Message) -> bool:
    """Not sent, or late: somebody should reach the person another way."""
    if message.status == Message.Status.FAILED:
        return True
    is_open = message.status in (Message.Status.QUEUED, Message.Status.SENDING)
    return is_open and timezone.now() - message.created_at > PATIENCE


def state_words(message: Message) -> str:
    """ "Sent to a@b, 3 May, 14:02.", "Not sent yet …", "NOT sent …"."""
    match message.status:
        case Message.Status.SENT:
            at = timezone.localtime(message.sent_at)
            return f"Sent to {message.to}, {at.day} {at:%B, %H:%M}."
        case Message.Status.FAILED:
            return f"NOT sent to {message.to}. {message.last_error}"
        case Message.Status.WITHDRAWN:
            return f"Not sent to {message.to}: it was withdrawn first."
    if message.attempts and message.last_error:
        return f"Not sent to {message.to} yet, Ashi goes on trying. {message.last_error}"
    return f"Waiting to be sent to {message.to}."
