"""A patient's scores: the curve, the verdict, the advice, and the form of a review."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic.lib.numbers import whole_number
from clinic.people import access
from clinic.people.http import StaffRequest
from treatments.outcomes.actions import latest_visit_number, record_scores
from treatments.outcomes.forms import ReviewForm
from treatments.outcomes.presenters import outcomes_of


@require_http_methods(["GET", "POST"])
def patient(request: StaffRequest, patient_id: int) -> HttpResponse:
    person = access.patient_for(request.user, patient_id, what="outcomes")
    asked = whole_number(request.POST.get("episode") or request.GET.get("episode"))
    shown = outcomes_of(person, asked)
    form, episode = ReviewForm(request.POST or None, about=shown["about"]), shown["episode"]
    if request.method == "POST" and form.is_valid():
        record_scores(
            patient=person,
            episode=episode,
            values=form.values(),
            visit_number=latest_visit_number(episode) if episode else None,
            filled_by=form.cleaned_data["filled_by"],
            by=request.user,
        )
        messages.success(request, "The scores are recorded.")
        return redirect(f"{reverse('outcomes:patient', args=[patient_id])}{f'?episode={asked}' if asked else ''}")
    context = {**shown, "form": form}
    return render(request, "outcomes/outcomes.html", context, status=422 if form.is_bound else 200)
