"""Proposing, reading, signing and changing a plan. Edits of its items are in ``plan_edits``."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.people import access
from clinic.people.forms.set_aside import SetAsideForm
from intake.models import Assessment
from treatments.models import TreatmentPlan
from treatments.plans.actions import drafts, signing
from treatments.plans.forms.clash import sent_words
from treatments.plans.forms.plan import OverrideForm, SignForm
from treatments.plans.presenters import home_care as home_care_presenter
from treatments.plans.presenters import plan as presenter
from treatments.plans.views.guard import plan_for, proposal_for, revision


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Run the planner on the signed assessment. ``fresh``: start over from the proposal, edits set aside."""
    patient = access.patient_for(
        request.user, patient_id, what="assessment", permission=access.Permission.WRITE_CLINICAL
    )
    if request.method == "GET":  # a sign-in in between turns the press of a button into a look
        return redirect("chart", patient_id=patient.pk)
    assessment = (
        Assessment.objects.select_related("patient", "response").filter(patient=patient, status="signed").first()
    )
    if assessment is None:
        messages.warning(request, "Sign the assessment first: a plan starts from a signed one.")
        return redirect("intake:assess", patient_id=patient.pk)
    made = drafts.propose(assessment=assessment, by=request.user, keep_edits="fresh" not in request.POST)
    if made.plan is None:
        return redirect("plans:proposal", proposal_id=made.proposal.pk)
    return redirect("plans:plan", plan_id=made.plan.pk)


@require_GET
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """An answer without a treatment says why and what to do; one with a treatment leads to its plan."""
    found = proposal_for(request, proposal_id)
    plans_of_it = found.plans.order_by("-id")
    plan = (plans_of_it.exclude(status="set_aside").first() or plans_of_it.first()) if found.treatment else None
    if plan:
        return redirect("plans:plan", plan_id=plan.pk)
    return render(request, "plans/proposal.html", presenter.proposal_page(found))


@require_GET
def page(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id)
    return render_plan(request, plan)


