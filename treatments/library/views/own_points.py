"""Pages on which a point of the clinic's own is written, changed, taken out of use. No patient here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.people.http import StaffRequest
from treatments.library.actions import own_points as actions
from treatments.library.forms.own_points import OwnPointForm
from treatments.library.presenters import pages
from treatments.models import OwnPoint


@require_http_methods(["GET", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    form = OwnPointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.keep(tables=form.tables(), by=request.user)
        except actions.Refused as refused:
            form.refuse(refused.faults)
        except actions.CodeTaken as taken:
            form.add_error("code", str(taken))
        else:
            messages.success(request, f"Kept: {row.code}. It is found in the point field of every plan and visit.")
            return redirect("knowledge:own")
    return _shown(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, code: str) -> HttpResponse:
    row = _current(code)
    revision = request.POST.get("revision", "")[:18]
    read = get_object_or_404(OwnPoint, pk=int(revision), code=code) if revision.isdecimal() else row
    form = OwnPointForm(request.POST or None, initial=OwnPointForm.initial_of(row), code=code)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(row=read, tables=form.tables(), by=request.user)
        except actions.Refused as refused:
            form.refuse(refused.faults)
        except actions.Moved as moved:
            form.add_error(None, str(moved))
        else:
            messages.success(request, f"Kept: {code}. Every plan with it is reviewed by what it says now.")
            return redirect("knowledge:own")
    return _shown(request, form, row)


def _shown(request: StaffRequest, form: OwnPointForm, row: OwnPoint | None) -> HttpResponse:
    context = {"form": form, "row": row, "counts": pages.counts(), "shelf": "own"}
    return render(request, "library/own_point_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def retire(request: StaffRequest, code: str) -> HttpResponse:
    actions.retire(row=_current(code), by=request.user)
    messages.success(
        request, f"{code} is out of use. What was signed keeps it; a plan that has it asks for another point."
    )
    return redirect("knowledge:own")


def _current(code: str) -> OwnPoint:
    return get_object_or_404(OwnPoint, code=code, replaced_at__isnull=True)
