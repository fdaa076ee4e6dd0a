"""One incident: what happened, and its review."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clinic.people.http import StaffRequest
from treatments.visits.actions import incidents
from treatments.visits.fetch import incident_for
from treatments.visits.forms.incident import IncidentReviewForm


@require_http_methods(["GET", "POST"])
def review(request: StaffRequest, incident_id: int) -> HttpResponse:
    """Read an incident; with a note it is reviewed and leaves the home pages."""
    incident = incident_for(request.user, incident_id)
    form = IncidentReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            incidents.review_incident(incident_id=incident_id, note=form.cleaned_data["note"], by=request.user)
        except ValueError as reviewed:
            messages.error(request, str(reviewed))
            return redirect("visits:incident", incident_id)
        messages.success(request, "Reviewed.")
        return redirect("chart", incident.patient_id)
    context = {"form": form, "incident": incident, "patient": incident.patient}
    return render(request, "visits/incident.html", context, status=422 if form.is_bound else 200)
