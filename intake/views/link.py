"""Getting in: a link becomes a cookie, a look opens nothing, and a closed link says why.

The cookie holds the number of the invitation and whether this device may see its answers, signed and out of reach of
scripts. The token itself stays out of addresses, logs and cookies after the first request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit.caller import address_of
from intake.actions import invitations, limits
from intake.actions.invitations import LinkNotOpen
from intake.case import reading_of
from intake.forms.invitation import BirthForm
from intake.models import IntakeResponse, Invitation
from intake.models.invitations import BIRTH_TRIES, hash_of
from intake.questionnaire_reading import resume_at

COOKIE = "__Host-ashi-intake" if settings.HTTPS else "ashi-intake"
SALT = "intake.link"
BAD_LINKS = 20  # wrong tokens from one network in BAD_MINUTES, then 429
BAD_MINUTES = 10

View = Callable[..., HttpResponse]


@require_http_methods(["GET", "HEAD"])
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the token for a cookie and go to the clean address. Nothing is opened or used up by looking."""
    answer = _enter(request, token)
    answer["Referrer-Policy"] = "no-referrer"  # this address holds the token
    return answer


def _enter(request: HttpRequest, token: str) -> HttpResponse:
    invitation = Invitation.objects.select_related("response").filter(token_hash=hash_of(token)).first()
    if invitation is None:
        network = hashlib.sha256(address_of(request).encode()).hexdigest()[:32]
        if limits.count_up(f"bad-link:{network}", minutes=BAD_MINUTES) > BAD_LINKS:
            slow = render(request, "intake/too_many.html", status=429)
            slow["Retry-After"] = str(BAD_MINUTES * 60)
            return slow
        return closed(request, "unknown")
    if not invitation.is_open:
        return closed(request, invitation.state)
    answer = redirect("intake:welcome")
    already = _cookie(request)
    may_see = already.get("sees", False) if already.get("invitation") == invitation.pk else False
    _set_cookie(answer, invitation, sees=may_see)
    return answer


def closed(request: HttpRequest, state: str) -> HttpResponse:
    """The page of a link that does not open: which state, and how to get a new one. Says nothing of the patient."""
    status = 404 if state == "unknown" else 410
    return render(request, "intake/link_closed.html", {"state": str(state)}, status=status)


def with_invitation(view: View) -> View:
    """Give the view the invitation of the cookie; closed ones get their page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cookie = _cookie(request)
        rows = Invitation.objects.select_related("patient", "response")
        invitation = rows.filter(pk=cookie.get("invitation", 0)).first()
        if invitation is None:
            return closed(request, "unknown")
        if not invitation.is_open:
            return closed(request, invitation.state)
        try:
            return view(request, invitation, *args, **kwargs)
        except LinkNotOpen as stopped:  # closed while the answer was on its way
            return closed(request, stopped.state)

    return guarded


def with_response(view: View) -> View:
    """Give the view the draft, only on a device that started it or told the date of birth."""

    @wraps(view)
    @with_invitation
    def guarded(request: HttpRequest, invitation: Invitation, *args: Any, **kwargs: Any) -> HttpResponse:
        response = getattr(invitation, "response", None)
        if response is None or not _cookie(request).get("sees"):
            return redirect("intake:welcome")
        response.patient = invitation.patient
        return view(request, response, *args, **kwargs)

    return guarded


@require_GET
@with_invitation
def welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What awaits; or the date of birth on a new device; or straight on."""
    response = getattr(invitation, "response", None)
    if response is None:
        return render(request, "intake/welcome.html", {"expires_at": invitation.expires_at})
    if _cookie(request).get("sees"):
        return _go_on(response)
    if _birth_date(response) is None:
        return _let_in(response)
    return render(request, "intake/birth.html", {"form": BirthForm(), "tries": _tries(invitation)})


@require_POST
@with_invitation
def start(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if getattr(invitation, "response", None) is not None:
        return redirect("intake:welcome")  # begun elsewhere meanwhile: this device is asked first
    return _let_in(invitations.start(invitation.pk))


@require_POST
@with_invitation
def birth(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Go on with answers begun elsewhere. Five wrong dates lock the link, and the desk sees it."""
    response = getattr(invitation, "response", None)
    if response is None:
        return redirect("intake:welcome")
    form = BirthForm(request.POST)
    if not form.is_valid():
        return render(request, "intake/birth.html", {"form": form, "tries": _tries(invitation)}, status=422)
    told = f"{form.cleaned_data['year']:04d}-{form.cleaned_data['month']:02d}-{form.cleaned_data['day']:02d}"
    known = _birth_date(response)
    if known is None or told == known:
        return _let_in(response)
    wrong = invitations.count_wrong_birth_date(invitation.pk)
    if wrong >= BIRTH_TRIES:
        return closed(request, "locked")
    context = {"form": form, "is_wrong": True, "tries": BIRTH_TRIES - wrong}
    return render(request, "intake/birth.html", context, status=422)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget this intake on this device; the answers stay at the clinic and the link still works."""
    answer = render(request, "intake/left.html")
    answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def own_response(request: HttpRequest) -> IntakeResponse | None:
    """The response this device was working on, sent or not; None for anybody else."""
    cookie = _cookie(request)
    if not cookie.get("sees"):
        return None
    rows = IntakeResponse.objects.select_related("patient", "invitation")
    return rows.filter(invitation_id=cookie.get("invitation", 0)).first()


def _go_on(response: IntakeResponse) -> HttpResponse:
    screen = resume_at(reading_of(response), response.answers)
    if screen is not None:
        return redirect("intake:step", screen.id)
    return redirect("intake:check" if response.consent_at else "intake:consent")


def _let_in(response: IntakeResponse) -> HttpResponse:
    answer = _go_on(response)
    _set_cookie(answer, response.invitation, sees=True)
    return answer


def _birth_date(response: IntakeResponse) -> str | None:
    """As the clinic knows it, otherwise as the patient answered it; ISO."""
    born = response.patient.date_of_birth
    return born.isoformat() if born else response.answers.get("date_of_birth")


def _tries(invitation: Invitation) -> int:
    return BIRTH_TRIES - invitation.failed_birth_checks


def _cookie(request: HttpRequest) -> dict[str, Any]:
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except signing.BadSignature:
        return {}
    return value if isinstance(value, dict) else {}


def _set_cookie(answer: HttpResponse, invitation: Invitation, *, sees: bool) -> None:
    left = invitation.expires_at - timezone.now()
    answer.set_cookie(
        COOKIE,
        signing.dumps({"invitation": invitation.pk, "sees": sees}, salt=SALT),
        max_age=max(0, int(left.total_seconds())),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
