"""How staff sign in: by e-mail, no sign-up, demo accounts only in a demo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from clinic.audit import trail
from clinic.audit.caller import network_of
from clinic.people import sign_in_events, signed_out

DEMO_DOMAIN = "@demo.ashi"
KNOWN, KNOWN_AGE = "ashi-known", settings.KNOWN_DEVICE_DAYS * 24 * 60 * 60


def _salt(email: str) -> str:
    return f"known-device:{email.lower()}"


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

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by account and network: nobody locks somebody else out from elsewhere."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{network_of(request)}"

    def _is_worn_out(self, request: HttpRequest, email: str, *, dry_run: bool) -> bool:
        """Many wrong passwords for one account in a day, from many networks; a known browser passes all the same."""
        if dry_run and request.get_signed_cookie(KNOWN, "", salt=_salt(email), max_age=KNOWN_AGE):
            return False
        return not ratelimit.consume(request, action="login_failed_account", key=email.lower(), dry_run=dry_run)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
            if self._is_worn_out(request, credentials.get("email", ""), dry_run=True):
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            sign_in_events.note_failed(request, credentials.get("email", ""), slowed=True)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_events.note_failed(request, credentials.get("email", ""))
        self._is_worn_out(request, credentials.get("email", ""), dry_run=False)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        answer = super().post_login(request, user, **kwargs)
        answer.set_signed_cookie(
            KNOWN, "1", salt=_salt(user.email), max_age=KNOWN_AGE, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
        return answer

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        by = self.request.user if self.request.user.is_authenticated else None
        sign_in_events.note_reset_asked(user, by=by)
        if by is not None and not user.has_usable_password():
            self.send_mail("account/email/staff_welcome", email, {**context, "who": by})
            return
        super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix == "account/email/unknown_account":
            sign_in_events.note_reset_asked(None)
        super().send_mail(template_prefix, email, context)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        ways = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
        trail.record("staff.signed_in", by=user, detail={"with": ways})
