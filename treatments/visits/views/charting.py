"""The visit page: begin, chart, sign, amend. Every save tells its revision; an older one is merged field by field."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clinic.people import access
from clinic.people.access import Permission
from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.models import Patient
from clinic.scheduling.models import Appointment
from treatments.models import Visit
from treatments.planning import Json
from treatments.visits import day_points
from treatments.visits import record as visit_record
from treatments.visits.actions import charting, marks, stops
from treatments.visits.forms.merge import Merged, base_of_page, in_step, merge
from treatments.visits.forms.page import AddItemForm, AddPointForm, AmendForm
from treatments.visits.forms.parts import VisitForms
from treatments.visits.presenters import page as visit_page

TRIES = 3  # how often a save is merged anew when somebody else saves in the same moment


@require_POST
def start(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Begin the next visit of the plan in force, or go on with the open one."""
    patient = get_object_or_404(Patient, pk=patient_id)
    appointment = None
    if request.POST.get("appointment", "").isdecimal():
        appointment = get_object_or_404(Appointment, pk=int(request.POST["appointment"][:18]), patient=patient)
    is_sure = request.POST.get("sure") == "1"
    try:
        visit = charting.start_visit(patient=patient, by=request.user, appointment=appointment, is_sure=is_sure)
    except charting.AskFirst as doubt:
        context = {"patient": patient, "doubt": doubt, "appointment": appointment}
        return render(request, "visits/start_asked.html", context)
    except charting.CannotStart as reason:
        messages.error(request, str(reason))
        return redirect("chart", patient_id)
    return redirect("visits:visit", visit.pk)


@never_cache
@require_GET
def clock(request: HttpRequest) -> HttpResponse:
    """The time of day in the clinic, by the server's clock."""
    return JsonResponse({"time": f"{timezone.localtime():%H:%M}"})


def visit_for(request: HttpRequest, visit_id: int, *, what: str) -> Visit:
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


@require_GET
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    shown = visit_for(request, visit_id, what="visit")
    if not shown.is_draft:
        return note(request, shown)
    return page(request, shown, VisitForms(shown.record))


