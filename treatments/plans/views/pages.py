"""The page of a plan, whole or in place with htmx; and the response to a conflict over a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clinic.lib.http import path_to
from clinic.lib.records import NotADraft, Stale, answering
from clinic.people import access
from clinic.people.forms.set_aside import SetAsideForm
from clinic.people.http import StaffRequest
from clinic.people.models import User
from clinic.scheduling.models import Service
from treatments.models import TreatmentPlan
from treatments.plans.fetch import newer_assessment, plan_again
from treatments.plans.forms.clash import sent_words
from treatments.plans.forms.plan import SignForm
from treatments.plans.presenters import plan as presenter
from treatments.plans.presenters.safety_facts import misfit_of


def render_plan(request: StaffRequest, plan: TreatmentPlan, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The plan page, or with htmx only its body."""
    may_write = access.can(request.user, access.Permission.WRITE_CLINICAL)
    context = presenter.page_of(plan)
    context["can_edit"] = may_write and plan.is_draft
    context["can_reopen"] = may_write and plan.status == "signed"
    context["newer_assessment"] = newer_assessment(plan)
    context["can_propose_again"] = may_write and context["newer_assessment"] is not None
    if plan.is_draft and access.can(request.user, access.Permission.SIGN):
        form = SignForm(has_new_cautions=bool(context["new_cautions"]))
        form.initial = _usual(request, form.services, context["minutes"])
        context["sign_form"] = form
    context["can_save_protocol"] = may_write and plan.was_in_force
    context["misfit"] = misfit_of(plan) if getattr(plan, "known_since", False) and plan.status == "signed" else None
    context["saved_at"] = plan.changed_at
    context |= {"item_url": path_to("plans:item", plan.pk), "change_url": path_to("plans:change", plan.pk)}
    context["draft_revision"] = plan.revision
    context["swap_url"] = path_to("plans:swap", plan.pk)
    context["set_aside_form"] = SetAsideForm()
    is_part = request.htmx and not request.htmx.boosted
    template = "plans/_plan.html" if is_part else "plans/plan.html"
    return render(request, template, {**context, **extra}, status=status)


def _usual(request: StaffRequest, services: list[Service], minutes: int) -> dict[str, Any]:
    """By default whoever makes the plan also treats, in the shortest service that is long enough."""
    later = [service for service in services if not service.is_first_visit] or services
    fitting = [service for service in later if service.minutes >= minutes]
    best = min(fitting, key=lambda s: s.minutes) if fitting else max(later, key=lambda s: s.minutes, default=None)
    user: User = request.user
    return {"service": best, "practitioner": user if user.is_practitioner else None}


def done(request: StaffRequest, plan: TreatmentPlan) -> HttpResponse:
    """After an edit: with htmx the body, else the whole page."""
    if request.htmx:
        return _in_place_of_the_plan(request, render_plan(request, plan))
    return redirect("plans:plan", plan_id=plan.pk)


def refused(request: StaffRequest, plan: TreatmentPlan, **why: Any) -> HttpResponse:
    """422: the plan as it is, why nothing was changed, and what was typed."""
    return _in_place_of_the_plan(request, render_plan(request, plan, status=422, typed=request.POST, **why))


def stale(request: StaffRequest, clash: Stale) -> HttpResponse:
    """409: someone else saved first. The plan as it is now, next to what was sent, to be sent again or dropped."""
    hidden = ("csrfmiddlewaretoken", "revision")
    sent = [(name, value) for name, values in request.POST.lists() if name not in hidden for value in values]
    plan = plan_again(clash.record.pk)
    answer = render_plan(
        request,
        plan,
        status=409,
        sent=sent,
        sent_to=request.path,
        sent_words=sent_words(plan, request.POST, request.path.rstrip("/").rpartition("/")[2]),
        their_edits=list(reversed(clash.record.edits))[:3],
    )
    return _in_place_of_the_plan(request, answer)


def _in_place_of_the_plan(request: StaffRequest, answer: HttpResponse) -> HttpResponse:
    """Whichever form was sent, the response is the plan: never rendered inside itself."""
    if request.htmx:
        answer.headers["HX-Retarget"] = "#plan"
        answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def locked(request: StaffRequest, shut: NotADraft) -> HttpResponse:
    plan: TreatmentPlan = shut.record
    words = "This plan is signed and locked: “Change” makes a new version."
    if plan.is_set_aside:
        words = "This draft is no longer open: someone signed or discarded it. Nothing was changed."
    messages.warning(request, words)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("plans:plan", kwargs={"plan_id": plan.pk})})
    return redirect("plans:plan", plan_id=plan.pk)


answers_conflicts = answering(stale=stale, locked=locked)
