"""The visit page: begin, chart, sign, amend. Every save states its revision; an older one is merged field by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clinic.lib.loose import Context
from clinic.lib.numbers import whole_number
from clinic.lib.records import NotReady
from clinic.people.http import StaffRequest
from clinic.people.models import Patient
from clinic.scheduling.models import Appointment
from treatments.models import Visit
from treatments.planner.treatment.visit_shapes import VisitRecord
from treatments.visits import additions, day_points
from treatments.visits.actions import charting, marks, starting, stops
from treatments.visits.fetch import visit_for
from treatments.visits.forms.adding import AddItemForm, AddPointForm
from treatments.visits.forms.parts import VisitForms
from treatments.visits.presenters import page as visit_page
from treatments.visits.views.pages import note, page
from treatments.visits.views.saving import Clashed, answers_conflicts, merged_save, saved, step_of, told


@require_POST
def start(request: StaffRequest, patient_id: int) -> HttpResponse:
    """Begin the next visit of the plan in force, or continue the open one."""
    patient = get_object_or_404(Patient, pk=patient_id)
    number = whole_number(request.POST.get("appointment"))
    appointment = get_object_or_404(Appointment, pk=number, patient=patient) if number is not None else None
    is_sure = request.POST.get("sure") == "1"
    chosen = [number for one in request.POST.getlist("plan") if (number := whole_number(one)) is not None]
    if not chosen and (plans := starting.to_choose_from(patient)):
        context: Context = {
            "patient": patient,
            "appointment": appointment,
            "rows": visit_page.plans_to_choose(plans, appointment),
        }
        return render(request, "visits/start_which.html", context)
    plan_id, also_plan_id = [*chosen, None, None][:2]
    try:
        visit = starting.start_visit(
            patient=patient,
            by=request.user,
            appointment=appointment,
            is_sure=is_sure,
            plan_id=plan_id,
            also_plan_id=also_plan_id,
        )
    except starting.AskFirst as doubt:
        context = {"patient": patient, "doubt": doubt, "appointment": appointment, "chosen": chosen}
        return render(request, "visits/start_asked.html", context)
    except starting.CannotStart as reason:
        messages.error(request, str(reason))
        return redirect("chart", patient_id)
    return redirect("visits:visit", visit.pk)


@never_cache
@require_GET
def clock(request: StaffRequest) -> HttpResponse:
    """The time of day at the clinic, by the server's clock."""
    return JsonResponse({"time": f"{timezone.localtime():%H:%M}"})


@require_GET
def visit(request: StaffRequest, visit_id: int) -> HttpResponse:
    shown = visit_for(request, visit_id, what="visit")
    if not shown.is_draft:
        return note(request, shown)
    return page(request, shown, VisitForms(shown.record))


