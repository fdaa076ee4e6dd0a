"""How staff sign in: by e-mail, no sign-up, demo accounts only in a demo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from clinic.audit import trail
from clinic.people import sign_in_events, signed_out

DEMO_DOMAIN = "@demo.ashi"


class StaffAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject  # the subjects say "Ashi" themselves; a host name in front helps nobody

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user and user.email.endswith(DEMO_DOMAIN) and not settings.ASHI_DEMO:
            return None
        return user

    def is_safe_url(self, url: str) -> bool:
        """Where to go after signing in: never to an address that only takes forms."""
        try:
            return super().is_safe_url(url) and signed_out.takes_get(resolve(urlsplit(url).path).func)
        except Resolver404:
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_events.note_failed(request, credentials.get("email", ""), slowed=True)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_events.note_failed(request, credentials.get("email", ""))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        sign_in_events.note_reset_asked(user)
        super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix == "account/email/unknown_account":
            sign_in_events.note_reset_asked(None)
        super().send_mail(template_prefix, email, context)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        ways = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
        trail.record("staff.signed_in", by=user, detail={"with": ways})
