"""The request as views see it."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """``htmx`` is true if part of a page is requested, not the whole page."""

    htmx: HtmxDetails


def path_to(name: str, pk: int) -> str:
    """``reverse`` for a URL with one number, for lists: resolved only once."""
    before, after = _around(name)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=100)
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[0]).partition("/0/")
    return f"{before}/", f"/{after}"
