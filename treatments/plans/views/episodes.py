"""Complaints of a patient, opened and closed by hand on the chart."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from intake.actions import episodes as opening
from intake.models import Episode
from treatments.plans.actions import episodes


@require_POST
def open_new(request: StaffRequest, patient_id: int) -> HttpResponse:
    patient = access.patient_for(request.user, patient_id, what="chart", permission=Permission.WRITE_CLINICAL)
    complaint, words = request.POST.get("complaint", ""), request.POST.get("words", "")[:120]
    try:
        episode = opening.open_by_hand(patient=patient, complaint=complaint, words=words, by=request.user)
    except opening.NotNamed as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"“{episode.title}” is open: assess it, and plan for it, beside the others.")
    return redirect("chart", patient.pk)


@require_POST
def close(request: StaffRequest, episode_id: int) -> HttpResponse:
    episode = _episode(request, episode_id)
    code, note = request.POST.get("code", ""), request.POST.get("note", "")
    try:
        episodes.close(episode=episode, code=code, note=note, by=request.user)
    except episodes.NotNow as error:
        messages.warning(request, str(error))
    else:
        text = f"“{episode.title}” is closed. Visits that are booked for it stay until the front desk cancels them."
        messages.success(request, text)
    return redirect("chart", episode.patient_id)


@require_POST
def open_again(request: StaffRequest, episode_id: int) -> HttpResponse:
    episode = _episode(request, episode_id)
    try:
        episodes.open_again(episode=episode, by=request.user)
    except episodes.NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"“{episode.title}” is open again. Its plan has ended: make a new one.")
    return redirect("chart", episode.patient_id)


def _episode(request: StaffRequest, episode_id: int) -> Episode:
    episode = get_object_or_404(Episode, pk=episode_id)
    access.patient_for(request.user, episode.patient_id, what="chart", permission=Permission.WRITE_CLINICAL)
    return episode
