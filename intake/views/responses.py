"""Reading a submitted intake: one screen for the practitioner. Every read is in the audit trail."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from clinic.people.http import StaffRequest
from intake.actions import red_flags
from intake.consent_text import is_consent_open
from intake.fetch import response_for
from intake.forms.invitation import AcknowledgeForm
from intake.models import RedFlagAlert
from intake.presenters import response as presenter
from intake.presenters.consent_copy import as_file, copy_of
from intake.presenters.finishing import finishing


@require_GET
def page(request: StaffRequest, response_id: int) -> HttpResponse:
    """A summary of an intake. A draft with a red flag can be read too; it is labelled as a draft."""
    found = response_for(request.user, response_id)
    is_open = found.is_submitted and is_consent_open(found.patient)
    context = {
        "consent_open": is_open,
        "response": found,
        "patient": found.patient,
        "note_form": AcknowledgeForm(),
        **presenter.summary(found),
    }
    return render(request, "intake/response.html", context)


@require_GET
def finishing_page(request: StaffRequest) -> HttpResponse:
    """How many finish the form, and where they stop. No answers."""
    return render(request, "intake/finishing.html", {"parts": finishing()})


@require_GET
def consent_paper(request: StaffRequest, response_id: int) -> HttpResponse:
    """The signed consent as a PDF, to print or to hand out again."""
    found = response_for(request.user, response_id)
    if found.consent_given is None:
        raise Http404
    return as_file(copy_of(found, clinic=request.clinic.name), f"consent-{found.pk}.pdf")


@require_POST
def acknowledge(request: StaffRequest, alert_id: int) -> HttpResponse:
    """The practitioner records what was done about a red flag."""
    alert = get_object_or_404(RedFlagAlert, pk=alert_id)
    form = AcknowledgeForm(request.POST)
    if form.is_valid():
        red_flags.acknowledge(alert.pk, by=request.user, note=form.cleaned_data["note"])
        messages.success(request, "Noted. The alert is answered.")
    else:
        messages.error(request, str(form.errors["note"][0]))
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return HttpResponseRedirect(back)
    return redirect("intake:response", alert.response_id)
