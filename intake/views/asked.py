"""After a screen of the patient's own words: what was read in them, asked back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from intake.actions import red_flags
from intake.actions.own_words import settle_words
from intake.asking_back import offers
from intake.forms.asked import read_said
from intake.models import IntakeResponse
from intake.presenters.messages import messages
from intake.presenters.patient_form import place
from intake.reading import reading_of
from intake.views.device import FormRequest, go_to
from intake.views.guards import with_response
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
        response = settle_words(
            response.pk, said=said, words={row.finding: row.words for row in rows}, call=request.intake.call
        )
        target = after(request, reading_of(response), response, screen)
        return go_to(request, "alert", next=target) if red_flags.has_unread(response) else redirect(target)
    if not rows:
        return redirect(after(request, reading, response, screen))
    context = {
        "screen": screen,
        "dangers": [row for row in rows if not row.is_chip],
        "chips": [row for row in rows if row.is_chip],
        "rows": rows,
        "then": "check" if request.GET.get("then") == "check" else "",
        **place(reading, screen),
        **messages(response, None, request.clinic),
    }
    return render(request, "intake/asked.html", context)
