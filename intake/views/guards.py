"""Who may see a page of the patient's form: the right link, in a browser that holds it, with no staff signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from clinic.people import access
from clinic.people.presence import staff_in, stay_signed_in
from intake import fetch
from intake.actions import by_phone, limits, second_part
from intake.actions.invitations import LinkNotOpen
from intake.actions.limits import Limit
from intake.actions.resuming import note_reading
from intake.models import IntakeResponse, Invitation, PhoneCall
from intake.presenters.patient_form import typed_words
from intake.views import device as devices
from intake.views import kiosk
from intake.views.device import TICKET, FormRequest, Held, Whose, go_to

View = Callable[..., HttpResponse]
POSTS_A_MINUTE = 240  # a person presses Next far less often (DESIGN)
STOP = "X-Ashi-Stop"  # tells the page's script that retrying is pointless


def closed(request: FormRequest, state: str, link: Invitation | None = None) -> HttpResponse:
    """The page of a link that does not open: its state, and how to get a new one. Says nothing about the patient.

    ``link``: the one that was asked for; the second part may still be answered after the first was sent.
    """
    status = 404 if state in ("unknown", "none") else 410
    context = {"state": str(state), "words": typed_words(request.POST)}  # without scripts they would be lost
    if link is not None and state == Invitation.State.SUBMITTED:
        context |= offered(link)
    return render(request, "intake/link_closed.html", context, status=status)


def offered(link: Invitation) -> dict[str, str]:
    """For a page of a sent first part: what the button to the second part posts; nothing if there is none."""
    return {"second": second_part.seal(link)} if second_part.may_follow(link) else {}


def too_many(request: FormRequest, *, minutes: int) -> HttpResponse:
    answer = render(request, "intake/too_many.html", status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer


def staff_here(request: FormRequest) -> HttpResponse | None:
    """A page that sends staff away: what they do here would be recorded as done by the patient."""
    user = staff_in(request)
    if user is None:
        return None
    context = {"who": user, "words": typed_words(request.POST), "is_short": _is_save(request)}
    answer = render(request, "intake/staff_here.html", context, status=409)
    answer[STOP] = "1"
    return answer


def elsewhere(request: FormRequest) -> HttpResponse:
    """The page was rendered for an intake this browser no longer holds, or does not say for which. Nothing is written;
    what was typed is shown. No name: someone else may be sitting here now.
    """
    context = {"words": typed_words(request.POST), "is_short": _is_save(request)}
    answer = render(request, "intake/elsewhere.html", context, status=409)
    answer[STOP] = "1"
    return answer


def _is_save(request: FormRequest) -> bool:
    return bool(request.htmx)


def with_invitation(view: View) -> View:
    """Give the view the invitation the page was rendered for; closed ones get their own page."""

    @wraps(view)
    def guarded(request: FormRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        device = devices.device_of(request)
        call = call_here(request, device)
        if call is None and (refused := staff_here(request)) is not None:
            return refused
        if device.call and call is None:  # over, or whoever asked has signed out
            return elsewhere(request)
        if device.kiosk and kiosk.is_over(device):
            return kiosk.given_back(request)
        rows = {row.pk: row for row in _invitations(device)}
        several = [one for one in device.alive if one.invitation in rows and rows[one.invitation].is_open]
        held = _asked_for(request, device, several)
        if held is None:
            was_here = device.held or TICKET in request.POST or TICKET in request.GET
            return elsewhere(request) if was_here else closed(request, "none")
        invitation = rows.get(held.invitation)
        if invitation is None:
            return closed(request, "none")
        is_alone = len(several) <= 1 and held is device.held[-1]
        is_kiosk = bool(device.kiosk)
        request.intake = Whose(invitation, held, needs_ticket=not is_alone, is_kiosk=is_kiosk, call=call)
        if not invitation.is_open:
            return closed(request, invitation.state, invitation)
        try:
            answer = view(request, invitation, *args, **kwargs)
        except LinkNotOpen as stopped:  # closed while the request was on its way
            return closed(request, stopped.state)
        if not is_alone and request.method == "POST" and devices.COOKIE not in answer.cookies:
            devices.remember(answer, device.still_used(held.invitation))
        return answer

    return guarded


def posts_of(response: IntakeResponse) -> Limit:
    return Limit(f"post:{response.pk}", POSTS_A_MINUTE)


def with_response(view: View) -> View:
    """Give the view the draft, only in a browser that started it or proved whose it is. Reading leaves an event."""

    def counted(request: FormRequest, response: IntakeResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        limit = posts_of(response)
        is_post = request.method == "POST" and not _is_save(request)  # saves have their own limit
        if is_post and limits.increment(limit.key, minutes=limit.minutes) > limit.most:
            return too_many(request, minutes=limit.minutes)
        return view(request, response, *args, **kwargs)

    return with_response_uncounted(wraps(view)(counted))


def with_response_uncounted(view: View) -> View:
    """The same for a view that counts what is posted itself, with what it saves."""

    @wraps(view)
    @with_invitation
    def guarded(request: FormRequest, invitation: Invitation, *args: Any, **kwargs: Any) -> HttpResponse:
        response = getattr(invitation, "response", None)
        device = devices.device_of(request)
        if response is None or not device.has_seen(response):
            return go_to(request, "welcome")
        response.patient, response.call = invitation.patient, request.intake.call
        if request.method == "GET" and response.answers:
            call = request.intake.call
            note_reading(response, device=device.id, by=call.asked_by if call is not None else None)
        return view(request, response, *args, **kwargs)

    return guarded


def call_here(request: FormRequest, device: devices.Device) -> PhoneCall | None:
    """The call that is going on here: only for who asks, as long as they are signed in and may."""
    user = staff_in(request) if device.call else None
    if user is None or not access.can(user, access.Permission.WRITE_CLINICAL):
        return None
    stay_signed_in(request)
    return by_phone.running(device.call, by=user)


def _invitations(device: devices.Device) -> list[Invitation]:
    return fetch.invitations_of([one.invitation for one in device.alive])


def _asked_for(request: FormRequest, device: devices.Device, several: list[Held]) -> Held | None:
    """The link of the requesting page. A form without its ticket is nobody's."""
    if request.method == "POST":
        return devices.of_ticket(device, request.POST.get(TICKET, ""))
    if ticket := request.GET.get(TICKET):
        return devices.of_ticket(device, ticket)
    if len(several) > 1 or not device.held:
        return None
    return device.held[-1]
