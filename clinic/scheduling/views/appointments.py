"""One appointment: view, move, follow through the day, undo, link for the patient."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.lib.records import revision_of
from clinic.outbox.presenters import state_words
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.actions import (
    address_of_link,
    mail_link,
    make_link,
    move,
    open_links,
    put_away,
    revoke_link,
    set_status,
    undo,
)
from clinic.scheduling.availability import GapHour, instant
from clinic.scheduling.diary import moment
from clinic.scheduling.errors import BookingRefused, NotOpen
from clinic.scheduling.forms import MoveForm
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.scheduling.moves import moved_words
from clinic.scheduling.presenters.pages import appointment_words, sharing_words, undo_offer
from clinic.scheduling.views.shared import safe_next_url, with_change
from clinic.scheduling.views.today import board_part


def _move_form(visit: Appointment) -> MoveForm:
    local = timezone.localtime(visit.starts_at)
    return MoveForm(
        initial={
            "practitioner": visit.practitioner_id,
            "day": local.date(),
            "clock": local.time(),
            "version": visit.version,
        }
    )


def _page(request: StaffRequest, visit: Appointment, *, status: int = 200, **more: Any) -> HttpResponse:
    access.note_read(request.user, visit.patient, what="appointment", obj=visit)
    context = {
        **appointment_words(visit),
        **sharing_words(visit, now=timezone.now()),
        "form": _move_form(visit),
        "link_until": open_links(visit.patient, now=timezone.now()).values_list("expires_at", flat=True).first(),
        "offer": undo_offer(request.GET.get("changed"), now=timezone.now()),
        **more,
    }
    return render(request, "scheduling/appointment.html", context, status=status)


@require_GET
def appointment(request: StaffRequest, appointment_id: int) -> HttpResponse:
    visit = fetch.appointment_for(request.user, appointment_id, permission=Permission.READ_SCHEDULE)
    return _page(request, visit)


def _wants_json(request: StaffRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@require_POST
def move_appointment(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """With the form, or by dragging in the calendar (then the response is JSON)."""
    visit = fetch.appointment_for(request.user, appointment_id, permission=Permission.WRITE_SCHEDULE)
    form = MoveForm(request.POST)
    if not form.is_valid():
        if _wants_json(request):
            return JsonResponse({"words": "A visit cannot start at that time."}, status=422)
        return _page(request, visit, form=form, status=422)
    try:
        change = move(
            appointment=visit,
            starts_at=_asked_moment(visit, form.cleaned_data["day"], form.cleaned_data["clock"], request.clinic.zone),
            practitioner=form.cleaned_data["practitioner"],
            by=request.user,
            version=form.cleaned_data["version"],
        )
    except BookingRefused as refusal:
        return refused(request, visit, refusal, form)
    if change is None:
        if _wants_json(request):
            return JsonResponse({"words": "", "version": visit.version})
        return redirect("scheduling:appointment", visit.pk)
    if _wants_json(request):
        return JsonResponse(
            {
                "words": moved_words(change),
                "undo": reverse("scheduling:undo", args=[change.pk]),
                "version": change.appointment.version,
            }
        )
    return redirect(with_change(reverse("scheduling:appointment", args=[visit.pk]), change.pk))


def _asked_moment(visit: Appointment, day: dt.date, clock: dt.time, zone: ZoneInfo) -> dt.datetime:
    local = timezone.localtime(visit.starts_at)
    if (local.date(), local.time()) == (day, clock):
        return visit.starts_at  # only another practitioner: also in an hour that the clock shows twice
    try:
        return instant(day, clock, zone)
    except GapHour as gap:
        raise NotOpen(str(gap)) from gap


def refused(
    request: StaffRequest, visit: Appointment, refusal: BookingRefused, form: MoveForm | None = None
) -> HttpResponse:
    near = moment(refusal.next_fit.starts, request.clinic.zone) if refusal.next_fit else ""
    if _wants_json(request):
        return JsonResponse({"words": refusal.words, "next_fit": near}, status=409)
    visit = fetch.appointment_for(request.user, visit.pk, permission=Permission.READ_SCHEDULE)
    more: dict[str, Any] = {"refusal": refusal}
    if form is not None:
        kept = request.POST.copy()
        kept["version"] = str(visit.version)  # the next try is based on what is shown now
        more["form"] = MoveForm(kept)
    if refusal.next_fit:
        local = timezone.localtime(refusal.next_fit.starts)
        fit = {"day": local.date(), "clock": local.time(), "practitioner": refusal.next_fit.practitioner}
        more["near"] = {"words": near, "form": MoveForm(initial={**fit, "version": visit.version})}
    return _page(request, visit, status=409, **more)


@require_POST
def change_status(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """One click on the day board or on the appointment's page."""
    visit = fetch.appointment_for(request.user, appointment_id, permission=Permission.WRITE_SCHEDULE)
    status = request.POST.get("status", "")
    back = safe_next_url(request, reverse("scheduling:appointment", args=[visit.pk]))
    try:
        if status not in AppointmentStatus.values:
            raise NotOpen("There is no such status.")
        change = set_status(
            appointment=visit,
            status=status,
            by=request.user,
            version=revision_of(request.POST, "version"),
        )
    except BookingRefused as refusal:
        if request.htmx:
            return board_part(request, words=refusal.words, status=409)
        return refused(request, visit, refusal)
    change_id = change.pk if change else None
    if request.htmx:
        return board_part(request, changed=str(change_id or ""))
    return redirect(with_change(back, change_id))


@require_POST
def undo_change(request: StaffRequest, change_id: int) -> HttpResponse:
    change = fetch.change_for(request.user, change_id)
    visit = change.appointment
    try:
        undo(change=change, by=request.user)
    except BookingRefused as refusal:
        if request.htmx:
            return board_part(request, words=refusal.words, status=409)
        return refused(request, visit, refusal)
    if request.htmx:
        return board_part(request, said="Undone.")
    if _wants_json(request):
        return JsonResponse({"words": "Undone."})
    messages.success(request, "Undone.")
    return redirect(safe_next_url(request, reverse("scheduling:appointment", args=[visit.pk])))


@require_POST
def move_seen(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Dismiss the notice about a visit that was given to me or taken from me."""
    put_away(notice=fetch.notice_for(request.user, notice_id), by=request.user)
    return redirect("home")


@require_POST
def patient_link(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Make the patient's link to their coming visits; shown once, and e-mailed if asked for."""
    visit = fetch.appointment_for(request.user, appointment_id, permission=Permission.WRITE_SCHEDULE)
    if request.POST.get("mail") and visit.patient.email:
        token, message = mail_link(patient=visit.patient, by=request.user)
        return _page(request, visit, link=address_of_link(token), mail_state=state_words(message))
    return _page(request, visit, link=address_of_link(make_link(patient=visit.patient, by=request.user)))


@require_POST
def stop_link(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Revoke the patient's link: it went to a wrong address, or someone else has it."""
    visit = fetch.appointment_for(request.user, appointment_id, permission=Permission.WRITE_SCHEDULE)
    stopped = revoke_link(patient=visit.patient, by=request.user)
    messages.success(request, "The link no longer opens." if stopped else "There was no link that opens.")
    return redirect("scheduling:appointment", visit.pk)
