"""Answers to the stops of a visit: a reason, what has happened, or the newer plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.lib.records import NotADraft, Stale, answering, revision_of
from clinic.people.http import StaffRequest
from treatments.visits.actions import replanning, stops
from treatments.visits.fetch import visit_for
from treatments.visits.forms.parts import VisitForms
from treatments.visits.forms.stops import GivenForm, ReasonForm
from treatments.visits.presenters import page as visit_page
from treatments.visits.views.pages import page
from treatments.visits.views.saving import answers_conflicts, locked


@require_POST
@answers_conflicts
def reason(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Override one stop with a coded reason and words."""
    shown = visit_for(request, visit_id, what="visit")
    if not shown.is_draft:
        raise NotADraft(shown)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return page(request, shown, VisitForms(shown.record), status=422, reason_form=form)
    try:
        stops.give_reason(visit_id=visit_id, revision=revision_of(request.POST), by=request.user, **form.cleaned_data)
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("visits:visit", visit_id)


def _record_again(request: StaffRequest, clash: Stale) -> HttpResponse:
    messages.error(request, "Someone has changed this visit. Check it, then record it again.")
    return redirect("visits:visit", clash.record.pk)


@require_http_methods(["GET", "POST"])
@answering(stale=_record_again, locked=locked)
def given(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Something ruled out was done: say why, and it is kept as an incident."""
    shown = visit_for(request, visit_id, what="visit")
    if not shown.is_draft:
        return redirect("visits:visit", visit_id)
    uids = (request.POST if request.method == "POST" else request.GET).getlist("uid")
    rows = visit_page.ruled_out_rows(shown, uids)
    form = GivenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            stops.record_given(
                visit_id=visit_id, revision=revision_of(request.POST), uids=uids, by=request.user, **form.cleaned_data
            )
        except ValueError as error:
            messages.error(request, str(error))
        else:
            messages.warning(request, "Recorded as an incident: it stays on the home pages until it is reviewed.")
        return redirect("visits:visit", visit_id)
    if not rows:
        return redirect("visits:visit", visit_id)
    context = {"form": form, "visit": shown, "patient": shown.patient, "rows": rows, "uids": uids}
    return render(request, "visits/given.html", context, status=422 if form.is_bound else 200)


@require_POST
@answers_conflicts
def take_plan(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Continue under the plan now in force."""
    visit_for(request, visit_id, what="visit")
    try:
        replanning.take_plan(visit_id=visit_id, revision=revision_of(request.POST), by=request.user)
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "This visit goes on under the new plan.")
    return redirect("visits:visit", visit_id)