def render_plan(request: HttpRequest, plan: TreatmentPlan, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The plan page, or with htmx only its body."""
    context = presenter.page_of(plan)
    context["newer_assessment"] = (
        Assessment.objects.filter(patient=plan.patient, status="signed", pk__gt=plan.proposal.assessment_id).first()
        if plan.status in ("draft", "signed")
        else None
    )
    if plan.is_draft and access.can(request.user, access.Permission.WRITE_CLINICAL):
        context["sign_form"] = SignForm(
            has_new_cautions=bool(context["new_cautions"]), initial=_usual(request, context["minutes"])
        )
    context["saved_at"] = plan.changed_at
    context["set_aside_form"] = SetAsideForm()
    is_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "plans/_plan.html" if is_part else "plans/plan.html"
    return render(request, template, {**context, **extra}, status=status)


def _usual(request: HttpRequest, minutes: int) -> dict[str, Any]:
    """Whoever plans usually treats, in the shortest service that is long enough."""
    services = list(SignForm(has_new_cautions=False).fields["service"].queryset)  # type: ignore[attr-defined]
    later = [service for service in services if not service.is_first_visit] or services
    fitting = [service for service in later if service.minutes >= minutes]
    best = min(fitting, key=lambda s: s.minutes) if fitting else max(later, key=lambda s: s.minutes, default=None)
    user: Any = request.user
    return {"service": best, "practitioner": user if user.is_practitioner else None}


@require_POST
def override(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Give the coded reason that lets a stop pass."""
    plan = plan_for(request, plan_id, write=True)
    form = OverrideForm(request.POST)
    try:
        if not form.is_valid():
            return render_plan(request, plan, status=422, override_form=form)
        plan = drafts.override(
            plan_id=plan.pk,
            revision=revision(request),
            key=form.cleaned_data["key"],
            reason_code=form.cleaned_data["reason_code"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except drafts.StaleRevision as clash:
        return stale(request, clash)
    except drafts.NotADraft:
        return locked(request, plan)
    except ValueError as error:
        return render_plan(request, plan, status=422, problem=str(error))
    return done(request, plan)


@require_POST
def seen(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, write=True)
    return _simple(request, plan, drafts.note_seen)


@require_POST
def undo(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, write=True)
    return _simple(request, plan, drafts.undo)


def _simple(request: HttpRequest, plan: TreatmentPlan, action: Any) -> HttpResponse:
    try:
        plan = action(plan_id=plan.pk, revision=revision(request), by=request.user)
    except drafts.StaleRevision as clash:
        return stale(request, clash)
    except drafts.NotADraft:
        return locked(request, plan)
    return done(request, plan)


@require_POST
def reopen(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Change a signed plan: a new version as a draft; the signed one stays in force meanwhile."""
    plan = plan_for(request, plan_id, write=True)
    if plan.status != TreatmentPlan.Status.SIGNED:
        return redirect("plans:plan", plan_id=plan.pk)
    return redirect("plans:plan", plan_id=drafts.new_version(plan=plan, by=request.user).pk)


@require_POST
def set_aside(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Discard a draft for a coded reason; back to the chart."""
    plan = plan_for(request, plan_id, write=True)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return render_plan(request, plan, status=422, set_aside_form=form)
    try:
        drafts.set_aside(plan_id=plan.pk, **form.cleaned_data, by=request.user)
    except drafts.NotADraft:
        return locked(request, plan)
    messages.success(request, f"Draft v{plan.version} is discarded. What was signed before is in force as it was.")
    return redirect("chart", patient_id=plan.patient_id)


@require_POST
def sign(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, write=True)
    new_cautions = presenter.page_of(plan)["new_cautions"]
    form = SignForm(request.POST, has_new_cautions=bool(new_cautions))
    if not plan.is_draft:
        return locked(request, plan)
    if not form.is_valid():
        return _full(request, plan, status=422, sign_form=form)
    try:
        signed = signing.sign_plan(
            plan_id=plan.pk,
            revision=revision(request),
            service=form.cleaned_data["service"],
            practitioner=form.cleaned_data["practitioner"],
            by=request.user,
        )
    except drafts.StaleRevision as clash:
        return stale(request, clash)
    except drafts.NotADraft:
        return locked(request, plan)
    except signing.NotReady as error:
        plan.refresh_from_db()
        return _full(request, plan, status=422, sign_form=form, open_points=error.reasons)
    messages.success(request, "Signed. The front desk has the course to book.")
    return redirect("plans:plan", plan_id=signed.pk)


def _full(request: HttpRequest, plan: TreatmentPlan, *, status: int, **extra: Any) -> HttpResponse:
    return render_plan(request, plan, status=status, sign_failed=True, **extra)


@require_GET
def home_care(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The sheet a patient takes home, in plain words, to print."""
    plan = plan_for(request, plan_id, what="home_care")
    context = home_care_presenter.sheet_of(plan, today=timezone.localdate())
    return render(request, "plans/home_care.html", context)


def done(request: HttpRequest, plan: TreatmentPlan) -> HttpResponse:
    """After an edit: the body with htmx, the page without."""
    if request.htmx:  # type: ignore[attr-defined]
        return _in_place_of_the_plan(request, render_plan(request, plan))
    return redirect("plans:plan", plan_id=plan.pk)


def stale(request: HttpRequest, clash: drafts.StaleRevision) -> HttpResponse:
    """409: somebody else saved first. The plan as it is now, beside what was sent, to be sent again or dropped."""
    hidden = ("csrfmiddlewaretoken", "revision")
    sent = [(name, value) for name, values in request.POST.lists() if name not in hidden for value in values]
    rows = TreatmentPlan.objects.select_related("patient", "proposal__assessment", "signed_by", "set_aside_by")
    plan = get_object_or_404(rows, pk=clash.plan.pk)
    answer = render_plan(
        request,
        plan,
        status=409,
        sent=sent,
        sent_to=request.path,
        sent_words=sent_words(plan, request.POST, request.path.rstrip("/").rpartition("/")[2]),
        their_edits=list(reversed(clash.plan.edits))[:3],
    )
    return _in_place_of_the_plan(request, answer)


def _in_place_of_the_plan(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Whichever form of the page was sent, its answer is the plan: never drawn inside itself."""
    if request.htmx:  # type: ignore[attr-defined]
        answer.headers["HX-Retarget"] = "#plan"
        answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def locked(request: HttpRequest, plan: TreatmentPlan) -> HttpResponse:
    words = "This plan is signed and locked: “Change” makes a new version."
    if plan.is_draft or plan.is_set_aside:  # a draft a moment ago: discarded or signed by somebody meanwhile
        words = "This draft is not open any more: somebody signed or discarded it. Nothing was changed."
    messages.warning(request, words)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("plans:plan", kwargs={"plan_id": plan.pk})})
    return redirect("plans:plan", plan_id=plan.pk)
