"""A patient's chart: logistics for anyone who may find patients, clinical content only for those who may read it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.people.access import Permission, can, patient_for
from clinic.people.http import StaffRequest
from treatments.front.presenters import chart


@require_safe
def page(request: StaffRequest, patient_id: int) -> HttpResponse:
    is_clinical = can(request.user, Permission.READ_CLINICAL)
    what = "chart" if is_clinical else "contact"
    patient = patient_for(request.user, patient_id, what=what, permission=Permission.FIND_PATIENTS)
    context = {
        "patient": patient,
        "age": patient.age_on(timezone.localdate()),
        **chart.page_of(patient, is_clinical=is_clinical, now=timezone.now()),
    }
    return render(request, "front/chart.html", context)
