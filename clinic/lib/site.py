"""The site's own address, for links that leave it: in a mail, or shown to be passed on.

ASHI_BASE_URL sets it, also outside a request, as in a command. If that is empty, in development and in the demo, it is
what the browser asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
NOBODY_ASKED = "http://localhost"  # on a development machine or in a test


def link_to(name: str, *args: Any) -> str:
    """The absolute URL of a page, by the name of its view."""
    return full(reverse(name, args=args))


def full(path: str) -> str:
    """The absolute URL of one of our paths."""
    request = _request.get()
    if settings.ASHI_BASE_URL or request is None:
        return (settings.ASHI_BASE_URL or NOBODY_ASKED) + path
    return request.build_absolute_uri(path)


class SiteMiddleware:
    """Remembers, during a request, which address the browser asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(before)
