"""The state of a message, in words that claim no more than is known."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.outbox.models import Message

PATIENCE = dt.timedelta(minutes=5)  # DESIGN: mail that has not gone by then is reported to someone

SHOWN = 12  # rows on a home page


def is_in_trouble(message: Message) -> bool:
    """Not sent, or late: someone should contact the person another way."""
    if message.status == Message.Status.FAILED:
        return True
    is_open = message.status in (Message.Status.QUEUED, Message.Status.SENDING)
    return is_open and timezone.now() - message.created_at > PATIENCE


def _late(since: dt.datetime) -> Q:
    waiting = (Message.Status.QUEUED, Message.Status.SENDING)
    return Q(status__in=waiting, created_at__lt=since)


def is_mail_late() -> bool:
    """Mail has been waiting too long: the worker or the mail server is away."""
    return Message.objects.filter(_late(timezone.now() - PATIENCE), set_aside_at=None).exists()


@KeptQuery
def _in_trouble(since: dt.datetime) -> QuerySet[Message]:
    rows = Message.objects.filter(Q(status=Message.Status.FAILED) | _late(since), set_aside_at=None)
    return rows.select_related("patient").order_by("-id")[:SHOWN]


@KeptQuery
def _in_trouble_of_patients(since: dt.datetime) -> QuerySet[Message]:
    rows = Message.objects.filter(Q(status=Message.Status.FAILED) | _late(since), set_aside_at=None)
    return rows.exclude(kind="account").select_related("patient").order_by("-id")[:SHOWN]


def in_trouble(*, with_accounts: bool) -> list[Message]:
    """Mail not sent, or late, and not set aside: most urgent and newest first, for the home pages.

    ``with_accounts``: including sign-in mails, which only concern the owner.
    """
    newest = (_in_trouble if with_accounts else _in_trouble_of_patients)(timezone.now() - PATIENCE)
    return sorted(newest, key=lambda message: not message.is_urgent)


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
    if message.last_error:
        return f"Not sent to {message.to} yet, Ashi goes on trying. {message.last_error}"
    return f"Waiting to be sent to {message.to}."
