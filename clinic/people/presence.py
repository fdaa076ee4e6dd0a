"""Whether a member of staff is signed in in the requesting browser."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def staff_in(request: HttpRequest) -> Any | None:
    """The member of staff with a live session here. A session idle for too long no longer counts."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:  # a patient's phone: there is nothing to ask for
        return None
    if not request.user.is_authenticated:
        return None
    now, session = time.time(), request.session
    is_over = now - session.get("began_at", now) > settings.SESSION_COOKIE_AGE
    is_idle = now - session.get("active_at", now) > settings.SESSION_IDLE_SECONDS
    return None if is_over or is_idle else request.user


def stay_signed_in(request: HttpRequest) -> None:
    """A patient's page on which staff work counts as activity, as a page of theirs does (AccessMiddleware)."""
    now = time.time()
    if now - request.session.get("active_at", 0) > 30:
        request.session["active_at"] = now
