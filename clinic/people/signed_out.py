"""Responses for someone signed out: a page gets the sign-in, a script a 401, and a form its own text back."""

from __future__ import annotations

import inspect
import re
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

HEADER = "X-Ashi-Signed-Out"  # static/js/session.js opens the dialog when it sees it
SECRET = re.compile(r"password|token|secret|code", re.IGNORECASE)
LETTERS = re.compile(r"[^\W\d_]{2}")


def answer(request: HttpRequest, view: Any) -> HttpResponse:
    """For a request that needs a sign-in. ``view``: the requested one."""
    if is_from_script(request):
        gone = HttpResponse(status=401)
        gone.headers[HEADER] = resolve_url("account_login")
        return gone
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path() if takes_get(view) else reverse("home"))
    context = {
        "kept": typed_words(request),
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': _page(request)})}",
    }
    return render(request, "signed_out.html", context, status=401)


def is_from_script(request: HttpRequest) -> bool:
    """Requested by htmx or fetch: a sign-in page would end up inside the page."""
    headers = request.headers
    return bool(
        headers.get("HX-Request")
        or headers.get("X-Ashi-Background")
        or headers.get("Accept", "").startswith("application/json")
        or headers.get("Sec-Fetch-Mode") in ("cors", "same-origin")
    )


def takes_get(view: Any) -> bool:
    """Whether one can return to a URL: not to one that only accepts POST."""
    methods = None
    while view is not None and methods is None:
        methods = (
            inspect.getclosurevars(view).nonlocals.get("request_method_list") if inspect.isfunction(view) else None
        )
        view = getattr(view, "__wrapped__", None)
    return methods is None or "GET" in methods


def typed_words(request: HttpRequest) -> list[tuple[str, str]]:
    """(field name, text) of what a form sent, longest first: to be copied, none of it is kept here."""
    found = [
        (re.sub(r"[._-]+", " ", name).strip(), value)
        for name in request.POST
        if not SECRET.search(name)
        for value in request.POST.getlist(name)
        if LETTERS.search(value)
    ]
    return sorted(found, key=lambda pair: -len(pair[1]))


def is_our_own(request: HttpRequest) -> bool:
    """The form came from one of our pages, so its text is by the person who reads the response."""
    return urlsplit(request.headers.get("Origin") or request.headers.get("Referer", "")).netloc == request.get_host()


def _page(request: HttpRequest) -> str:
    """The page the form was on, if it is ours and one can return to it."""
    came = urlsplit(request.headers.get("Referer", ""))
    try:
        found = resolve(came.path or "/")
    except Resolver404:
        return reverse("home")
    return came.path if came.netloc == request.get_host() and takes_get(found.func) else reverse("home")
