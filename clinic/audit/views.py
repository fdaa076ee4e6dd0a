"""The owner reads who did what."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.audit.models import AuditEvent

PAGE = 60


@require_GET
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?patient=`` and ``?action=`` narrow it."""
    events = AuditEvent.objects.all()
    patient, action = request.GET.get("patient", "").strip(), request.GET.get("action", "").strip()[:60]
    if patient.isascii() and patient.isdigit() and len(patient) < 19:
        events = events.filter(patient_id=int(patient))
    if action:
        events = events.filter(action__startswith=action)
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    return render(request, "audit/trail.html", {"page": page, "patient": patient, "action": action})
