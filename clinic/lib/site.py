"""The site's own address, for links that leave it: in a mail, or shown to be handed on.

ASHI_BASE_URL says it, also where no page is being answered, as in a command. Where it is empty, in development and in
the demo, it is what the browser asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
NOBODY_ASKED = "http://localhost"  # of a development machine or test


def link_to(name: str, *args: Any) -> str:
    """The full address of a page, by the name of its view."""
    return full(reverse(name, args=args))


def full(path: str) -> str:
    """The full address of a path of ours."""
    request = _request.get()
    if settings.ASHI_BASE_URL or request is None:
        return (settings.ASHI_BASE_URL or NOBODY_ASKED) + path
    return request.build_absolute_uri(path)


class SiteMiddleware:
    """Knows, while one request is answered, which address the browser asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(before)
