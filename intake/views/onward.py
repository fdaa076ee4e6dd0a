"""Where Next leads."""

from __future__ import annotations

from intake.models import IntakeResponse
from intake.questionnaire.answers import Reading, next_screen, resume_at
from intake.questionnaire.values import Screen
from intake.views.device import FormRequest, address


def after(request: FormRequest, reading: Reading, response: IntakeResponse, screen: Screen) -> str:
    """The next screen; from the review back to it, unless the change opened new screens."""
    to_check = "check" in (request.GET.get("then"), request.POST.get("then"))
    following = resume_at(reading, response.answers) if to_check else next_screen(reading, screen.id)
    if following is not None:
        return address(request, "step", following.id, then="check" if to_check else "")
    return address(request, "check" if to_check or response.consent_at or request.intake.call else "consent")
