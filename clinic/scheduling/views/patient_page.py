"""A patient's own coming appointments, with a link and without an account: when, and how to reach the clinic."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.people.http import ClinicRequest
from clinic.people.language import read_in
from clinic.scheduling.actions import patient_of_link
from clinic.scheduling.calendar_file import calendar_file
from clinic.scheduling.presenters.pages import upcoming_for

BAD_LINKS = {"bad_link": "20/10m/ip"}  # wrong tokens from one network, as for the links to the form


@require_GET
def patient_appointments(request: ClinicRequest, token: str) -> HttpResponse:
    """An unknown, replaced or old link says so and shows nothing else (404). ``?calendar``: as a calendar file."""
    patient = patient_of_link(token[:100])
    if patient is None:
        if not ratelimit.consume(request, app="scheduling", action="bad_link", config=BAD_LINKS, limit_get=True):
            wait = render(request, "scheduling/link_too_many.html", status=429)
            wait["Retry-After"] = "600"
            return wait
        return render(request, "scheduling/link_gone.html", status=404)
    read_in(request, patient)
    visits = upcoming_for(patient)
    if "calendar" in request.GET:
        file = calendar_file(visits, request.clinic, now=timezone.now())
        named = {"Content-Disposition": 'attachment; filename="appointments.ics"'}
        return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=named)
    return render(request, "scheduling/patient_appointments.html", {"visits": visits})
