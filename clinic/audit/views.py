"""The owner reads who did what."""

from __future__ import annotations

import re

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.audit import trail
from clinic.audit.fetch import events_of
from clinic.lib.numbers import whole_number

PAGE = 60


@require_GET
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?patient=`` and ``?action=`` narrow it."""
    patient, action = request.GET.get("patient", "").strip(), request.GET.get("action", "").strip()[:60]
    whose = whole_number(patient)
    asked = {"action": action} if re.fullmatch(r"[a-z_.]+", action) else {}  # nothing typed at will gets into the trail
    page = Paginator(events_of(patient=whose, action=action), PAGE).get_page(request.GET.get("page"))
    acting = sorted({int(event.actor_id) for event in page.object_list if event.actor_kind == "patient"})
    named = {"patients": acting} if acting else {}  # patients act by their links, and are named then
    trail.record("trail.read", by=request.user, patient=whose, detail={**asked, **named})
    return render(request, "audit/trail.html", {"page": page, "patient": patient, "action": action})
