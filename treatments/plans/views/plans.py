"""Proposing, reading, signing and changing a plan. Edits of its items are in ``edits``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.lib.numbers import whole_number
from clinic.lib.records import NotADraft, NotReady, revision_of
from clinic.people import access
from clinic.people import language as languages
from clinic.people.access import Permission
from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.http import StaffRequest
from treatments.models import TreatmentPlan
from treatments.plans.actions import by_hand as by_hand_actions
from treatments.plans.actions import drafts, signing
from treatments.plans.fetch import plan_for, proposal_for, signed_assessment
from treatments.plans.forms.plan import OverrideForm, SignForm
from treatments.plans.presenters import home_care as home_care_presenter
from treatments.plans.presenters import plan as presenter
from treatments.plans.presenters import proposal as proposal_presenter
from treatments.plans.views.pages import answers_conflicts, done, render_plan


@require_http_methods(["GET", "POST"])
def propose(request: StaffRequest, patient_id: int) -> HttpResponse:
    """Run the planner on the signed assessment. ``fresh``: start again from the proposal, without the edits."""
    patient = access.patient_for(request.user, patient_id, what="assessment", permission=Permission.WRITE_CLINICAL)
    if request.method == "GET":  # a sign-in in between turns the button's POST into a GET
        return redirect("chart", patient_id=patient.pk)
    assessment = signed_assessment(patient, whole_number(request.POST.get("episode")))
    if assessment is None:
        messages.warning(request, "Sign the assessment first: a plan starts from a signed one.")
        return redirect("intake:assess", patient_id=patient.pk)
    made = drafts.propose(assessment=assessment, by=request.user, keep_edits="fresh" not in request.POST)
    if made.plan is None:
        return redirect("plans:proposal", proposal_id=made.proposal.pk)
    return redirect("plans:plan", plan_id=made.plan.pk)


@require_GET
def proposal(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """An answer without a plan says why and what to do; one with a plan redirects to it."""
    found = proposal_for(request, proposal_id)
    plans_of_it = found.plans.order_by("-id")
    plan = plans_of_it.exclude(status="set_aside").first() or (plans_of_it.first() if found.treatment else None)
    if plan:
        return redirect("plans:plan", plan_id=plan.pk)
    return render(request, "plans/proposal.html", proposal_presenter.proposal_page(found))


@require_POST
def by_hand(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """Make the plan without a proposal: where the planner has no rules, nothing else is missing."""
    found = proposal_for(request, proposal_id, needs=Permission.WRITE_CLINICAL)
    try:
        is_single = "single" in request.POST
        plan = by_hand_actions.make_by_hand(proposal=found, by=request.user, is_single=is_single)
    except by_hand_actions.NoPlanByHand as error:
        messages.warning(request, str(error))
        return redirect("plans:proposal", proposal_id=found.pk)
    return redirect("plans:plan", plan_id=plan.pk)


@require_GET
def page(request: StaffRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id)
    return render_plan(request, plan)


@require_POST
@answers_conflicts
def override(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Override a stop with a coded reason."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return render_plan(request, plan, status=422, override_form=form)
    try:
        plan = drafts.override(
            plan_id=plan.pk,
            revision=revision_of(request.POST),
            key=form.cleaned_data["key"],
            reason_code=form.cleaned_data["reason_code"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except ValueError as error:
        return render_plan(request, plan, status=422, problem=str(error))
    return done(request, plan)


@require_POST
@answers_conflicts
def seen(request: StaffRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL)
    return _simple(request, plan, drafts.note_seen)


@require_POST
@answers_conflicts
def undo(request: StaffRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL)
    return _simple(request, plan, drafts.undo)


def _simple(request: StaffRequest, plan: TreatmentPlan, action: Callable[..., TreatmentPlan]) -> HttpResponse:
    return done(request, action(plan_id=plan.pk, revision=revision_of(request.POST), by=request.user))


@require_POST
def reopen(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Change a signed plan: a new version as a draft, while the signed one stays in force."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL, with_case=True)
    if plan.status != TreatmentPlan.Status.SIGNED or not plan.episode.is_open:
        return redirect("plans:plan", plan_id=plan.pk)
    return redirect("plans:plan", plan_id=drafts.new_version(plan=plan, by=request.user).pk)


@require_POST
@answers_conflicts
def set_aside(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Discard a draft for a coded reason; back to the chart."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return render_plan(request, plan, status=422, set_aside_form=form)
    drafts.set_aside(plan_id=plan.pk, **form.cleaned_data, by=request.user)
    messages.success(request, f"Draft v{plan.version} is discarded. What was signed before is in force as it was.")
    return redirect("chart", patient_id=plan.patient_id)


@require_POST
@answers_conflicts
def sign(request: StaffRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, needs=Permission.SIGN)
    new_cautions = presenter.page_of(plan)["new_cautions"]
    form = SignForm(request.POST, has_new_cautions=bool(new_cautions))
    if not plan.is_draft:
        raise NotADraft(plan)
    if not form.is_valid():
        return _full(request, plan, status=422, sign_form=form)
    try:
        signed = signing.sign_plan(
            plan_id=plan.pk,
            revision=revision_of(request.POST),
            service=form.cleaned_data["service"],
            practitioner=form.cleaned_data["practitioner"],
            by=request.user,
        )
    except NotReady as error:
        plan.refresh_from_db()
        return _full(request, plan, status=422, sign_form=form, open_points=error.reasons)
    booked = "Start the visit from the chart." if signed.is_single else "The front desk has the course to book."
    messages.success(request, f"Signed. {booked}")
    return redirect("plans:plan", plan_id=signed.pk)


def _full(request: StaffRequest, plan: TreatmentPlan, *, status: int, **extra: Any) -> HttpResponse:
    return render_plan(request, plan, status=status, sign_failed=True, **extra)


@require_GET
def home_care(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The sheet a patient takes home, in plain words and in their language, to print. ``?language``: in another one."""
    plan = plan_for(request, plan_id, what="home_care")
    own = languages.known(plan.patient.language)
    chosen = languages.known(request.GET.get("language") or own)
    with translation.override(chosen):
        context = home_care_presenter.sheet_of(plan, today=timezone.localdate())
        sheet = render_to_string("plans/_sheet.html", context, request)
    here = {"plan": plan, "patient": plan.patient, "sheet": sheet}
    if own != settings.LANGUAGE_CODE:
        here |= {"own": own, "name": languages.name_of_language(own)}
        here |= {"other": settings.LANGUAGE_CODE} if chosen == own else {}
    return render(request, "plans/home_care.html", here)
