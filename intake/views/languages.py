"""The language is chosen on any page of the form; nothing typed is lost by it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST

from clinic.people import language as languages
from intake.actions.languages import choose_language
from intake.models import Invitation
from intake.views import device as devices
from intake.views.device import FormRequest

CHOICE = "language:"  # of the button "go" in a form: answers are saved with it


def chosen(go: str) -> str:
    """The language that a button of a form asks for; empty if it asks for none."""
    code = go.removeprefix(CHOICE) if go.startswith(CHOICE) else ""
    return code if code in dict(settings.LANGUAGES) else ""


def speak(answer: HttpResponse, invitation: Invitation, code: str) -> HttpResponse:
    """Keep the choice with the patient, and in this browser."""
    choose_language(invitation.pk, code)
    languages.remember(answer, code)
    return answer


def in_language(code: str) -> None:
    """For what is still drawn in this request; the middleware takes it back."""
    translation.activate(code)


@require_POST
def choose(request: FormRequest) -> HttpResponse:
    """From a page on which nothing can be lost. Without an open form only this browser remembers it."""
    code = chosen(request.POST.get("go", ""))
    answer = redirect(own_path(request.POST.get("next", "")))
    if not code:
        return answer
    device = devices.device_of(request)
    held = devices.of_ticket(device, request.POST.get(devices.TICKET, ""))
    if held is not None:
        choose_language(held.invitation, code)
    languages.remember(answer, code)
    return answer


def own_path(path: str) -> str:
    """Only a page of the patient's: no redirects elsewhere."""
    home = reverse("intake:welcome")
    return path if path.startswith(languages.PATIENTS) and "//" not in path and "\\" not in path else home
