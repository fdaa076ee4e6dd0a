"""The one way to send a mail: a row in the caller's transaction. Nobody who asks for it waits for a mail server."""

from __future__ import annotations

from django.db import transaction

from clinic.outbox.models import Message
from clinic.people.models import Patient


def post(*, kind: str, to: str, subject: str, body: str, key: str, patient: Patient | None = None) -> Message:
    """Queue a mail; it goes out only if the caller's transaction holds.

    ``key`` says what is told to whom ("invitation:17"): a second post with the same key gives the first message back.
    """
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to": to,
            "subject": " ".join(subject.split())[:250],  # one line, whatever the clinic calls itself
            "body": body,
            "patient": patient,
        },
    )
    if is_new:
        transaction.on_commit(_wake_worker, robust=True)  # the sweep finds it if this fails
    return message


def withdraw(key: str) -> None:
    """What it tells is true no longer: a message that waits does not go out. One that is going or gone stays."""
    Message.objects.filter(key=key, status=Message.Status.QUEUED).update(status=Message.Status.WITHDRAWN, body="")


def _wake_worker() -> None:
    from clinic.outbox import tasks  # here: it opens the worker's queue, which most of what imports us never needs

    tasks.deliver()
