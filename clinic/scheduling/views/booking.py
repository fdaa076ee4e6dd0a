"""Book one visit: who, what, which day, which of the free times."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.people.http import StaffRequest
from clinic.people.search import first_patients
from clinic.scheduling import fetch
from clinic.scheduling.actions import make_booking
from clinic.scheduling.availability import Need
from clinic.scheduling.diary import in_order, need_of_service
from clinic.scheduling.errors import BookingRefused, FormUsedTwice
from clinic.scheduling.forms import BookingForm
from clinic.scheduling.offers import free_times, slot_from_wall, slot_value
from clinic.scheduling.views.shared import new_nonce, search_query, with_change


def _need(data: QueryDict, patient_id: int | None) -> Need | None:
    service = fetch.service_or_first(data.get("service", ""))
    if service is None:
        return None
    practitioner = fetch.practitioner_or_none(data.get("practitioner"))
    return need_of_service(service, [practitioner.pk] if practitioner else in_order(None), patient=patient_id)


def _page(request: StaffRequest, data: QueryDict, *, form: BookingForm | None = None, **more: Any) -> dict[str, Any]:
    """The form with patient, chosen values and the free times of the chosen day."""
    patient = fetch.patient_or_none(request.user, data.get("patient"))
    form = form or BookingForm(initial={**data.dict(), "nonce": new_nonce()})
    need = _need(data, patient.pk if patient else None)
    day_field = BookingForm.base_fields["day"]
    try:
        day = day_field.clean(data.get("day") or timezone.localdate().isoformat())
    except ValidationError:  # the form reports what is wrong with the day; the times shown are today's
        day = timezone.localdate()
    asked = data.get("q", "").replace("\0", "")[:100]
    found = [] if patient else first_patients(asked)
    fetch.note_list(request.user, [patient] if patient else found, what="patients")
    return {
        "form": form,
        "patient": patient,
        "found": found,
        "q": asked,
        "day": day,
        "times": free_times(need, day, chosen=data.get("slot", ""), now=timezone.now()) if need else None,
        **more,
    }


def _prefilled(request: StaffRequest) -> QueryDict:
    """What the calendar or the chart passes in: ?patient= ?practitioner= ?day= ?clock= (wall clock)."""
    data = request.GET.copy()
    data.setdefault("day", timezone.localdate().isoformat())
    practitioner = fetch.practitioner_or_none(data.get("practitioner"))
    if practitioner and data.get("clock") and not data.get("slot"):
        data["slot"] = slot_from_wall(str(data["day"]), str(data["clock"]), practitioner.pk)
    return data


@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        data = _prefilled(request)
        context = _page(request, data)
        context["form"].initial["day"] = context["day"]
        return render(request, "scheduling/new.html", context)
    if request.POST.get("look"):  # without JavaScript: look again, book nothing
        return render(request, "scheduling/new.html", _page(request, request.POST))
    form = BookingForm(request.POST)
    if not form.is_valid():
        return render(request, "scheduling/new.html", _page(request, request.POST, form=form), status=422)
    starts_at, practitioner_id = form.cleaned_data["slot"]
    try:
        change = make_booking(
            patient=form.cleaned_data["patient"],
            service=form.cleaned_data["service"],
            practitioner=practitioner_id,
            starts_at=starts_at,
            by=request.user,
            nonce=form.cleaned_data["nonce"],
        )
    except BookingRefused as refusal:
        if fetch.practitioner_or_none(str(practitioner_id)) is None:
            form.add_error("slot", "That practitioner cannot be booked. Choose another time.")
            return render(request, "scheduling/new.html", _page(request, request.POST, form=form), status=422)
        return render(request, "scheduling/new.html", _refused(request, refusal), status=409)
    return redirect(with_change(reverse("scheduling:appointment", args=[change.appointment_id]), change.pk))


def _refused(request: StaffRequest, refusal: BookingRefused) -> dict[str, Any]:
    """The page again: what was typed is kept, the next fit is ticked and mentioned."""
    data = request.POST.copy()
    if refusal.next_fit:
        data["slot"] = slot_value(refusal.next_fit)
        data["day"] = timezone.localtime(refusal.next_fit.starts).date().isoformat()
    if isinstance(refusal, FormUsedTwice):
        data["nonce"] = new_nonce()
    form = BookingForm(initial=data.dict())
    return _page(request, data, form=form, refusal=refusal)


@require_GET
def free(request: StaffRequest) -> HttpResponse:
    """Part of the page: the free times, after service, practitioner, day or patient changed."""
    return render(request, "scheduling/_times.html", _page(request, request.GET))


@require_GET
def patient_options(request: StaffRequest) -> HttpResponse:
    """Part of the page: the first few patients whose names begin like this."""
    asked = search_query(request)
    found = first_patients(asked)
    fetch.note_list(request.user, found, what="patients")
    return render(request, "scheduling/_patients.html", {"found": found, "q": asked})
