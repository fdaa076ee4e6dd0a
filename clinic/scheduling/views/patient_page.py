"""A patient's own coming appointments, by a link and without an account: when, and how to reach the
clinic.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.scheduling.actions import patient_of_link
from clinic.scheduling.presenters import upcoming_for


@require_GET
def patient_appointments(request: HttpRequest, token: str) -> HttpResponse:
    """An unknown, replaced or old link says so and shows nothing else (404)."""
    patient = patient_of_link(token[:100])
    if patient is None:
        return render(request, "scheduling/link_gone.html", status=404)
    return render(request, "scheduling/patient_appointments.html", {"visits": upcoming_for(patient)})
