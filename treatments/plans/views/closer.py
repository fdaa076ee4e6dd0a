"""A closer look at a plan: answers on demand; a style or a substitute is taken as an edit of the draft."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.lib.loose import Context
from clinic.lib.records import NotADraft, revision_of
from clinic.people import access
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from treatments import planning
from treatments.plans import closer
from treatments.plans.actions import drafts
from treatments.plans.fetch import plan_for, proposal_for
from treatments.plans.presenters import closer as presenter
from treatments.plans.treatment_edits import EditRefused
from treatments.plans.views.pages import answers_conflicts, done, refused

PARTS = {"styles": "plans/_styles.html", "examine": "plans/_examine.html"}


@require_GET
def page(request: StaffRequest, plan_id: int) -> HttpResponse:
    """``point``: why it is not in the plan; ``show``: the plans side by side, or what to examine."""
    plan = plan_for(request, plan_id, what="closer", with_case=True)
    picture = planning.picture_of(plan, today=timezone.localdate())
    context: Context = {"plan": plan, "patient": plan.patient, "no_rules": plan.is_by_hand}
    context["can_take"] = plan.is_draft and access.can(request.user, Permission.WRITE_CLINICAL)
    shown = request.GET.get("show", "")
    if shown == "styles":
        context["styles"] = presenter.styles_page(plan, closer.in_every_style(picture))
    return _shown(request, context, closer.Subject(picture, plan), shown)


@require_GET
def of_proposal(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """The same for an answer of the planner that has no plan."""
    found = proposal_for(request, proposal_id)
    picture = planning.picture_from(planning.inputs_of(found.assessment, today=timezone.localdate()))
    back = reverse("plans:proposal", args=[found.pk])
    context: Context = {"patient": found.patient, "back": back}
    return _shown(request, context, closer.Subject(picture, None), request.GET.get("show", ""))


def _shown(request: StaffRequest, context: Context, subject: closer.Subject, shown: str) -> HttpResponse:
    if shown == "examine":
        found = planning.worth_examining(subject.picture)
        context["examine"] = presenter.examine_page(found)
    typed = request.GET.get("point", "").strip()[:60]
    asked = presenter.asked_point(typed)
    if asked["point"]:
        found_point = planning.why_not(asked["point"].code, subject.picture)
        asked["answer"] = presenter.why_not_page(found_point, subject.plan)
    context |= {"asked": asked, "here": request.path}
    is_part = request.htmx and not request.htmx.boosted
    template = PARTS.get(shown, "plans/_why_not.html") if is_part else "plans/closer.html"
    return render(request, template, context)


@require_GET
@answers_conflicts
def swap(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The two best substitutes for the point at ``at``; one is taken with the verb ``swap`` of the editor."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL, with_case=True)
    if not plan.is_draft:
        raise NotADraft(plan)
    address = request.GET.get("at", "")
    try:
        found = closer.swap_of(plan, address)
    except EditRefused as error:
        raise Http404 from error
    template = "plans/_swap.html" if request.htmx else "plans/swap.html"
    return render(request, template, presenter.swap_page(plan, address, found))


@require_POST
@answers_conflicts
def style(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Take one of the plans side by side into the draft; what was edited by hand stays."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL, with_case=True)
    picture = planning.picture_of(plan, today=timezone.localdate())
    try:
        change = closer.taking(request.POST.get("style", ""), picture, plan)
        plan = drafts.edit(
            plan_id=plan.pk,
            revision=revision_of(request.POST),
            verb="style",
            text=change.text,
            change=change,
            by=request.user,
        )
    except drafts.Forbidden as stop:
        return refused(request, plan, refused=stop.alerts)
    except EditRefused as error:
        return refused(request, plan, problem=str(error))
    return done(request, plan)
