"""The pages of one visit: fetched with an access check, rendered as open or, once it is over, as a note."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.http import StaffRequest
from treatments.models import Visit
from treatments.visits.forms.adding import AddItemForm, AddPointForm, AmendForm
from treatments.visits.forms.merge import base_of_page
from treatments.visits.forms.parts import VisitForms
from treatments.visits.presenters import page as visit_page


def page(request: StaffRequest, shown: Visit, forms: VisitForms, *, status: int = 200, **more: Any) -> HttpResponse:
    stored = forms if forms.record is shown.record else VisitForms(shown.record)
    more = {
        "set_aside_form": SetAsideForm(),
        "base": base_of_page(stored),
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
        "aftercare": body["aftercare"],
        "form": form or AmendForm(),
        "set_aside_form": set_aside_form or SetAsideForm(),
    }
    return render(request, "visits/note.html", context, status=status)
