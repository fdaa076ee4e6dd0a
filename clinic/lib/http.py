"""A request as the views get it."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """``htmx`` is true when a part of a page is asked for and not the page."""

    htmx: HtmxDetails


def path_to(name: str, pk: int) -> str:
    """``reverse`` for an address with one number, for lists: it is worked out once."""
    before, after = _around(name)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=100)
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[0]).partition("/0/")
    return f"{before}/", f"/{after}"