@require_GET
def print_note(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The visit as a paper, also while it is still open."""
    return note(request, visit_for(request, visit_id, what="visit_note"))


def note(
    request: HttpRequest,
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


def page(request: HttpRequest, shown: Visit, forms: VisitForms, *, status: int = 200, **more: Any) -> HttpResponse:
    more = {"set_aside_form": SetAsideForm(), "base": base_of_page(shown.record), **more}
    context = {**visit_page.page_of(shown, forms), **more}
    return render(request, "visits/visit.html", context, status=status)


def revision_of(request: HttpRequest) -> int:
    text = request.POST.get("revision") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class Clashed(Exception):
    """The same field was changed here and by somebody else. All else is stored. ``forms`` show what was typed here."""

    def __init__(self, shown: Visit, merged: Merged) -> None:
        super().__init__("The same field was changed twice.")
        self.shown, self.merged = shown, merged
        self.forms = VisitForms(shown.record, merged.show)


def _saved(request: HttpRequest, visit_id: int) -> tuple[Visit, VisitForms]:
    """Take over what was typed, merged with what others saved meanwhile. Raises Clashed, AlreadySigned."""
    shown, forms, merged = _merged(request, visit_id)
    if merged.clashes:
        raise Clashed(shown, merged)
    return shown, forms


def _merged(request: HttpRequest, visit_id: int) -> tuple[Visit, VisitForms, Merged]:
    shown = visit_for(request, visit_id, what="visit")
    for _ in range(TRIES):
        if not shown.is_draft:
            raise charting.AlreadySigned
        merged = merge(shown.record, request.POST, is_current=revision_of(request) == shown.revision)
        forms = VisitForms(shown.record, merged.save)
        typed = forms.folded()
        try:
            kept = charting.save_visit(visit_id=visit_id, revision=shown.revision, record=typed, by=request.user)
        except charting.StaleVisit as stale:  # in this very moment: merged once more with what is stored now
            shown.record, shown.revision, shown.status = stale.visit.record, stale.visit.revision, stale.visit.status
            continue
        shown.record, shown.revision = kept.record, kept.revision
        return shown, forms, merged
    raise Clashed(shown, merged)


@require_POST
def save(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Autosave (htmx) and the Save button (a whole page). What is valid is kept, what is not is told."""
    try:
        shown, forms, merged = _merged(request, visit_id)
    except Clashed as clash:
        return conflict(request, clash)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    if request.headers.get("HX-Request"):
        context = {
            **visit_page.state_of(shown),
            **_in_step(shown, merged),
            "forms": VisitForms(shown.record),
            "faults": forms.errors,
            "at": timezone.localtime(),
        }
        return render(request, "visits/_saved.html", context, status=409 if merged.clashes else 200)
    if merged.clashes:
        return conflict(request, Clashed(shown, merged))
    if merged.taken:
        messages.info(request, f"A colleague has changed: {_told(merged)}. It is shown beside what you wrote.")
    if forms.errors:
        return page(request, shown, forms, status=422, **_not_added_yet(request))
    if left := _not_added_yet(request):
        return page(request, shown, VisitForms(shown.record), **left)
    messages.success(request, f"Saved {timezone.localtime():%H:%M}.")
    return redirect("visits:visit", visit_id)


def _told(merged: Merged) -> str:
    return "; ".join(f"{label}: {value or 'emptied'}" for label, value in merged.taken)


def _in_step(shown: Visit, merged: Merged) -> Json:
    """What brings the page in step: fields to refresh, the base of its next save, what others changed, what clashes."""
    return {
        "base": in_step(merged, shown.record),
        "changes": json.dumps(merged.changes, ensure_ascii=False),
        "taken": merged.taken,
        "clashes": merged.clashes,
    }


def conflict(request: HttpRequest, clash: Clashed) -> HttpResponse:
    """The fields that two people changed, with both values to choose from; everything else is stored."""
    more = _in_step(clash.shown, clash.merged)
    return page(request, clash.shown, clash.forms, status=409, **more)


def already_signed(request: HttpRequest, visit_id: int) -> HttpResponse:
    text = "This visit has since been signed and locked. Add anything missing as an amendment."
    if request.headers.get("HX-Request"):
        context = {"text": text, "visit_id": visit_id}
        return render(request, "visits/_locked.html", context, status=409)
    messages.error(request, text)
    return redirect("visits:visit", visit_id)


def look_again(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Somebody saved between our reading and our writing: what was typed is stored, what was pressed is not done."""
    messages.warning(request, "Somebody else saved this visit in this very moment. Look at it, then press again.")
    return redirect("visits:visit", visit_id)


@require_POST
def all_done(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Confirm instead of retype: all that was not answered yet was done as planned."""
    return _marked(request, visit_id, marks.mark_all)


@require_POST
def undo_all_done(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Take back just what "All done as planned" marked."""
    return _marked(request, visit_id, marks.unmark_all)


def _marked(request: HttpRequest, visit_id: int, mark: Callable[..., Visit]) -> HttpResponse:
    try:
        shown, forms = _saved(request, visit_id)
        if forms.errors:
            return page(request, shown, forms, status=422)
        marked = mark(visit_id=visit_id, revision=shown.revision, by=request.user)
    except Clashed as clash:
        return conflict(request, clash)
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    if left := _not_added_yet(request):
        shown.record, shown.revision = marked.record, marked.revision
        return page(request, shown, VisitForms(shown.record), **left)
    return redirect(f"{reverse('visits:visit', args=[visit_id])}#needling")


def _not_added_yet(request: HttpRequest) -> Json:
    """What stands in the rows that add and was not added: kept on the page and told, never lost."""
    more: Json = {}
    if point := request.POST.get("add-q", "").strip():
        more["asked_point"] = AddPointForm(request.POST, prefix="add")
        more["unknown"] = day_points.UnknownPoint(f"“{point}” is not added yet: press Add, or empty the field.", [])
    if item := request.POST.get("more-what", "").strip():
        more["asked_item"] = AddItemForm(request.POST, prefix="more")
        more["asked_item"].full_clean()
        more["asked_item"].add_error("what", f"“{item}” is not added yet: press Add, or empty the field.")
    return more


@require_POST
def add_point(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One more point, by any spelling, after the same safety review as the plan's."""
    asked = AddPointForm(request.POST, prefix="add")

    def grow(record: Json) -> Json:
        return visit_record.with_point(record, data["stage"], point)

    try:
        if not asked.is_valid() and not (asked.errors.keys() & {"reason", "given_text"}):
            raise day_points.UnknownPoint("Write which point, as bl23, Shenshu or 肾俞.", [])
        data = asked.cleaned_data
        point = day_points.point_for(data["q"], data["side"])
    except day_points.UnknownPoint as unknown:
        return _not_added(request, visit_id, asked_point=asked, unknown=unknown)
    return _add(request, visit_id, grow, what=point["code"], data=data, asked_point=asked)


@require_POST
def add_item(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Current, cups, moxa, hands or ear that was not planned."""
    asked = AddItemForm(request.POST, prefix="more")
    if not asked.is_valid() and not (asked.errors.keys() & {"reason", "given_text"}):
        return _not_added(request, visit_id, asked_item=asked)
    data = asked.cleaned_data

    def grow(record: Json) -> Json:
        if data["kind"] == "electro":
            return visit_record.with_current(record, data["stage"], leads=data["leads"], side=data["side"])
        if data["kind"].startswith("ear_"):
            method = data["kind"].removeprefix("ear_")
            today = timezone.localdate()
            return visit_record.with_ear(record, method=method, side=data["side"], points=data["points"], today=today)
        return visit_record.with_adjunct(record, kind=data["kind"], where=data["what"])

    return _add(request, visit_id, grow, what=data["kind"], data=data, asked_item=asked)


def _add(
    request: HttpRequest, visit_id: int, grow: Callable[[Json], Json], *, what: str, data: Json, **asked: Any
) -> HttpResponse:
    """Keep the page as typed, then add; a stop without an answer is shown and nothing is added."""
    is_answered = not any(form.errors for form in asked.values())  # half an answer is none
    said = {"answers": data["answers"], "given": data["given"]} if is_answered else {}
    try:
        shown, forms = _saved(request, visit_id)
        if forms.errors:
            return page(request, shown, forms, status=422, **asked)
        stops.add(visit_id=visit_id, revision=shown.revision, grow=grow, what=what, by=request.user, **said)
    except stops.AddRefused as refused:
        return page(request, shown, VisitForms(shown.record), status=422, refused=refused, **asked)
    except charting.NotReady as stopped:
        messages.error(request, str(stopped))
    except KeyError:
        messages.error(request, "That stage is not there any more. Reload the page and add it again.")
    except Clashed as clash:
        return conflict(request, clash)
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    return redirect(f"{reverse('visits:visit', args=[visit_id])}#needling")


def _not_added(request: HttpRequest, visit_id: int, **more: Any) -> HttpResponse:
    """What was asked cannot be understood: the rest of the page is kept all the same."""
    try:
        shown, forms = _saved(request, visit_id)
    except Clashed as clash:
        return conflict(request, clash)
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    return page(request, shown, forms if forms.errors else VisitForms(shown.record), status=422, **more)


@require_POST
def remove_point(request: HttpRequest, visit_id: int, uid: str) -> HttpResponse:
    try:
        shown, forms = _saved(request, visit_id)
        if forms.errors:
            return page(request, shown, forms, status=422)
        charting.remove_point(visit_id=visit_id, revision=shown.revision, uid=uid, by=request.user)
    except Clashed as clash:
        return conflict(request, clash)
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    return redirect("visits:visit", visit_id)


@require_POST
def sign(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Save what stands on the page, then lock it."""
    try:
        shown, forms, merged = _merged(request, visit_id)
        if merged.clashes:
            raise Clashed(shown, merged)
        left = _not_added_yet(request)
        if forms.errors or left:
            return page(request, shown, forms, status=422, **left)
        if merged.taken:
            told = f"A colleague has changed: {_told(merged)}. Look at it, then sign."
            return page(request, shown, VisitForms(shown.record), status=409, not_ready=[told])
        charting.sign_visit(visit_id=visit_id, revision=shown.revision, by=request.user)
    except charting.NotReady as open_points:
        return page(request, shown, VisitForms(shown.record), status=422, not_ready=open_points.reasons)
    except Clashed as clash:
        return conflict(request, clash)
    except charting.StaleVisit:
        return look_again(request, visit_id)
    except charting.AlreadySigned:
        return already_signed(request, visit_id)
    messages.success(request, "Signed and locked.")
    return redirect("visits:visit", visit_id)
