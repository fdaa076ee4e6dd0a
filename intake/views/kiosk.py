"""The form on the clinic's tablet: handed over by staff, forgotten when it is sent, given back or not touched."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.people import access
from clinic.people import language as languages
from clinic.people.http import StaffRequest
from intake import consent_text
from intake.actions import kiosk as actions
from intake.fetch import newest_invitation
from intake.models import Invitation, Kiosk
from intake.views import device as devices
from intake.views.device import Device, FormRequest

GIVEN_BACK = "X-Ashi-Given-Back"  # tells the page's script to leave nothing of itself on the screen
HOWS = {"idle": Kiosk.Ended.IDLE, "stranger": Kiosk.Ended.STRANGER}


@require_http_methods(["GET", "POST"])
def start(request: StaffRequest, patient_id: int) -> HttpResponse:
    """GET says what will happen; POST signs out in this browser and shows the form of this patient only."""
    patient = access.patient_for(request.user, patient_id, what="invitation", permission=access.Permission.INVITE)
    if request.method == "GET":
        newest = newest_invitation(patient)
        context = {
            "patient": patient,
            "newest": newest,
            "second": actions.second_to_fill(patient),
            "consent_open": consent_text.is_consent_open(patient),
        }
        return render(request, "intake/kiosk_start.html", context)
    is_consent = request.POST.get("what") == "consent"
    purpose = Invitation.Purpose.CONSENT if is_consent else Invitation.Purpose.FORM
    kiosk = actions.start(patient=patient, by=request.user, purpose=purpose)
    logout(request)
    answer = redirect("intake:welcome")
    device = Device(kiosk=kiosk.pk).with_link(kiosk.invitation_id)  # forgets what this browser held before
    devices.remember(answer, device, kiosk.invitation)
    languages.remember(answer, patient.language)
    return answer


def is_over(device: Device) -> bool:
    return bool(device.kiosk) and not actions.is_running(device.kiosk)


def given_back(request: FormRequest, how: str = "") -> HttpResponse:
    """Forget everything here. ``how``: why it ends now; empty if it is over already."""
    device = devices.device_of(request)
    if how and device.kiosk:
        actions.end(device.kiosk, how)
    answer = redirect(f"{reverse('intake:kiosk_over')}?in={translation.get_language()}")
    devices.remember(answer, Device())
    languages.remember(answer, None)
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@require_POST
def here(request: FormRequest) -> HttpResponse:
    """ "I am still here"."""
    device = devices.device_of(request)
    if not device.kiosk or is_over(device):
        return given_back(request)
    return HttpResponse(status=204)


@require_POST
def give_back(request: FormRequest) -> HttpResponse:
    """The tablet is given back, was not touched, or is in the wrong hands. Only a page of this form can say so."""
    device = devices.device_of(request)
    if device.kiosk and devices.of_ticket(device, request.POST.get(devices.TICKET, "")) is None:
        return redirect("intake:welcome")
    return given_back(request, HOWS.get(request.POST.get("how", ""), Kiosk.Ended.STOPPED))


@require_GET
def over(request: FormRequest) -> HttpResponse:
    """ "Please give the tablet back": no name, no answer, the same however it ended. ``in``: the language of whoever
    holds the tablet, which this browser has forgotten already.
    """
    device = devices.device_of(request)
    if device.kiosk:
        return given_back(request) if is_over(device) else redirect("intake:welcome")
    if (code := request.GET.get("in")) in dict(settings.LANGUAGES):
        translation.activate(code)  # the middleware takes it back
    answer = render(request, "intake/given_back.html")
    answer[GIVEN_BACK] = "1"
    return answer
