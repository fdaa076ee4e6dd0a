"""Pages that go with a visit: examining a red flag, recording an adverse event, reviewing a serious one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.people.http import StaffRequest
from treatments.visits.actions import adverse_events, red_flags
from treatments.visits.fetch import event_for, visit_for
from treatments.visits.forms.safety import AdverseEventForm, ClearForm, EventReviewForm
from treatments.visits.presenters import page


@require_http_methods(["GET", "POST"])
def clearance(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Who examined the flag, when, with what result: lifts the stop of this visit."""
    visit = visit_for(request, visit_id, what="red_flags")
    open_flags = red_flags.open_flags(visit)
    if not open_flags or not visit.is_draft:
        return redirect("visits:visit", visit_id)
    told_on = timezone.localdate(visit.started_at)
    form = ClearForm(request.POST or None, open_flags=open_flags, told_on=told_on)
    if request.method == "POST" and form.is_valid():
        red_flags.clear_flags(visit=visit, by=request.user, **form.cleaned_data)
        messages.success(request, "The examination is recorded.")
        return redirect("visits:visit", visit_id)
    context = {"form": form, "visit": visit, "patient": visit.patient, "stop": page.stop_of(visit)}
    return render(request, "visits/clearance.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def adverse_event(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Record an adverse event of this visit or the one before."""
    visit = visit_for(request, visit_id, what="adverse_events")
    before = page.last_visit_of(visit)
    form = AdverseEventForm(request.POST or None, initial={"treatment": request.GET.get("after", "this")})
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        which = before if fields.pop("treatment") == "last" and before else visit
        event = adverse_events.record_event(patient=visit.patient, visit=which, by=request.user, **fields)
        if event.serious:
            messages.warning(request, "Recorded as serious: no new plan and no visit until it is reviewed.")
        else:
            messages.success(request, "The adverse event is recorded.")
        return redirect("visits:visit", visit_id)
    context = {"form": form, "visit": visit, "patient": visit.patient, "before": before}
    return render(request, "visits/event.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def event_review(request: StaffRequest, event_id: int) -> HttpResponse:
    """Review a serious adverse event: new plans and visits are possible again."""
    event = event_for(request.user, event_id)
    later = event.later.select_related("recorded_by").first()
    if event.follows_id:
        return redirect("visits:event_review", event.follows_id)
    form = EventReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            adverse_events.review_event(event=event, by=request.user, **form.cleaned_data)
        except ValueError as reviewed:
            messages.error(request, str(reviewed))
            return redirect("visits:event_review", event_id)
        messages.success(request, "Reviewed. New plans and visits are possible again.")
        return redirect("chart", event.patient_id)
    context = {"form": form, "later": later, "patient": event.patient, **page.event_words(event)}
    return render(request, "visits/event_review.html", context, status=422 if form.is_bound else 200)
