"""The pages of one visit: fetched and guarded, drawn open or as the note it is once it is over."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from clinic.people import access
from clinic.people.access import Permission
from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.http import StaffRequest
from treatments.models import Visit
from treatments.visits.forms.merge import base_of_page
from treatments.visits.forms.page import AddItemForm, AddPointForm, AmendForm
from treatments.visits.forms.parts import VisitForms
from treatments.visits.presenters import page as visit_page


def visit_for(request: StaffRequest, visit_id: int, *, what: str) -> Visit:
    """Fetch and guard in one act; leaves the read in the audit trail."""
    if not access.can(request.user, Permission.READ_CLINICAL):
        raise PermissionDenied
    with transaction.atomic():
        visit = get_object_or_404(
            Visit.objects.select_related(
                "patient", "plan__proposal__assessment__patient", "plan__proposal__assessment__response",
                "practitioner", "signed_by", "set_aside_by", "appointment",
            ).prefetch_related("amendments__by", "adverse_events"),
            pk=visit_id,
        )  # fmt: skip
        access.note_read(request.user, visit.patient, what=what, obj=visit)
    return visit


def page(request: StaffRequest, shown: Visit, forms: VisitForms, *, status: int = 200, **more: Any) -> HttpResponse:
    more = {
        "set_aside_form": SetAsideForm(),
        "base": base_of_page(shown.record),
        "asked_point": AddPointForm(prefix="add"),
        "asked_item": AddItemForm(prefix="more"),
        **more,
    }
    context = {**visit_page.page_of(shown, forms), **more}
    return render(request, "visits/visit.html", context, status=status)


def note(
    request: StaffRequest,
    shown: Visit,
    *,
    form: AmendForm | None = None,
    set_aside_form: SetAsideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    body = visit_page.note_of(shown)
    context = {
        "visit": shown,
        "patient": shown.patient,
        "visit_note": body,
        "reaches_lung": body["reaches_lung"],
        "form": form or AmendForm(),
        "set_aside_form": set_aside_form or SetAsideForm(),
    }
    return render(request, "visits/note.html", context, status=status)
