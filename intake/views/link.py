"""Getting in: a link becomes a cookie, viewing opens nothing, and a closed link says why.

After the first request the token itself stays out of URLs, logs and cookies.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit.caller import address_of
from clinic.lib.tokens import hash_of
from clinic.people import language as languages
from intake import fetch
from intake.actions import invitations, kiosk, limits, resuming, second_part
from intake.actions.invitations import LinkNotOpen
from intake.actions.resuming import Way
from intake.forms.invitation import BirthForm, CodeForm, DigitsForm
from intake.models import IntakeResponse, Invitation, Kiosk
from intake.models.invitations import BIRTH_TRIES
from intake.presenters.patient_form import hidden_address
from intake.questionnaire.answers import resume_at
from intake.reading import reading_of
from intake.views import device as devices
from intake.views.by_phone import hung_up
from intake.views.device import FormRequest, go_to
from intake.views.guards import call_here, closed, staff_here, too_many, with_invitation
from intake.views.kiosk import given_back, is_over

BAD_LINKS = 20  # wrong tokens from one network in BAD_MINUTES, then 429
BAD_MINUTES = 10


@require_http_methods(["GET", "HEAD"])
def entry(request: FormRequest, token: str) -> HttpResponse:
    """Swap the token for a cookie and redirect to the clean URL. Viewing neither opens nor uses up anything."""
    answer = _enter(request, token)
    answer["Referrer-Policy"] = "no-referrer"  # this URL contains the token
    return answer


def _enter(request: FormRequest, token: str) -> HttpResponse:
    invitation = fetch.invitation_of_link(hash_of(token))
    if invitation is None:
        network = hashlib.sha256(address_of(request).encode()).hexdigest()[:32]
        if limits.increment(f"bad-link:{network}", minutes=BAD_MINUTES) > BAD_LINKS:
            return too_many(request, minutes=BAD_MINUTES)
        return closed(request, "unknown")
    if not invitation.is_open:
        return closed(request, invitation.state, invitation)
    if (refused := staff_here(request)) is not None:
        return refused
    device = devices.device_of(request)
    if device.kiosk:  # the tablet in a patient's hands opens one form only
        return given_back(request) if is_over(device) else go_to(request, "welcome")
    response = getattr(invitation, "response", None)
    seen = response.pk if response is not None and device.has_seen(response) else 0
    device = device.with_link(invitation.pk, seen)
    request.intake = devices.newest_of(device, invitation)
    answer = go_to(request, "welcome")
    devices.remember(answer, device, invitation)
    languages.remember(answer, _reads(invitation, response))
    return answer


def _reads(invitation: Invitation, response: IntakeResponse | None) -> str | None:
    """The language of this form in any browser: that of its answers, else that of the patient."""
    return (response.language if response is not None else None) or invitation.patient.language


@require_GET
@with_invitation
def welcome(request: FormRequest, invitation: Invitation) -> HttpResponse:
    """What to expect; or the proof required of a new device; or straight on."""
    if invitation.purpose == Invitation.Purpose.CONSENT:
        return go_to(request, "agree")
    response = resuming.draft_for(invitation)
    if response is None:
        return _draw_welcome(request, invitation)
    if devices.device_of(request).has_seen(response):
        if response.invitation_id == invitation.pk:
            return _go_on(request, response)
        return _let_in(request, invitation, response, how="same browser")
    return _draw_resume(request, invitation, response)


@require_POST
@with_invitation
def start(request: FormRequest, invitation: Invitation) -> HttpResponse:
    """Begin, or begin again next to a kept draft (``afresh``). The holder must give the date of birth we know."""
    if invitation.purpose == Invitation.Purpose.CONSENT:
        return go_to(request, "agree")
    response = resuming.draft_for(invitation)
    is_own = response is not None and response.invitation_id == invitation.pk
    if is_own or (response is not None and "afresh" not in request.POST):
        return go_to(request, "welcome")  # has since been begun elsewhere: this device is asked first
    if invitation.patient.date_of_birth is not None:
        form = BirthForm(request.POST)
        refused = check_birth(request, invitation, form)
        if refused is not None:
            return refused if refused.status_code == 410 else _draw_welcome(request, invitation, form, response)
    digits = DigitsForm(request.POST)
    if not digits.is_valid():
        return _draw_welcome(request, invitation, BirthForm(request.POST), response, digits)
    begun = invitations.start(invitation.pk)
    if request.intake.is_kiosk and digits.cleaned_data["digits"]:
        kiosk.choose_digits(begun.pk, digits.cleaned_data["digits"])
    return _let_in(request, invitation, begun, how="tablet" if request.intake.is_kiosk else "start")


@require_POST
@with_invitation
def birth(request: FormRequest, invitation: Invitation) -> HttpResponse:
    """Continue answers begun elsewhere. Five wrong dates lock the link, and the desk sees it."""
    response = resuming.draft_for(invitation)
    if response is None or _way_in(request, invitation, response) is not Way.BIRTH:
        return go_to(request, "welcome")
    form = BirthForm(request.POST)
    refused = check_birth(request, invitation, form)
    if refused is not None:
        return refused if refused.status_code == 410 else _draw_resume(request, invitation, response, form)
    return _let_in(request, invitation, response, how="birth date")


@require_http_methods(["GET", "POST"])
@with_invitation
def code(request: FormRequest, invitation: Invitation) -> HttpResponse:
    """Mail a code to the patient (``send``), and accept it. A used or expired code requires a new one."""
    response = resuming.draft_for(invitation)
    if response is not None and request.intake.is_kiosk and "digits" in request.POST:
        return _try_digits(request, invitation, response)
    if response is None or _way_in(request, invitation, response) is Way.NONE:
        return go_to(request, "welcome")
    context: dict[str, Any] = {"form": CodeForm(), "address": hidden_address(response.code_to or "")}
    if request.method == "GET":
        return render(request, "intake/code.html", context)
    if "send" in request.POST:
        try:
            resuming.send_code(invitation.pk, response.pk)
        except resuming.TooManyCodes:
            return render(request, "intake/code.html", context | {"is_too_many": True}, status=429)
        return go_to(request, "code")
    context["form"] = form = CodeForm(request.POST)
    if form.is_valid():
        failures = resuming.try_code(invitation.pk, response.pk, form.cleaned_data["code"])
        if failures == 0:
            return _let_in(request, invitation, response, how="code")
        context |= {"left": resuming.CODE_TRIES - failures, "is_wrong": True}
    return render(request, "intake/code.html", context, status=422)


@require_POST
def leave(request: FormRequest) -> HttpResponse:
    """Forget the intake of this page on this device; the answers stay at the clinic and the link still works, also if
    whoever opened it says that it is someone else's: one wrong tap must not cost a patient the form.
    """
    device = devices.device_of(request)
    if device.kiosk:
        return given_back(request, Kiosk.Ended.STOPPED)
    if (call := call_here(request, device)) is not None:
        return hung_up(request, call)
    held = devices.of_ticket(device, request.POST.get(devices.TICKET, ""))
    is_stranger = request.POST.get("how") == "stranger"
    answer = render(request, "intake/someone_else.html" if is_stranger else "intake/left.html")
    if held is not None:
        if is_stranger:
            invitations.note_wrong_person(held.invitation)
        devices.remember(answer, device.without(held.invitation))
    return answer


@require_POST
def second(request: FormRequest) -> HttpResponse:
    """Go on with the second part, from the page after sending or from a sent link. Elsewhere than on the device that
    sent the first part, who it is must be proved as for any link.
    """
    if (refused := staff_here(request)) is not None:
        return refused
    first = fetch.invitation_with_response(second_part.sealed(request.POST.get("first", "")))
    if first is None or devices.device_of(request).kiosk:
        return closed(request, "unknown")
    try:
        link = second_part.link_for(first.pk)
    except LinkNotOpen as stopped:
        return closed(request, stopped.state)
    device = devices.device_of(request)
    if device.has_seen(first.response):
        return _let_in(request, link, invitations.start(link.pk), how="second part")
    device = device.with_link(link.pk)
    request.intake = devices.newest_of(device, link)
    answer = go_to(request, "welcome")
    devices.remember(answer, device, link)
    return answer


def own_response(request: FormRequest) -> IntakeResponse | None:
    """The response the page is about, submitted or not, in a browser that may see it; None for anyone else."""
    device = devices.device_of(request)
    if is_over(device):
        return None
    ticket = request.GET.get(devices.TICKET, "")
    held = devices.of_ticket(device, ticket) if ticket else (device.held[-1] if device.held else None)
    if held is None or not held.response or staff_here(request) is not None:
        return None
    return fetch.response_of_device(held.response)


def _draw_welcome(
    request: FormRequest,
    invitation: Invitation,
    form: BirthForm | None = None,
    kept: IntakeResponse | None = None,
    digits: DigitsForm | None = None,
) -> HttpResponse:
    context = {
        "expires_at": invitation.expires_at,
        "asks_birth": invitation.patient.date_of_birth is not None,
        "form": form or BirthForm(),
        "kept": kept,
        "is_second": invitation.second_of_id is not None,
        "digits": digits or DigitsForm(),
        **tries(invitation, None if digits else form),
    }
    page = "intake/kiosk_welcome.html" if request.intake.is_kiosk else "intake/welcome.html"
    return render(request, page, context, status=422 if form else 200)


def _draw_resume(
    request: FormRequest,
    invitation: Invitation,
    response: IntakeResponse,
    form: BirthForm | None = None,
    *,
    are_digits_wrong: bool = False,
) -> HttpResponse:
    context = {
        "way": str(_way_in(request, invitation, response)),
        "has_digits": request.intake.is_kiosk and kiosk.chosen_digits(response) is not None,
        "address": hidden_address(response.code_to or ""),
        "form": form or BirthForm(),
        "are_digits_wrong": are_digits_wrong,
        "may_start_afresh": response.invitation_id != invitation.pk,
        "asks_birth": invitation.patient.date_of_birth is not None,
        **tries(invitation, form),
    }
    return render(request, "intake/resume.html", context, status=422 if form or are_digits_wrong else 200)


def _way_in(request: FormRequest, invitation: Invitation, response: IntakeResponse) -> Way:
    return resuming.way_in(invitation, response, is_kiosk=request.intake.is_kiosk)


def _try_digits(request: FormRequest, invitation: Invitation, response: IntakeResponse) -> HttpResponse:
    """On the tablet: the four digits that the patient chose when they began there."""
    form = DigitsForm(request.POST)
    typed = form.cleaned_data["digits"] if form.is_valid() else ""
    if typed and kiosk.try_digits(response.pk, typed) == 0:
        return _let_in(request, invitation, response, how="digits")
    return _draw_resume(request, invitation, response, are_digits_wrong=True)


def check_birth(request: FormRequest, invitation: Invitation, form: BirthForm) -> HttpResponse | None:
    """None if it is the date we know. Otherwise a response with status 410 (now locked) or 422 (render it again)."""
    if not form.is_valid():
        return HttpResponse(status=422)
    told: dt.date = form.cleaned_data["born"]
    if told == invitation.patient.date_of_birth:
        return None
    invitation.failed_birth_checks = invitations.count_wrong_birth_date(invitation.pk)
    return closed(request, "locked") if invitation.failed_birth_checks >= BIRTH_TRIES else HttpResponse(status=422)


def tries(invitation: Invitation, form: BirthForm | None) -> dict[str, Any]:
    is_wrong = form is not None and form.is_valid()
    return {"is_wrong": is_wrong, "tries": BIRTH_TRIES - invitation.failed_birth_checks}


def _go_on(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    screen = resume_at(reading_of(response), response.answers)
    if screen is not None:
        return go_to(request, "step", screen.id)
    return go_to(request, "check" if response.consent_at or request.intake.call else "consent")


def _let_in(request: FormRequest, invitation: Invitation, response: IntakeResponse, *, how: str) -> HttpResponse:
    device = devices.device_of(request)
    response = resuming.open_answers(invitation.pk, response.pk, device=device.id, how=how)
    device = device.with_link(invitation.pk, response.pk)
    request.intake = devices.newest_of(device, invitation)
    answer = _go_on(request, response)
    devices.remember(answer, device, invitation)
    return answer
