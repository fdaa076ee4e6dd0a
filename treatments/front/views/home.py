"""Home by role."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.audit import trail
from clinic.people.http import StaffRequest
from treatments.front.presenters import home


@require_safe
def page(request: StaffRequest) -> HttpResponse:
    with transaction.atomic():
        blocks = home.page_of(request.user, clinic=request.clinic, now=timezone.now(), today=timezone.localdate())
        shown = home.patients_shown(blocks)
        if shown:
            trail.record("home.read", by=request.user, detail={"patients": shown})
    return render(request, "front/home.html", blocks)
