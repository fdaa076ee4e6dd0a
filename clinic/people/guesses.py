"""Wrong passwords and codes: after a few free tries each further one has to wait longer.

Counted in the cache that all workers share: per account for everyone new to it, and separately for each browser that
has signed in to it before. So nobody can lock someone else out of an account from elsewhere.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence

from allauth.core.internal.ratelimit import cache_lock
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

DAY = 24 * 60 * 60
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60
MOST_A_DAY = 50
FREE_FOR_ALL, FREE = 10, 5  # tries without waiting: of all who are new to an account together; of one browser, session
RESET_HERE = "password-reset-of"  # in the session of someone who has just used the mailed link


def seconds_to_wait(times: Sequence[float], now: float, free: int) -> int:
    """``times``: the times of the last day's tries, oldest first."""
    if len(times) < free:
        return 0
    until = times[-1] + min(FIRST_WAIT << min(len(times) - free, 10), LONGEST_WAIT)
    if len(times) < MOST_A_DAY:
        return max(0, math.ceil(until - now))
    return max(1, math.ceil(max(until, times[-MOST_A_DAY] + DAY) - now))  # a place in the day is no end of the wait


class Tries:
    """The last day's tries under one name."""

    def __init__(self, *name: str, free: int) -> None:
        self._key = f"guesses:{hashlib.sha256('|'.join(name).encode()).hexdigest()}"
        self._free = free
        self.made = 0
        self._at: float | None = None

    def _times(self, now: float) -> list[float]:
        return [at for at in cache.get(self._key, []) if now - DAY < at <= now]

    def take(self) -> int:
        """0: this try may proceed, and counts until it is undone. Otherwise the seconds to wait; nothing is counted."""
        with cache_lock(self._key) as locked:
            now = time.time()
            times = self._times(now)
            wait = seconds_to_wait(times, now, self._free) if locked else 1
            if not wait:
                cache.set(self._key, [*times, now], DAY)
                self._at, self.made = now, len(times) + 1
            return wait

    def undo(self) -> None:
        with cache_lock(self._key) as locked:
            if locked and self._at is not None:
                cache.set(self._key, [at for at in self._times(time.time()) if at != self._at], DAY)

    def clear(self) -> None:
        cache.delete(self._key)


def of_passwords(request: HttpRequest, email: str) -> Tries:
    browser = browser_of(request, email)
    return Tries("password", email.lower(), browser, free=FREE if browser else FREE_FOR_ALL)


def of_codes(request: HttpRequest, email: str) -> list[Tries]:
    """Those of this session, which is past the password, and of the account or known browser across its sessions."""
    session = Tries("code", email.lower(), f"session {request.session.session_key}", free=FREE)
    return [session, Tries("code", email.lower(), browser_of(request, email), free=FREE_FOR_ALL)]


def take_all(tries: list[Tries]) -> int:
    """Counts under each, or under none if one has to wait."""
    for place, one in enumerate(tries):
        if wait := one.take():
            for taken in tries[:place]:
                taken.undo()
            return wait
    return 0


def too_many(wait: int) -> ValidationError:
    after = f"{wait} seconds" if wait < 100 else f"{math.ceil(wait / 60)} minutes"
    after = after if wait < 2 * 60 * 60 else f"{math.ceil(wait / 3600)} hours"
    return ValidationError(f"Too many failed login attempts. Try again in {after}.", code="too_many_login_attempts")


def is_first_today(what: str, email: str) -> bool:
    """Whether nobody has been informed of it within a day."""
    return cache.add(f"guesses:told:{hashlib.sha256(f'{what}|{email.lower()}'.encode()).hexdigest()}", 1, DAY)


# --- browsers that have signed in before --------------------------------------------------------


def known_cookie(email: str) -> str:
    """One per account: several people sign in at a front desk's computer."""
    return f"ashi-known-{hashlib.sha256(email.lower().encode()).hexdigest()[:12]}"


def _salt(email: str) -> str:
    return f"known-device:{email.lower()}"


def browser_of(request: HttpRequest, email: str) -> str:
    """What identifies a browser known to this account; empty: it is new to it."""
    name, age = known_cookie(email), settings.KNOWN_DEVICE_DAYS * DAY
    if request.get_signed_cookie(name, "", salt=_salt(email), max_age=age):
        return f"cookie {request.COOKIES[name]}"
    if request.session.get(RESET_HERE) == email.lower():
        return f"reset {request.session.session_key}"
    return ""


def remember_browser(answer: HttpResponse, email: str) -> None:
    answer.set_signed_cookie(
        known_cookie(email),
        "1",
        salt=_salt(email),
        max_age=settings.KNOWN_DEVICE_DAYS * DAY,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
