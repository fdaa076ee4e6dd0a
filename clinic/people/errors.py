"""Pages for what goes wrong. No decorators here: an error page must answer every method."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from clinic.people import signed_out


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The token is from before someone signed in anew: a script asks for the new one, a page shows the words."""
    kept = signed_out.typed_words(request) if signed_out.is_our_own(request) else []
    answer = render(request, "403_csrf.html", {"kept": kept}, status=403)
    answer.headers["X-Ashi-Token"] = "stale"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when the database does not answer, wherever on the way it was asked. Needs no database itself."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})
    return HttpResponse(render_to_string("500.html"), status=500)
