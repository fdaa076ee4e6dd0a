"""The practitioner's assessment page: opened, saved at each change, decided, signed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.lib.numbers import whole_number
from clinic.lib.records import NotADraft, NotReady, Stale, answering, revision_of
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.http import StaffRequest
from intake.actions import assessment as actions
from intake.actions import assessment_clearance
from intake.actions.episodes import EpisodeClosed
from intake.case_building import build_case
from intake.fetch import assessment_for
from intake.forms.assessment import ClearanceForm, DecisionForm, read_examination
from intake.models import Assessment, Clearance, Episode
from intake.presenters import assessment as presenter


def _entered(request: StaffRequest, found: Assessment) -> tuple[Any, actions.Examination]:
    """The patient's answers, and the posted page as an examination."""
    told = presenter.told_by_patient(found, today=timezone.localdate())
    return told, read_examination(request.POST, told=told.findings, before=found.findings)


def _stale(request: StaffRequest, clash: Stale) -> HttpResponse:
    """409: what the other person changed, next to what was entered here. Nothing entered is lost."""
    current: Assessment = clash.record
    _, entered = _entered(request, current)
    context = {
        "assessment": current,
        "differences": presenter.differences(entered.findings, current.findings),
        "notes_differ": entered.notes != current.notes,
        "their_notes": current.notes,
    }
    if request.htmx:
        answer = render(request, "intake/_assessment_clash.html", context, status=409)
        answer.headers["HX-Retarget"] = "#clash"
        return answer
    # Without JavaScript: the page again, filled with what was entered, to be sent again with the new revision.
    current.findings, current.levels = entered.findings, entered.levels
    current.ashi, current.notes = entered.ashi, entered.notes
    return _page(request, current, status=409, **context | {"has_clash": True})


def _locked(request: StaffRequest, shut: NotADraft) -> HttpResponse:
    words = "This assessment is signed and can no longer be changed: assess again to continue."
    if shut.record.is_set_aside:
        words = "This draft was discarded and can no longer be changed: assess again to continue."
    messages.warning(request, words)
    return _go(request, "intake:assessment", assessment_id=shut.record.pk)


answers_conflicts = answering(stale=_stale, locked=_locked)


@require_http_methods(["GET", "POST"])
def of_patient(request: StaffRequest, patient_id: int) -> HttpResponse:
    """GET: the open draft, else the assessment in force, else a prompt to begin. POST: begin a draft."""
    patient = access.patient_for(request.user, patient_id, what="assessment")
    if request.method == "POST":
        if not access.can(request.user, Permission.WRITE_CLINICAL):
            raise PermissionDenied
        asked = whole_number(request.POST.get("episode"))
        episode = get_object_or_404(Episode, pk=asked, patient=patient) if asked is not None else None
        try:
            draft = actions.open_draft(patient=patient, by=request.user, episode=episode)
        except EpisodeClosed as closed:
            messages.warning(request, str(closed))
            return redirect("chart", patient_id=patient.pk)
        return redirect("intake:assessment", assessment_id=draft.pk)
    rows = list(patient.assessments.filter(status__in=("draft", "signed"), episode__closed_at=None))
    if not rows:
        return render(request, "intake/assessment_start.html", {"patient": patient})
    current = next((row for row in rows if row.status == "draft"), rows[0])
    return redirect("intake:assessment", assessment_id=current.pk)


@require_GET
def page(request: StaffRequest, assessment_id: int) -> HttpResponse:
    found = assessment_for(request.user, assessment_id)
    return _page(request, found)


@require_GET
def answers(request: StaffRequest, assessment_id: int, group: str) -> HttpResponse:
    """One group of the patient's answers as controls: loaded when opened, which most never are."""
    found = assessment_for(request.user, assessment_id)
    if group not in presenter.GROUPS:
        raise Http404
    if not request.htmx:
        return _page(request, found, open_group=group)
    today = timezone.localdate()
    case = build_case(found.patient, found, today=today)
    context = presenter.group_of(group, case, presenter.told_by_patient(found, today=today))
    return render(request, "intake/_assessment_answers.html", {**context, "is_draft": found.is_draft})


def _with_forms(context: dict[str, Any]) -> dict[str, Any]:
    """The forms of the result part: one to decide, and one per alert to clear it."""
    decision = DecisionForm(initial=DecisionForm.initial_of(context["assessment"].confirmed))
    for alert in context["alerts"]:
        if alert["clearable"]:
            alert["form"] = ClearanceForm(
                finding_ids=alert["clearable"], not_before=alert["examined_after"], prefix=alert["code"]
            )
    return {**context, "decision": decision}


def _page(request: StaffRequest, found: Assessment, *, status: int = 200, **extra: Any) -> HttpResponse:
    context = {"set_aside_form": SetAsideForm(), **_with_forms(presenter.page_of(found, today=timezone.localdate()))}
    bad = extra.pop("clearance", None)
    for alert in context["alerts"]:
        if bad is not None and bad.prefix == alert["code"]:
            alert["form"] = bad
    return render(request, "intake/assessment.html", {**context, "patient": found.patient, **extra}, status=status)


