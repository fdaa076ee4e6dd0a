"""Answers to the stops of a visit: a reason, what has happened, or the newer plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from treatments.visits.actions import charting, replanning, stops
from treatments.visits.forms.parts import VisitForms
from treatments.visits.forms.stops import GivenForm, ReasonForm
from treatments.visits.presenters import page as visit_page
from treatments.visits.views.charting import already_signed, look_again, page, revision_of, visit_for


@require_POST
def reason(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Pass one stop with a coded reason and words."""
    shown = visit_for(request, visit_id, what="visit")
    form = ReasonForm(request.POST)
    if shown.is_draft and not form.is_valid():
        return page(request, shown, VisitForms(shown.record), status=422, reason_form=form)
    try:
        stops.give_reason(visit_id=visit_id, revision=revision_of(request), by=request.user, **form.cleaned_data)
    except ValueError as error:
        messages.error(request, str(error))
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    return redirect("visits:visit", visit_id)


@require_http_methods(["GET", "POST"])
def given(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Something ruled out has been done: say why, and it is kept as an incident."""
    shown = visit_for(request, visit_id, what="visit")
    if not shown.is_draft:
        return redirect("visits:visit", visit_id)
    uids = (request.POST if request.method == "POST" else request.GET).getlist("uid")
    rows = visit_page.ruled_out_rows(shown, uids)
    form = GivenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            stops.record_given(
                visit_id=visit_id, revision=revision_of(request), uids=uids, by=request.user, **form.cleaned_data
            )
        except ValueError as error:
            messages.error(request, str(error))
        except charting.StaleVisit:
            messages.error(request, "Someone has changed this visit. Check it, then record it again.")
        except charting.AlreadySigned:
            return already_signed(request, visit_id)
        else:
            messages.warning(request, "Recorded as an incident: it stays on the homes until somebody has reviewed it.")
        return redirect("visits:visit", visit_id)
    if not rows:
        return redirect("visits:visit", visit_id)
    context = {"form": form, "visit": shown, "patient": shown.patient, "rows": rows, "uids": uids}
    return render(request, "visits/given.html", context, status=422 if form.is_bound else 200)


@require_POST
def take_plan(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Go on under the plan that is in force now."""
    visit_for(request, visit_id, what="visit")
    try:
        replanning.take_plan(visit_id=visit_id, revision=revision_of(request), by=request.user)
    except ValueError as error:
        messages.error(request, str(error))
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    else:
        messages.success(request, "This visit goes on under the new plan.")
    return redirect("visits:visit", visit_id)
