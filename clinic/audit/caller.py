"""The address a request comes from. The trail records it with every event during the request."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_address: ContextVar[str] = ContextVar("address", default="")


def current_address() -> str:
    """Empty outside a request."""
    return _address.get()


def address_of(request: HttpRequest) -> str:
    """That of the client; behind our own proxy the one the proxy saw. Empty if there is none."""
    asked = str(request.META.get("REMOTE_ADDR", ""))
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:  # the last one is from our proxy, those before it could be from anyone
        asked = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or asked
    return _spelt(asked)


@lru_cache(maxsize=1024)
def _spelt(address: str) -> str:
    """As one address is always written; empty for what is none."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def network_of(request: HttpRequest) -> str:
    """What limits count as one: an address, or the 2^64 IPv6 addresses of one household."""
    address = address_of(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


class CallerMiddleware:
    """Remembers the address for the duration of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            _address.reset(before)
