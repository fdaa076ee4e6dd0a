"""Error pages. No decorators here: an error page must answer every method."""

from __future__ import annotations

import sys

from allauth.core.internal import ratelimit
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from clinic.people import signed_out

READ_ONLY = "25006"  # PostgreSQL's code for a read-only transaction


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The token predates a new sign-in: a script fetches the new one, a page shows the typed text."""
    kept = signed_out.typed_words(request) if signed_out.is_our_own(request) else []
    answer = render(request, "403_csrf.html", {"kept": kept}, status=403)
    answer.headers["X-Ashi-Token"] = "stale"
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; or 503 if the session could not be written: Django takes that for a mistake by the browser."""
    if _takes_no_writes(exception):
        return _only_reads()
    return defaults.bad_request(request, exception)


def too_many(request: HttpRequest) -> HttpResponse:
    """429; or 503 where no try can be counted: allauth takes that for too many."""
    asked = "SHOW transaction_read_only" if connection.vendor == "postgresql" else "PRAGMA query_only"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        if cursor.fetchone()[0] in ("on", 1):
            return _only_reads()
    return ratelimit.handler429(request)  # type: ignore[no-any-return]  # allauth brings no types


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 if the database did not respond, at whatever stage. Needs no database itself."""
    if _takes_no_writes(sys.exc_info()[1]):
        return _only_reads()
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})
    return HttpResponse(render_to_string("500.html"), status=500)


def _only_reads() -> HttpResponse:
    return HttpResponse(render_to_string("503_only_reads.html"), status=503, headers={"Retry-After": "30"})


def _takes_no_writes(error: BaseException | None) -> bool:
    """A standby, or a read-only database: PostgreSQL's code for it, and SQLite's name."""
    while error is not None:
        if getattr(error, "pgcode", "") == READ_ONLY or "READONLY" in getattr(error, "sqlite_errorname", ""):
            return True
        error = error.__cause__ or error.__context__
    return False
