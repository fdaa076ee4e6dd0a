"""What a page is told after it has saved: mostly the time, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.people.templatetags.once import once
from intake.forms.screen import ScreenForm
from intake.models import IntakeResponse
from intake.presenters import patient_form as words
from intake.presenters.messages import messages
from intake.views.device import FormRequest

PART = "intake/_saved.html"
BESIDE = ("unsaved", "clashes", "elsewhere", "emergencies", "notes", "to_confirm")  # what is said besides the time


def saved(request: FormRequest, response: IntakeResponse, form: ScreenForm, *, is_settled: bool) -> HttpResponse:
    """``is_settled``: with the messages that the answers call for."""
    context: dict[str, Any] = {
        "saved_at": saved_at(response),
        "show_messages": is_settled,
        "screen": form.screen,
        "unsaved": [field.label for field in form if field.errors],
        "clashes": words.clashes(response, form.screen),
        "elsewhere": words.answered_elsewhere(response, form.screen, form.values()),
        **(messages(response, form.screen, request.clinic) if is_settled else {}),
    }
    if any(context.get(name) for name in BESIDE):
        return render(request, PART, context)
    return HttpResponse(once(PART, saved_at=context["saved_at"], show_messages=is_settled))


def saved_at(response: IntakeResponse) -> datetime | None:
    """The minute by the clinic's clock, as it is shown; None before the first answer."""
    if not response.answers:
        return None
    return timezone.localtime(response.saved_at).replace(second=0, microsecond=0, tzinfo=None)
