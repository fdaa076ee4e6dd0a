"""Where Next leads."""

from __future__ import annotations

from intake.models import IntakeResponse
from intake.questionnaire.answers import Reading, next_screen, resume_at
from intake.questionnaire.values import Screen
from intake.views.device import FormRequest, address


def screen_after(request: FormRequest, reading: Reading, response: IntakeResponse, screen: Screen) -> Screen | None:
    """From the review only what the change has opened."""
    if "check" in (request.GET.get("then"), request.POST.get("then")):
        return resume_at(reading, response.answers)
    return next_screen(reading, screen.id)


def after(request: FormRequest, reading: Reading, response: IntakeResponse, screen: Screen) -> str:
    """The next screen; from the review back to it, unless the change opened new screens."""
    to_check = "check" in (request.GET.get("then"), request.POST.get("then"))
    following = screen_after(request, reading, response, screen)
    if following is not None:
        return address(request, "step", following.id, then="check" if to_check else "")
    return address(request, "check" if to_check or response.consent_at or request.intake.call else "consent")
