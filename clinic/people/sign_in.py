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
from clinic.audit.caller import network_of
from clinic.lib import site
from clinic.people import guesses, sign_in_events, signed_out
from clinic.people.models import User

DEMO_DOMAIN = "@demo.ashi"


class StaffAccountAdapter(DefaultAccountAdapter):
    _tries: guesses.Tries

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject  # the subjects already say "Ashi"; a host name in front helps nobody

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user:
            self._tries.undo()
        if user and user.email.endswith(DEMO_DOMAIN) and not settings.ASHI_DEMO:
            return None
        return user

    def is_safe_url(self, url: str) -> bool:
        """Where to go after signing in: never to a URL that only accepts POST."""
        try:
            return super().is_safe_url(url) and signed_out.takes_get(resolve(urlsplit(url).path).func)
        except Resolver404:
            return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by account and network: nobody can lock someone else out from elsewhere."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{network_of(request)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """The password was reset with a mailed link: the owner of the mailbox need not wait."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        email = credentials["email"].lower()
        guesses.of_passwords(request, email).clear()
        request.session[guesses.RESET_HERE] = email

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counted before it is checked, so that simultaneous tries count too. A known browser has its own count."""
        email = credentials.get("email", "")
        self._tries = guesses.of_passwords(request, email)
        try:
            if not guesses.browser_of(request, email):
                super().pre_authenticate(request, **credentials)
            if wait := self._tries.take():
                self._rollback_login_failed_rl_usage()
                raise guesses.too_many(wait)
        except ValidationError:
            sign_in_events.note_failed(request, email, slowed=True)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = credentials.get("email", "")
        sign_in_events.note_failed(request, email)
        if self._tries.made >= guesses.FREE_FOR_ALL:
            self.tell_of_guesses("password", email)

    def tell_of_guesses(self, what: str, email: str) -> None:
        """Once a day, to the owner of the account."""
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person and guesses.is_first_today(what, email):
            self.send_mail("account/email/guesses", person.email, {"what": what})

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        answer = super().post_login(request, user, **kwargs)
        guesses.remember_browser(answer, user.email)
        return answer

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        by = self.request.user if self.request.user.is_authenticated else None
        sign_in_events.note_reset_asked(user, by=by)
        if by is not None and not user.has_usable_password():
            self.send_mail("account/email/staff_welcome", email, {**context, "who": by})
            return
        super().send_password_reset_mail(user, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """From the site's own address: a visitor's Host header must not get into a mail."""
        return site.full(urlsplit(super().get_reset_password_from_key_url(key)).path)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix == "account/email/unknown_account":
            sign_in_events.note_reset_asked(None)
        super().send_mail(template_prefix, email, {**context, "host": urlsplit(site.full("/")).netloc})

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        ways = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
        trail.record("staff.signed_in", by=user, detail={"with": ways})