@require_POST
@answers_conflicts
def save(request: StaffRequest, assessment_id: int) -> HttpResponse:
    """Save examination and decision. With htmx returns the result part, else redirects to the page."""
    found = assessment_for(request.user, assessment_id, needs=Permission.WRITE_CLINICAL)
    saved, told = _saved(request, found)
    return _result(request, saved, told) if saved else _not_from_the_lists(request, found)


@require_POST
@answers_conflicts
def sign(request: StaffRequest, assessment_id: int) -> HttpResponse:
    """Save the page, then lock the assessment."""
    found = assessment_for(request.user, assessment_id, needs=Permission.SIGN)
    saved, told = _saved(request, found)
    if saved is None:
        return _not_from_the_lists(request, found)
    try:
        actions.sign(assessment_id=saved.pk, revision=saved.revision, by=request.user)
    except NotReady as error:
        return _result(request, saved, told, problems=error.reasons, status=422)
    messages.success(request, "Assessment signed.")
    return _go(request, "intake:assessment", assessment_id=found.pk)


def _saved(request: StaffRequest, found: Assessment) -> tuple[Assessment | None, Any]:
    """The assessment with what was posted, None for an invalid decision; and the patient's answers."""
    told, entered = _entered(request, found)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return None, told
    saved = actions.save(
        assessment_id=found.pk,
        # "keep" is sent by the button of the clash notice: the other person's changes have been seen
        revision=revision_of(request.POST, "keep", "revision"),
        found=entered,
        confirmed=form.confirmed() if "picture_class" in request.POST else found.confirmed,
        by=request.user,
    )
    return saved, told


def _not_from_the_lists(request: StaffRequest, found: Assessment) -> HttpResponse:
    return _page(request, found, status=422, problems=["Choose class, branch and root from the lists."])


@require_POST
@answers_conflicts
def set_aside(request: StaffRequest, assessment_id: int) -> HttpResponse:
    """Discard a draft for a coded reason; back to the chart."""
    found = assessment_for(request.user, assessment_id, needs=Permission.WRITE_CLINICAL)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, set_aside_form=form)
    actions.set_aside(assessment_id=found.pk, **form.cleaned_data, by=request.user)
    messages.success(request, "The draft is discarded. What was signed before is in force as it was.")
    return redirect("chart", patient_id=found.patient_id)


def _go(request: StaffRequest, name: str, **at: Any) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(name, kwargs=at)})
    answer: HttpResponse = redirect(name, **at)
    return answer


def _result(
    request: StaffRequest, saved: Assessment, told: Any, *, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    if not request.htmx:
        if problems:
            return _page(request, saved, status=status, problems=problems)
        return redirect("intake:assessment", assessment_id=saved.pk)
    case = build_case(saved.patient, saved, today=timezone.localdate())
    context = _with_forms(presenter.result_of(saved, case=case))
    answered = request.POST.get("answer", "").partition("=")[0]
    context["answered"] = presenter.three_way(answered, case, told) if answered else None
    context["saved_at"] = timezone.now()
    context["problems"] = problems
    return render(request, "intake/_assessment_saved.html", context, status=status)


@require_POST
def clear(request: StaffRequest, assessment_id: int) -> HttpResponse:
    """Clear a red flag: examined by whom, when, with what result."""
    found = assessment_for(request.user, assessment_id, needs=Permission.WRITE_CLINICAL)
    alert = presenter.clearable_alert(found, request.POST.get("code", ""), today=timezone.localdate())
    if alert is None:
        gone = "That flag is no longer raised, so there is nothing to clear. The page now shows the current state."
        return _page(request, found, status=409, problems=[gone])
    form = ClearanceForm(
        request.POST, finding_ids=alert["clearable"], not_before=alert["examined_after"], prefix=alert["code"]
    )
    if not form.is_valid():
        return _page(request, found, status=422, clearance=form)
    data = form.cleaned_data
    assessment_clearance.clear_findings(
        patient=found.patient,
        findings=data["findings"],
        examined_by=data["examined_by"],
        examined_on=data["examined_on"],
        result=data["result"],
        note=data["note"],
        by=request.user,
    )
    messages.success(request, "Cleared: it no longer blocks treatment. The flag and this note are kept.")
    return redirect("intake:assessment", assessment_id=found.pk)


@require_POST
def withdraw(request: StaffRequest, assessment_id: int, clearance_id: int) -> HttpResponse:
    found = assessment_for(request.user, assessment_id, needs=Permission.WRITE_CLINICAL)
    clearance = get_object_or_404(Clearance, pk=clearance_id, patient=found.patient)
    actions.take_back_clearance(assessment=found, clearance=clearance, by=request.user)
    messages.warning(request, "Taken back: the flag counts again.")
    return redirect("intake:assessment", assessment_id=found.pk)
