"""The owner's page: whether the clinic is set up, and where to change it; and the keyboard shortcuts for everyone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from clinic.people import search
from clinic.people.actions.clinic import change_clinic
from clinic.people.forms.patient import ClinicForm
from clinic.people.http import StaffRequest
from clinic.people.models import Clinic


@require_http_methods(["GET", "POST"])
def clinic(request: StaffRequest) -> HttpResponse:
    form = ClinicForm(request.POST or None, instance=Clinic.read())
    if request.method == "POST" and form.is_valid():
        change_clinic(clinic=form.instance, changed=form.changed_data, by=request.user)
        messages.success(request, "Saved.")
        return redirect("people:clinic")
    context = {"form": form, "staff": search.staff()}
    return render(request, "people/clinic.html", context, status=422 if form.is_bound else 200)


@require_GET
def keys(request: StaffRequest) -> HttpResponse:
    return render(request, "people/keys.html")
