"""Which requests are accepted, who may pass, and in which time zone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import timezone

from clinic.audit import trail
from clinic.audit.models import AuditEvent
from clinic.people import signed_out
from clinic.people.access import Permission, can, permission_for
from clinic.people.http import ClinicRequest
from clinic.people.models import Clinic
from clinic.people.sessions import SessionStore

CLOCKS_DIFFER = 60  # seconds two servers' clocks may differ
Response = Callable[[HttpRequest], HttpResponse]


class PlainTextMiddleware:
    """Refuse what is too large before reading any of it. Drop NUL: no keyboard types it, and PostgreSQL refuses it."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return HttpResponse(render_to_string("413.html"), status=413, headers={"Connection": "close"})
        request.COOKIES = {name: value.replace("\0", "") for name, value in request.COOKIES.items()}
        request.GET = self._clean(request.GET)  # type: ignore[assignment]  # as immutable as before
        if request.method == "POST":
            try:
                request.POST = self._clean(request.POST)  # type: ignore[assignment]
            except UnreadablePostError:  # the sender disconnected half-way
                return HttpResponse(status=400)
        return self.get_response(request)

    @staticmethod
    def _clean(sent: QueryDict) -> QueryDict:
        for name, values in sent.lists():  # no generators: this looks at every request
            if "\0" in name or "\0" in "".join(values):
                break
        else:
            return sent
        clean = QueryDict(mutable=True)
        for name in sent:
            clean.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in sent.getlist(name)])
        clean._mutable = False
        return clean


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() else 0


class AccessMiddleware:
    """Deny by default. Signs out after idle time; a background request does not count as activity."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        permission = permission_for(match.view_name if match else None)
        if permission is Permission.ANYONE:
            return None
        user = request.user
        if not user.is_authenticated:
            return signed_out.answer(request, view)
        if self._was_idle(request):
            request.was_idle = True  # type: ignore[attr-defined]
            logout(request)
            messages.info(request, "You were signed out after a period of inactivity. Everything saved is safe.")
            return signed_out.answer(request, view)
        if permission is None or not can(user, permission):
            self._note_refusal(request, match)
            raise PermissionDenied
        return None

    @staticmethod
    def _was_idle(request: HttpRequest) -> bool:
        now = time.time()
        if now - request.session.setdefault("began_at", now) > settings.SESSION_COOKIE_AGE:
            return True  # the cookie's age restarts whenever the session is written
        last = request.session.get("active_at")
        if last is not None and not -CLOCKS_DIFFER < now - last < settings.SESSION_IDLE_SECONDS:
            return True  # also from the future: a clock that was a day ahead must not grant an extra day
        in_background = request.headers.get("X-Ashi-Background") == "1"
        if last is None or (not in_background and now - last > 30):  # at most one session write per half minute
            request.session["active_at"] = now
        return False

    @staticmethod
    def _note_refusal(request: HttpRequest, match: Any) -> None:
        with transaction.atomic():
            trail.record(
                "address.refused",
                by=request.user,
                detail={"address": match.view_name if match else "", "method": request.method},
                outcome=AuditEvent.Outcome.REFUSED,
            )


class ClinicMiddleware:
    """Runs every request in the clinic's time zone."""

    def __init__(self, get_response: Response) -> None:
        self.get_response = get_response

    def __call__(self, request: ClinicRequest) -> HttpResponse:
        if request.path == "/healthz":
            return self.get_response(request)
        try:
            clinic = self._read(request)
        except DatabaseError as error:
            raise OperationalError("the clinic's row cannot be read") from error
        request.clinic = clinic
        with Clinic.kept(clinic), timezone.override(clinic.zone):
            return self.get_response(request)

    @staticmethod
    def _read(request: ClinicRequest) -> Clinic:
        session = request.session
        key = session.session_key if isinstance(session, SessionStore) else None
        clinic = Clinic.read_with(key) if key else None
        if clinic is None:
            return Clinic.read()
        session.take(clinic.session_data)  # type: ignore[attr-defined]
        return clinic
