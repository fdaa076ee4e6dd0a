"""After a screen of the patient's own words: what was read in them, asked back."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from intake.actions import red_flags
from intake.actions.own_words import settle_words
from intake.asking_back import Offer, offers
from intake.forms.asked import read_said
from intake.models import IntakeResponse
from intake.presenters.messages import messages
from intake.presenters.patient_form import place
from intake.questionnaire.answers import Reading
from intake.questionnaire.values import Screen
from intake.reading import reading_of
from intake.views.device import FormRequest, go_to
from intake.views.guards import with_response
from intake.views.languages import chosen, in_language, speak
from intake.views.onward import after


@require_http_methods(["GET", "POST"])
@with_response
def asked(request: FormRequest, response: IntakeResponse, screen_id: str) -> HttpResponse:
    """GET: "You wrote … Is that so now?", and chips to confirm; POST keeps what was said and continues."""
    reading = reading_of(response)
    screen = reading.screen(screen_id)
    if screen is None:
        return go_to(request, "welcome")
    rows = offers(response, screen)
    if request.method == "POST":
        if request.POST.get("go") == "back":
            return go_to(request, "step", screen.id)
        said = read_said(rows, request.POST)
        if code := chosen(request.POST.get("go", "")):
            return speak(_in_language(request, response, screen_id, said, code), response.invitation, code)
        response = settle_words(
            response.pk, said=said, words={row.finding: row.words for row in rows}, call=request.intake.call
        )
        target = after(request, reading_of(response), response, screen)
        return go_to(request, "alert", next=target) if red_flags.has_unread(response) else redirect(target)
    if not rows:
        return redirect(after(request, reading, response, screen))
    return _draw(request, response, reading, screen, rows)


def _draw(
    request: FormRequest, response: IntakeResponse, reading: Reading, screen: Screen, rows: list[Offer]
) -> HttpResponse:
    context = {
        "screen": screen,
        "dangers": [row for row in rows if not row.is_chip],
        "chips": [row for row in rows if row.is_chip],
        "rows": rows,
        "then": "check" if "check" in (request.GET.get("then"), request.POST.get("then")) else "",
        **place(reading, screen),
        **messages(response, None, request.clinic),
    }
    return render(request, "intake/asked.html", context)


def _in_language(
    request: FormRequest, response: IntakeResponse, screen_id: str, said: dict[str, str], code: str
) -> HttpResponse:
    """The same page in another language, as it was ticked. Nothing is said yet: that is what Next is for."""
    in_language(code)
    reading = reading_of(response)
    screen = reading.screen(screen_id)
    if screen is None:
        return go_to(request, "welcome")
    rows = [replace(row, said=said.get(row.finding, row.said)) for row in offers(response, screen)]
    return _draw(request, response, reading, screen, rows)
