"""Find, add and change patients. What is wrong with them is not here."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit import trail
from clinic.lib.paging import page_of
from clinic.lib.records import Stale, answering
from clinic.people import access
from clinic.people.actions.contact import decide_contact
from clinic.people.actions.patients import add_patient, change_patient
from clinic.people.forms.patient import PatientForm
from clinic.people.http import StaffRequest
from clinic.people.likeness import same_person
from clinic.people.models import ContactChange, Patient
from clinic.people.presenters import told_changes
from clinic.people.search import MOST_LISTED, find_patients, first_patients, list_patients

PAGE = 30


@require_GET
def patients(request: StaffRequest) -> HttpResponse:
    """The list, by name; ``?q=`` searches."""
    asked = request.GET.get("q", "")[:100]
    page = page_of(list_patients(asked), request.GET.get("page"), PAGE)
    with transaction.atomic():
        trail.record("patients.listed", by=request.user, detail={"patients": [p.pk for p in page.object_list]})
    there_are_more = bool(asked) and not page.has_next and page.last == MOST_LISTED
    return render(request, "people/patients.html", {"page": page, "q": asked, "there_are_more": there_are_more})


@require_GET
def patient_search(request: StaffRequest) -> HttpResponse:
    """The first few matches while typing, as links."""
    asked = request.GET.get("q", "")[:100]
    found = first_patients(asked)
    if found:
        with transaction.atomic():
            trail.record("patients.listed", by=request.user, detail={"patients": [p.pk for p in found]})
    return render(request, "people/_search_results.html", {"found": found, "q": asked})


@require_http_methods(["GET", "POST"])
def patient_add(request: StaffRequest) -> HttpResponse:
    form = PatientForm(request.POST or None)
    same: list[Patient] = []
    if request.method == "POST" and form.is_valid():
        same = [] if "another" in request.POST else same_person(form.changes())
        if not same:
            patient = add_patient(by=request.user, **form.changes())
            return redirect("chart", patient.pk)
    likely = same or (_namesakes(form) if request.method == "POST" else [])
    if likely:
        with transaction.atomic():
            trail.record("patients.listed", by=request.user, detail={"patients": [p.pk for p in likely]})
    context = {"form": form, "namesakes": likely, "is_same": bool(same)}
    return render(request, "people/patient_form.html", context, status=422 if form.is_bound else 200)


def _both_versions(request: StaffRequest, clash: Stale) -> HttpResponse:
    """409: where the input differs from what is stored now; sent again, it overwrites it."""
    again = request.POST.copy()
    again["version"] = str(clash.record.version)
    typed, theirs = PatientForm(again, instance=Patient(pk=clash.record.pk)), PatientForm(instance=clash.record)
    differences = [
        {"label": field.label, "mine": typed[name].value(), "theirs": theirs[name].value()}
        for name, field in typed.fields.items()
        if name != "version" and str(theirs[name].value() or "") != str(typed[name].value() or "")
    ]
    context = {"form": typed, "patient": clash.record, "differences": differences}
    return render(request, "people/patient_form.html", context, status=409)


@require_http_methods(["GET", "POST"])
@answering(stale=_both_versions)
def patient_edit(request: StaffRequest, patient_id: int) -> HttpResponse:
    patient = access.patient_for(request.user, patient_id, what="contact", permission=access.Permission.EDIT_PATIENTS)
    if request.method == "GET":
        form = PatientForm(instance=patient, initial={"version": patient.version})
        context = {"form": form, "patient": patient, "told": told_changes(patient)}
        return render(request, "people/patient_form.html", context)
    # validated against a fresh copy, so that the original stays unchanged until the action writes it
    form = PatientForm(request.POST, instance=Patient(pk=patient.pk))
    if not form.is_valid():
        return render(request, "people/patient_form.html", {"form": form, "patient": patient}, status=422)
    change_patient(patient_id, by=request.user, version=form.cleaned_data["version"], changes=form.changes())
    return redirect("chart", patient_id)


@require_POST
def contact_told(request: StaffRequest, told_id: int) -> HttpResponse:
    """Accept what the patient reported about themselves, or keep what we have."""
    change = get_object_or_404(ContactChange, pk=told_id)
    take = request.POST.get("do") == "take"
    decide_contact(change.pk, by=request.user, take=take)
    messages.success(request, "Updated." if take else "Left as it was.")
    return redirect("people:patient_edit", change.patient_id)


def _namesakes(form: PatientForm) -> list[Patient]:
    names = f"{form.data.get('given_name', '')} {form.data.get('family_name', '')}"
    return list(find_patients(names)[:3]) if names.strip() else []
