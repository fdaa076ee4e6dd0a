"""The only way to send a mail: a row in the caller's transaction. No caller waits for a mail server."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.people.language import spoken_to
from clinic.people.models import Clinic, Patient

NO_SERVER = "clinic.outbox.backend.NoServerBackend"  # ASHI_MAIL_TRANSPORT where no EMAIL_HOST is set
NO_SERVER_WORDS = "No mail server is set up (EMAIL_HOST)."


def post(*, kind: str, to: str, subject: str, body: str, key: str, patient: Patient | None = None) -> Message:
    """Queue a mail; it goes out only if the caller's transaction commits.

    ``key`` says what is sent to whom ("invitation:17"): a second post with the same key returns the first message.
    """
    no_server = settings.ASHI_MAIL_TRANSPORT == NO_SERVER
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to": to,
            "subject": " ".join(subject.split())[:250],  # one line, whatever the clinic's name
            "body": body,
            "patient": patient,
            "status": Message.Status.FAILED if no_server else Message.Status.QUEUED,
            "last_error": NO_SERVER_WORDS if no_server else "",
        },
    )
    if is_new:
        wake_after_commit()
    return message


def post_letter(kind: str, *, to: str, key: str, patient: Patient | None = None, **words: Any) -> Message:
    """As ``post``, with the text of templates/letters/``kind``.txt: its first line is the subject.

    To a patient it is in their language.
    """
    with spoken_to(patient):
        text = render_to_string(f"letters/{kind}.txt", {"clinic": Clinic.current(), **words})
    subject, _, body = text.partition("\n")
    return post(kind=kind, to=to, subject=subject, body=body.lstrip("\n"), key=key, patient=patient)


def withdraw(key: str) -> None:
    """Its content is no longer true: it is not sent, unless it is already going or gone."""
    waiting = Message.objects.filter(key=key, status__in=(Message.Status.QUEUED, Message.Status.FAILED))
    waiting.update(status=Message.Status.WITHDRAWN, body="")


def give_up(key: str) -> None:
    """It was not sent, but its purpose was achieved another way: nobody needs to look after it any more."""
    Message.objects.filter(key=key, status=Message.Status.FAILED).update(status=Message.Status.WITHDRAWN, body="")


def wake_after_commit() -> None:
    """The worker checks at once instead of within a minute."""
    transaction.on_commit(_wake, robust=True)  # the sweep finds it if this fails


def _wake() -> None:
    from clinic.outbox import tasks  # here: it opens the worker's queue, which most of what imports us never needs

    tasks.deliver()
