"""Shared by several pages of the schedule."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme


def requested_date(request: HttpRequest, name: str = "date") -> dt.date:
    """The day named in the URL; today if there is none, or none in this century."""
    try:
        day = dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return timezone.localdate()
    return day if 2000 <= day.year <= 2100 else timezone.localdate()


def new_nonce() -> str:
    """Created with every booking form: the same form sent twice books once."""
    return secrets.token_urlsafe(18)


def read_nonce(text: str) -> str:
    """The nonce in a form or URL; empty for anything ``new_nonce`` cannot have made."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]{8,40}", text) else ""


def search_query(request: HttpRequest) -> str:
    """The search text in ``?q=``: short, and without the NUL that PostgreSQL refuses."""
    return request.GET.get("q", "").replace("\0", "")[:100]


def safe_next_url(request: HttpRequest, default: str) -> str:
    """The page a form came from, if it is one of ours."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked.startswith("/") and is_ours else resolve_url(default)


def with_change(url: str, change_id: int | None) -> str:
    """The URL with the change whose Undo is offered there."""
    base = url.split("?")[0]
    kept = [part for part in url.partition("?")[2].split("&") if part and not part.startswith("changed=")]
    query = "&".join([*kept, *([f"changed={change_id}"] if change_id else [])])
    return f"{base}?{query}" if query else base


def tag_of(shown: bytes) -> str:
    """The ETag of what a page shows: it differs as soon as any of it changes."""
    return f'"{hashlib.blake2b(shown, digest_size=12).hexdigest()}"'


def unless_shown(request: HttpRequest, response: HttpResponse, tag: str) -> HttpResponse:
    """304 without a body if the client already shows this state. The browser itself stores nothing (pages are
    no-store): the refreshing script sends the tag of what it has drawn.
    """
    response["ETag"] = tag
    return cast(HttpResponse, get_conditional_response(request, etag=tag, response=response))
