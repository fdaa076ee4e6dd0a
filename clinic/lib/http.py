"""A request as the views get it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """``htmx`` is true when a part of a page is asked for and not the page."""

    htmx: HtmxDetails
