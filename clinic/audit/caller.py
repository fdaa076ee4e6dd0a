"""From which address a request comes. The trail notes it with every event that happens meanwhile."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_address: ContextVar[str] = ContextVar("address", default="")


def current_address() -> str:
    """Empty outside a request."""
    return _address.get()


def address_of(request: HttpRequest) -> str:
    """Of the computer that asks; behind our own proxy the one the proxy saw. Empty when there is none to be had."""
    asked = str(request.META.get("REMOTE_ADDR", ""))
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:  # the last one is our proxy's word, those before it are anyone's
        asked = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or asked
    try:
        return str(ipaddress.ip_address(asked))
    except ValueError:
        return ""


def network_of(request: HttpRequest) -> str:
    """What limits count together: one address, or the 2^64 of IPv6 that one household has."""
    address = address_of(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


class CallerMiddleware:
    """Remembers the address while one request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            _address.reset(before)
