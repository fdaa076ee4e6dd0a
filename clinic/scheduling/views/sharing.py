"""Makes a booked visit serve a second course of its patient, or one alone again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic.lib.numbers import whole_number
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.actions import part, share
from clinic.scheduling.errors import BookingRefused
from clinic.scheduling.models import Course
from clinic.scheduling.views.appointments import refused
from clinic.scheduling.views.shared import with_change


@require_POST
def share_appointment(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """``course``: the second course it is to serve; ``part``: the one it is to serve no longer."""
    visit = fetch.appointment_for(request.user, appointment_id, permission=Permission.WRITE_SCHEDULE)
    action, number = (part, request.POST["part"]) if "part" in request.POST else (share, request.POST.get("course", ""))
    other = get_object_or_404(Course, pk=whole_number(number) or 0, patient=visit.patient_id)
    version = whole_number(request.POST.get("version"))
    try:
        change = action(appointment=visit, course=other, by=request.user, version=version)
    except BookingRefused as refusal:
        return refused(request, visit, refusal)
    return redirect(with_change(reverse("scheduling:appointment", args=[visit.pk]), change.pk))
