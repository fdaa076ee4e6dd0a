"""One incident: what happened, and its review."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from clinic.people import access
from clinic.people.http import StaffRequest
from treatments.models import Incident
from treatments.visits.actions import incidents
from treatments.visits.forms.incident import IncidentReviewForm


@require_http_methods(["GET", "POST"])
def review(request: StaffRequest, incident_id: int) -> HttpResponse:
    """Read an incident; with a note it is reviewed and leaves the homes."""
    with transaction.atomic():
        rows = Incident.objects.select_related("patient", "visit", "opened_by", "reviewed_by")
        incident = get_object_or_404(rows, pk=incident_id)
        access.patient_for(request.user, incident.patient_id, what="incident")
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