@require_GET
def print_note(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The visit for printing, also while it is still open."""
    return note(request, visit_for(request, visit_id, what="visit_note"))


@require_POST
@answers_conflicts
def save(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Autosave (htmx) and the Save button (a whole page). Valid input is saved, errors are shown."""
    shown, forms, merged = merged_save(request, visit_id)
    if request.htmx:
        stored = VisitForms(shown.record)
        context = {
            **visit_page.state_of(shown),
            **step_of(stored, merged),
            "forms": stored,
            "faults": forms.errors,
            "at": timezone.localtime(),
        }
        return render(request, "visits/_saved.html", context, status=409 if merged.clashes else 200)
    if merged.clashes:
        raise Clashed(shown, merged)
    if merged.taken:
        messages.info(request, f"A colleague has changed: {told(merged)}. It is shown next to what you wrote.")
    if forms.errors:
        return page(request, shown, forms, status=422, **_not_added_yet(request))
    if left := _not_added_yet(request):
        return page(request, shown, VisitForms(shown.record), **left)
    messages.success(request, f"Saved {timezone.localtime():%H:%M}.")
    return redirect("visits:visit", visit_id)


@require_POST
@answers_conflicts
def all_done(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Confirm instead of retyping: everything not yet answered was done as planned."""
    return _marked(request, visit_id, marks.mark_all)


@require_POST
@answers_conflicts
def undo_all_done(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Undo exactly what "All done as planned" marked."""
    return _marked(request, visit_id, marks.unmark_all)


def _marked(request: StaffRequest, visit_id: int, mark: Callable[..., Visit]) -> HttpResponse:
    shown, forms = saved(request, visit_id)
    if forms.errors:
        return page(request, shown, forms, status=422)
    marked = mark(visit_id=visit_id, revision=shown.revision, by=request.user)
    if left := _not_added_yet(request):
        shown.record, shown.revision = marked.record, marked.revision
        return page(request, shown, VisitForms(shown.record), **left)
    return redirect(f"{reverse('visits:visit', args=[visit_id])}#needling")


def _not_added_yet(request: StaffRequest) -> Context:
    """What was typed in the rows that add but not added: kept on the page and reported, never lost."""
    more: Context = {}
    if point := request.POST.get("add-q", "").strip():
        more["asked_point"] = AddPointForm(request.POST, prefix="add")
        more["unknown"] = day_points.UnknownPoint(f"“{point}” is not added yet: press Add, or empty the field.", [])
    if item := request.POST.get("more-what", "").strip():
        more["asked_item"] = AddItemForm(request.POST, prefix="more")
        more["asked_item"].full_clean()
        more["asked_item"].add_error("what", f"“{item}” is not added yet: press Add, or empty the field.")
    return more


@require_POST
@answers_conflicts
def add_point(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Another point, by any spelling, after the same safety review as for a plan."""
    asked = AddPointForm(request.POST, prefix="add")

    def add_to_record(record: VisitRecord) -> VisitRecord:
        return additions.with_point(record, data["stage"], point)

    try:
        if not asked.is_valid() and not (asked.errors.keys() & {"reason", "given_text"}):
            raise day_points.UnknownPoint("Write which point, as bl23, Shenshu or 肾俞.", [])
        data = asked.cleaned_data
        point = day_points.point_for(data["q"], data["side"])
    except day_points.UnknownPoint as unknown:
        return _not_added(request, visit_id, asked_point=asked, unknown=unknown)
    return _add(request, visit_id, add_to_record, what=point["code"], data=data, asked_point=asked)


@require_POST
@answers_conflicts
def add_item(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Current, cups, moxa, hands or ear that was not planned."""
    asked = AddItemForm(request.POST, prefix="more")
    if not asked.is_valid() and not (asked.errors.keys() & {"reason", "given_text"}):
        return _not_added(request, visit_id, asked_item=asked)
    data = asked.cleaned_data

    def add_to_record(record: VisitRecord) -> VisitRecord:
        if data["kind"] == "electro":
            return additions.with_current(record, data["stage"], leads=data["leads"], side=data["side"])
        if data["kind"].startswith("ear_"):
            method = data["kind"].removeprefix("ear_")
            today = timezone.localdate()
            return additions.with_ear(record, method=method, side=data["side"], points=data["points"], today=today)
        return additions.with_adjunct(record, kind=data["kind"], where=data["what"])

    return _add(request, visit_id, add_to_record, what=data["kind"], data=data, asked_item=asked)


def _add(
    request: StaffRequest,
    visit_id: int,
    add_to_record: Callable[[VisitRecord], VisitRecord],
    *,
    what: str,
    data: dict[str, Any],
    **asked: Any,
) -> HttpResponse:
    """Save the page as typed, then add; an unanswered stop is shown and nothing is added."""
    is_answered = not any(form.errors for form in asked.values())  # half an answer is no answer
    said = {"answers": data["answers"], "given": data["given"]} if is_answered else {}
    shown, forms = saved(request, visit_id)
    if forms.errors:
        return page(request, shown, forms, status=422, **asked)
    try:
        stops.add(
            visit_id=visit_id, revision=shown.revision, add_to_record=add_to_record, what=what, by=request.user, **said
        )
    except stops.AddRefused as refused:
        return page(request, shown, VisitForms(shown.record), status=422, refused=refused, **asked)
    except NotReady as stopped:
        messages.error(request, str(stopped))
    except KeyError:
        messages.error(request, "That stage no longer exists. Reload the page and add it again.")
    return redirect(f"{reverse('visits:visit', args=[visit_id])}#needling")


def _not_added(request: StaffRequest, visit_id: int, **more: Any) -> HttpResponse:
    """The addition could not be understood: the rest of the page is saved anyway."""
    shown, forms = saved(request, visit_id)
    return page(request, shown, forms if forms.errors else VisitForms(shown.record), status=422, **more)


@require_POST
@answers_conflicts
def remove_point(request: StaffRequest, visit_id: int, uid: str) -> HttpResponse:
    shown, forms = saved(request, visit_id)
    if forms.errors:
        return page(request, shown, forms, status=422)
    charting.remove_point(visit_id=visit_id, revision=shown.revision, uid=uid, by=request.user)
    return redirect("visits:visit", visit_id)


@require_POST
@answers_conflicts
def sign(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Save the page, then lock the visit."""
    shown, forms, merged = merged_save(request, visit_id)
    if merged.clashes:
        raise Clashed(shown, merged)
    left = _not_added_yet(request)
    if forms.errors or left:
        return page(request, shown, forms, status=422, **left)
    if merged.taken:
        unseen = f"A colleague has changed: {told(merged)}. Look at it, then sign."
        return page(request, shown, VisitForms(shown.record), status=409, not_ready=[unseen])
    try:
        charting.sign_visit(visit_id=visit_id, revision=shown.revision, by=request.user)
    except NotReady as open_points:
        return page(request, shown, VisitForms(shown.record), status=422, not_ready=open_points.reasons)
    messages.success(request, "Signed and locked.")
    return redirect("visits:visit", visit_id)
