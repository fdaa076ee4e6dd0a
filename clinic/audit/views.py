"""The owner reads who did what."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.audit import trail
from clinic.audit.fetch import events_of, part_of
from clinic.audit.presenters import rows_of
from clinic.lib.numbers import whole_number

PAGE = 60


@require_GET
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?patient=`` and ``?action=`` narrow it, ``?before=`` and ``?after=`` an event turn the page."""
    patient, action = request.GET.get("patient", "").strip(), request.GET.get("action", "").strip()[:60]
    whose = whole_number(patient)
    asked = {"action": action} if re.fullmatch(r"[a-z_.]+", action) else {}  # no arbitrary text gets into the trail
    before, after = (whole_number(request.GET.get(name)) for name in ("before", "after"))
    part = part_of(events_of(patient=whose, action=action), before=before, after=after, size=PAGE)
    acting = sorted({int(event.actor_id) for event in part.events if event.actor_kind == "patient"})
    named = {"patients": acting} if acting else {}  # patients act through their links, and are then named
    trail.record("trail.read", by=request.user, patient=whose, detail={**asked, **named})
    context = {"rows": rows_of(part.events), "part": part, "patient": patient, "action": action}
    return render(request, "audit/trail.html", context)
