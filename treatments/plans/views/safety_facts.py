"""The page of what is known about a patient's safety: read, added to, ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.people import access
from clinic.people.access import Permission
from clinic.people.actions import safety
from clinic.people.http import StaffRequest
from clinic.people.models import Patient, SafetyEntry
from intake.questionnaire.consent import load_consent
from treatments.plans.actions import safety_facts
from treatments.plans.forms.safety_facts import SafetyEntryForm, conditions
from treatments.plans.presenters import safety_facts as presenter


@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, patient_id: int) -> HttpResponse:
    needs = Permission.READ_CLINICAL if request.method == "GET" else Permission.WRITE_CLINICAL
    patient = access.patient_for(request.user, patient_id, what="safety", permission=needs)
    form = SafetyEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add = partial(safety.add_entry, patient=patient, by=request.user, **form.entry())
        _tell(request, safety_facts.note(patient=patient, change=add, by=request.user))
        return redirect("plans:safety", patient.pk)
    context = {**presenter.page_of(patient), "form": form}
    return render(request, "plans/safety.html", context, status=422 if form.is_bound else 200)


@require_POST
def end(request: StaffRequest, patient_id: int) -> HttpResponse:
    """An entry, or a finding that was reported elsewhere, no longer holds."""
    patient = access.patient_for(request.user, patient_id, what="safety", permission=Permission.WRITE_CLINICAL)
    entry, finding = request.POST.get("entry", ""), request.POST.get("finding", "")
    change: Callable[[], object]
    if entry.isascii() and entry.isdigit():
        held = get_object_or_404(SafetyEntry, pk=int(entry), patient=patient)
        change = partial(safety.end_entry, entry_id=held.pk, by=request.user)
    elif finding in dict(conditions()):
        change = partial(safety.end_fact, patient=patient, finding=finding, by=request.user)
    else:
        raise Http404
    _tell(request, safety_facts.note(patient=patient, change=change, by=request.user))
    return _back(request, patient)


@require_POST
def confirm(request: StaffRequest, patient_id: int) -> HttpResponse:
    """A condition of the patient's form is so, or is still so though the newest form does not say it."""
    patient = access.patient_for(request.user, patient_id, what="safety", permission=Permission.WRITE_CLINICAL)
    finding = request.POST.get("finding", "")
    if finding not in dict(conditions()):
        raise Http404
    change = partial(safety.confirm_fact, patient=patient, finding=finding, by=request.user)
    _tell(request, safety_facts.note(patient=patient, change=change, by=request.user))
    return _back(request, patient)


def _back(request: StaffRequest, patient: Patient) -> HttpResponse:
    """To the intake that the button was on, if it was one."""
    response = request.POST.get("response", "")
    if response.isascii() and response.isdigit() and len(response) < 19:
        return redirect("intake:response", int(response))
    return redirect("plans:safety", patient.pk)


@require_POST
def consent(request: StaffRequest, patient_id: int) -> HttpResponse:
    """The patient agrees to a method at the clinic, or withdraws what was agreed."""
    patient = access.patient_for(request.user, patient_id, what="safety", permission=Permission.WRITE_CLINICAL)
    method = load_consent().methods.get(request.POST.get("method", ""))
    state = request.POST.get("state")
    if method is None or state not in ("agreed", "withdrawn"):
        raise Http404
    change = partial(
        safety.record_consent,
        patient=patient,
        method=method.name,
        finding=method.finding,
        agreed=state == "agreed",
        by=request.user,
    )
    _tell(request, safety_facts.note(patient=patient, change=change, by=request.user))
    return redirect("plans:safety", patient.pk)


def _tell(request: StaffRequest, effects: list[safety_facts.Effect]) -> None:
    level = messages.WARNING if any(one.stops for one in effects) else messages.SUCCESS
    messages.add_message(request, level, presenter.effect_words(effects))
