"""Django's mail backends: mail sent with Django's functions is queued too, so that no request talks SMTP."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from clinic.outbox.delivery import NoMailServer
from clinic.outbox.post import post


class OutboxBackend(BaseEmailBackend):
    """EMAIL_BACKEND. Sign-in mails (allauth) come this way."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for letter in email_messages:
            for to in letter.recipients():
                key = f"account:{uuid.uuid4()}"  # each request is a new one
                post(kind="account", to=to, subject=str(letter.subject), body=str(letter.body), key=key)
        return len(email_messages)


class NoServerBackend(BaseEmailBackend):
    """ASHI_MAIL_TRANSPORT if no mail server is set: nothing goes out, and no letter ends up in a log."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise NoMailServer
