"""Absences entered by desk and practitioners, and the visits that cannot stay where they are booked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.lib.numbers import whole_number
from clinic.lib.records import revision_of
from clinic.people.access import Permission, can
from clinic.people.http import StaffRequest
from clinic.scheduling import fetch
from clinic.scheduling.actions import add_absence, move_all, remove_absence, undo_moves
from clinic.scheduling.actions.absences import Wanted, moved_together
from clinic.scheduling.closures import coming_absences, fallen_into, stuck_visits
from clinic.scheduling.errors import BookingRefused
from clinic.scheduling.forms import AbsenceForm
from clinic.scheduling.offers import read_slot_value
from clinic.scheduling.proposals import AT_ONCE, proposals_for

NOT_OFFERED = "One of the choices was not offered on this page. Nothing was moved: choose again."


def _absences(request: StaffRequest, form: AbsenceForm, *, status: int = 200) -> HttpResponse:
    whose = None if can(request.user, Permission.ALL_ABSENCES) else request.user
    rows = coming_absences(whose, now=timezone.now())
    return render(request, "scheduling/absences.html", {"form": form, "rows": rows}, status=status)


@require_http_methods(["GET", "POST"])
def absences(request: StaffRequest) -> HttpResponse:
    """What has been entered, and the form. Those who may only enter their own see only these."""
    only: Any = None if can(request.user, Permission.ALL_ABSENCES) else request.user
    form = AbsenceForm(request.POST or None, only=only, zone=request.clinic.zone)
    if request.method == "GET":
        return _absences(request, form)
    if not form.is_valid():
        return _absences(request, form, status=422)
    absence = add_absence(**form.wanted(), by=request.user)
    count = fallen_into(absence, now=timezone.now())
    if not count:
        messages.success(request, "Saved. No booked visit falls within it.")
        return redirect("scheduling:absences")
    visits = "1 booked visit falls" if count == 1 else f"{count} booked visits fall"
    messages.warning(request, f"Saved. {visits} into it and can be moved here. Nothing was changed yet.")
    return redirect("scheduling:to_move")


@require_POST
def absence_remove(request: StaffRequest, absence_id: int) -> HttpResponse:
    remove_absence(absence=fetch.absence_for(request.user, absence_id), by=request.user)
    messages.success(request, "The absence is removed. Visits that were moved stay where they are now.")
    return redirect("scheduling:absences")


def _to_move(request: StaffRequest, *, words: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    found = stuck_visits(now=now)
    proposals = proposals_for(found, now=now)
    fetch.note_list(request.user, [one.visit.patient for one in found], what="to_move")
    context: dict[str, Any] = {
        "proposals": proposals,
        "can_all": sum(bool(one.options) for one in proposals) > 1,
        "later": found[AT_ONCE:],
        "words": words,
        "undo": _undo_offer(request, now),
    }
    return render(request, "scheduling/to_move.html", context, status=status)


def _undo_offer(request: StaffRequest, now: dt.datetime) -> dict[str, Any] | None:
    asked = whole_number(request.GET.get("moved"))
    change = fetch.change_or_none(request.user, asked) if asked is not None else None
    together = moved_together(change, now=now) if change else []
    return {"change": change, "count": len(together)} if together else None


@require_GET
def to_move(request: StaffRequest) -> HttpResponse:
    """Visits that cannot take place as booked, each with slots it could move to."""
    return _to_move(request)


@require_POST
def move_some(request: StaffRequest) -> HttpResponse:
    """Move one visit, or all on the page, as chosen there."""
    only = request.POST.get("only", "")
    shown = [only] if only else request.POST.getlist("visit")
    try:
        wanted = [_wanted(request, one) for one in shown[:AT_ONCE]]
    except ValueError:
        return _to_move(request, words=NOT_OFFERED, status=422)
    try:
        changes = move_all(wanted=[one for one in wanted if one], by=request.user)
    except BookingRefused as refusal:
        return _to_move(request, words=refusal.words, status=409)
    address = reverse("scheduling:to_move")
    return redirect(f"{address}?moved={changes[-1].pk}" if changes else address)


def _wanted(request: StaffRequest, visit: str) -> Wanted | None:
    chosen, version = request.POST.get(f"to-{visit}", ""), revision_of(request.POST, f"version-{visit}")
    if not chosen:
        return None  # left where it is
    number = whole_number(visit)
    if number is None or version is None:
        raise ValueError("no such visit")
    starts, practitioner = read_slot_value(chosen)
    return Wanted(number, version, starts, practitioner)


@require_POST
def undo_some(request: StaffRequest, change_id: int) -> HttpResponse:
    try:
        count = undo_moves(change=fetch.change_for(request.user, change_id), by=request.user)
    except BookingRefused as refusal:
        return _to_move(request, words=refusal.words, status=409)
    messages.success(
        request,
        f"Undone: {count} visit{'' if count == 1 else 's'} back where {'it' if count == 1 else 'they'} were booked.",
    )
    return redirect("scheduling:to_move")
