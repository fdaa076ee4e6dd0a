"""Checks at server start: that mail can go out and its links lead back here, or that this is intended."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http.request import validate_host

from clinic import environment
from clinic.outbox.post import NO_SERVER


@register(Tags.security, deploy=True)
def mail_can_go_out(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.ASHI_MAIL_TRANSPORT == NO_SERVER:
        if environment.flag("ASHI_NO_MAIL"):
            return []
        return [
            Error(
                "No mail server is set: no red-flag alert, no intake link and no new password could be sent.",
                hint="Set EMAIL_HOST and what belongs to it in .env. Where no mail is meant: ASHI_NO_MAIL=1.",
                id="outbox.E001",
            )
        ]
    faults: list[CheckMessage] = []
    if environment.flag("ASHI_NO_MAIL"):
        faults.append(Error("ASHI_NO_MAIL=1 and EMAIL_HOST are both set.", hint="Leave one empty.", id="outbox.E002"))
    host = urlsplit(settings.ASHI_BASE_URL).hostname
    if not host or not validate_host(host, settings.ALLOWED_HOSTS):
        faults.append(
            Error(
                f"ASHI_BASE_URL={settings.ASHI_BASE_URL!r} is not this site: links in mails would lead nowhere.",
                hint="Write ASHI_BASE_URL=https://your.domain, with the same name in ASHI_HOSTS.",
                id="outbox.E004",
            )
        )
    sender = environment.text("ASHI_FROM_EMAIL")
    try:
        validate_email(parseaddr(sender)[1])
    except ValidationError:
        faults.append(
            Error(
                f"ASHI_FROM_EMAIL={sender!r} cannot be used as a sender.",
                hint="Write ASHI_FROM_EMAIL='Ashi <no-reply@your.domain>' with the quotes.",
                id="outbox.E003",
            )
        )
    return faults
