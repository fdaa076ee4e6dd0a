"""What can still be done with a visit that is over: an amendment, or marking it as entered in error."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic.lib.records import NotADraft
from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.http import StaffRequest
from treatments.visits.actions import charting
from treatments.visits.actions import set_aside as visit_set_aside
from treatments.visits.fetch import visit_for
from treatments.visits.forms.adding import AmendForm
from treatments.visits.forms.parts import VisitForms
from treatments.visits.views.pages import note, page


@require_POST
def amend(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Amend a signed visit."""
    shown = visit_for(request, visit_id, what="visit")
    form = AmendForm(request.POST)
    if shown.is_set_aside:
        messages.error(request, "This visit is marked as entered in error: nothing is added to it.")
        return redirect("visits:visit", visit_id)
    if shown.is_draft:
        messages.error(request, "This visit is still open: write it in the visit itself.")
        return redirect("visits:visit", visit_id)
    if not form.is_valid():
        return note(request, shown, form=form, status=422)
    charting.amend_visit(visit=shown, text=form.cleaned_data["text"], by=request.user)
    return redirect("visits:visit", visit_id)


@require_POST
def set_aside(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Mark an open or signed visit as entered in error."""
    shown = visit_for(request, visit_id, what="visit")
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        if shown.is_draft:
            return page(request, shown, VisitForms(shown.record), status=422, set_aside_form=form)
        return note(request, shown, set_aside_form=form, status=422)
    with suppress(NotADraft):  # someone else was first
        visit_set_aside.set_aside(visit_id=visit_id, by=request.user, **form.cleaned_data)
        messages.success(request, f"Visit {shown.number} is marked as entered in error and counts nowhere.")
    return redirect("visits:visit", visit_id)
