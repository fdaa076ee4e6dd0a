"""The form filled in by a practitioner who asks the patient by phone. It is the patient's own form, page by page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clinic.people import access
from clinic.people.http import StaffRequest
from intake.actions import by_phone as actions
from intake.actions.invitations import LinkNotOpen
from intake.forms.invitation import CallerForm
from intake.models import PhoneCall
from intake.views import device as devices
from intake.views.device import Device, FormRequest


@require_http_methods(["GET", "POST"])
def begin(request: StaffRequest, patient_id: int) -> HttpResponse:
    """First who is on the phone, then the form."""
    patient = access.patient_for(request.user, patient_id, what="chart", permission=access.Permission.WRITE_CLINICAL)
    form = CallerForm(request.POST if request.method == "POST" else None, patient=patient)
    if request.method == "POST" and form.is_valid():
        try:
            call = actions.begin(patient=patient, by=request.user, checked=form.cleaned_data["checked"])
        except LinkNotOpen:
            messages.warning(request, "The form was sent or replaced a moment ago. Look again before you ask.")
            return redirect("intake:by_phone", patient.pk)
        answer = redirect("intake:welcome")
        link = call.response.invitation
        devices.remember(answer, Device(call=call.pk).with_link(link.pk, call.response_id), link)
        return answer
    context = {"patient": patient, "form": form}
    return render(request, "intake/by_phone.html", context, status=422 if form.is_bound else 200)


def hung_up(request: FormRequest, call: PhoneCall) -> HttpResponse:
    """The call is over: this browser forgets the form, and the practitioner reads what was said."""
    actions.end(call)
    answer = redirect("intake:response", call.response_id)
    devices.remember(answer, Device())
    return answer
