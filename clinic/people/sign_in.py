"""How staff sign in: by e-mail, no sign-up, demo accounts only in a demo."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from clinic.audit import trail

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

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        trail.record("staff.signed_in", by=user)
