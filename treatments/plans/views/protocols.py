"""A signed plan saved as one's own protocol, and a protocol taken into a draft."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.lib.records import revision_of
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from treatments import planning
from treatments.models import OwnEntry
from treatments.plans import own_entries
from treatments.plans.actions import drafts
from treatments.plans.actions import own_entries as own_actions
from treatments.plans.fetch import plan_for
from treatments.plans.forms.own_entries import NameForm
from treatments.plans.views.pages import answers_conflicts, done, refused


@require_POST
def save(request: StaffRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL, with_case=True)
    form = NameForm(request.POST)
    if not plan.was_in_force or not form.is_valid():
        why = "Only a signed plan can be saved as a protocol." if form.is_valid() else "Give it a name of letters."
        messages.warning(request, f"Not saved: {why}")
        return redirect("plans:plan", plan_id=plan.pk)
    sides = planning.painful_sides(planning.picture_of(plan, today=timezone.localdate()))
    name, body = form.cleaned_data["name"], own_entries.protocol_of(plan, sides)
    try:
        own_actions.keep(kind=OwnEntry.Kind.PROTOCOL, name=name, body=body, by=request.user)
    except own_actions.NameTaken as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"Saved as your protocol {name}: take it in any draft.")
    return redirect("plans:plan", plan_id=plan.pk)


@require_POST
@answers_conflicts
def take(request: StaffRequest, plan_id: int) -> HttpResponse:
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL, with_case=True)
    entry = own_entries.kept(request.user, OwnEntry.Kind.PROTOCOL, request.POST.get("protocol", ""))
    if entry is None:
        return refused(request, plan, problem="You keep no such protocol.")
    picture = planning.picture_of(plan, today=timezone.localdate())
    wanted = own_entries.from_protocol(entry, plan.treatment, planning.painful_sides(picture))
    new, left_out = own_entries.what_may_be(wanted, partial(planning.safety_of, picture=picture))
    said = f"; left out for safety: {', '.join(left_out)}" if left_out else ""
    try:
        plan = drafts.edit(
            plan_id=plan.pk,
            revision=revision_of(request.POST),
            verb="protocol",
            text=f"Protocol {entry.name} taken{said}",
            change=lambda treatment: {**new, "home_care": treatment["home_care"]},
            by=request.user,
        )
    except drafts.Forbidden as stop:
        return refused(request, plan, refused=stop.alerts)
    if left_out:
        messages.warning(request, f"The protocol is taken{said}.")
    return done(request, plan)
