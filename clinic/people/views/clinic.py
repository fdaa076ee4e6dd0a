"""The owner's page: is the clinic set up, and where to change it; and the list of keys for everybody."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from clinic.audit import trail
from clinic.people.forms.patient import ClinicForm
from clinic.people.http import StaffRequest
from clinic.people.models import Clinic, User


@require_http_methods(["GET", "POST"])
def clinic(request: StaffRequest) -> HttpResponse:
    form = ClinicForm(request.POST or None, instance=Clinic.read())
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            trail.record("clinic.changed", by=request.user, obj=saved, detail={"fields": sorted(form.changed_data)})
        messages.success(request, "Saved.")
        return redirect("people:clinic")
    context = {"form": form, "staff": User.objects.order_by("-is_active", "name")}
    return render(request, "people/clinic.html", context, status=422 if form.is_bound else 200)


@require_GET
def keys(request: StaffRequest) -> HttpResponse:
    return render(request, "people/keys.html")
