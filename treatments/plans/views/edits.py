"""Edits of a draft plan: the form of one item, and the one URL that takes every change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinic.lib.records import NotADraft, revision_of
from clinic.people.access import Permission
from clinic.people.http import StaffRequest
from treatments import planning
from treatments.models import OwnEntry, TreatmentPlan
from treatments.planner.treatment.by_hand import by_hand
from treatments.planner.treatment.shapes import ListedItem, PointJson, TreatmentJson
from treatments.planner.treatment.written import split_levels
from treatments.planner.vocabulary.body import SIDES
from treatments.plans import closer, own_entries, point_search, treatment_edits
from treatments.plans.actions import drafts
from treatments.plans.fetch import plan_for
from treatments.plans.forms import items
from treatments.plans.forms.fields import FORMS, NAMES, kind_of
from treatments.plans.forms.items import Initial, ItemForm
from treatments.plans.forms.refusals import refuse
from treatments.plans.presenters.plan import split_name
from treatments.plans.treatment_edits import EditRefused, name_of
from treatments.plans.views.pages import answers_conflicts, done, refused

Change = Callable[[TreatmentJson], TreatmentJson]


@require_GET
@answers_conflicts
def item_form(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The form of the item at ``at``, or of a new one in the list ``new``."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL)
    if not plan.is_draft:
        raise NotADraft(plan)
    address, is_new = request.GET.get("at", ""), False
    if "new" in request.GET:
        address, is_new = request.GET["new"], True
    try:
        kind = kind_of(address)
        initial, was = _initial(plan, address, kind, is_new)
    except EditRefused as error:
        raise Http404 from error
    form = FORMS[kind](initial=initial, prefix=None)
    return _item_form(request, plan, form, address=address, kind=kind, is_new=is_new, was=was)


def _initial(plan: TreatmentPlan, address: str, kind: str, is_new: bool) -> tuple[Initial, str]:
    if is_new:
        return {"from_visit": 1, "retention_min": 25, "minutes": 10 if kind == "adjuncts" else 20}, ""
    if kind == "principle":
        return {"principle": plan.treatment["principle"]}, ""
    item = treatment_edits.item_at(plan.treatment, address)
    return FORMS[kind].initial_of(item), name_of(item)


def _item_form(
    request: StaffRequest, plan: TreatmentPlan, form: forms.Form, *, status: int = 200, **at: Any
) -> HttpResponse:
    heading = NAMES[at["kind"]]
    if at.get("was"):
        heading = at["was"] if at["kind"] in ("points", "adjuncts") else heading
    context = {"plan": plan, "patient": plan.patient, "form": form, "heading": heading, **at}
    template = "plans/_item.html" if request.htmx else "plans/plan_item.html"
    return render(request, template, context, status=status)


@require_POST
@answers_conflicts
def change(request: StaffRequest, plan_id: int) -> HttpResponse:
    """One edit: read, applied, reviewed for safety, saved. ``verb`` says which edit, ``at`` of what."""
    plan = plan_for(request, plan_id, needs=Permission.WRITE_CLINICAL, to_change=True)
    data = request.POST
    verb, address = data.get("verb", ""), data.get("at", "")
    form: ItemForm[Any, Any] | None = None
    kind, item, group = "", None, ""
    try:
        if verb in ("change", "add"):
            kind = kind_of(address)
            form = FORMS[kind](data)
            if not form.is_valid():
                return _sent_back(request, plan, form, kind)
            edit = _form_edit(verb, address, form)
        elif verb == "add_point" and (group := _asked_group(data)):
            sides = planning.painful_sides(planning.picture_of(plan, today=timezone.localdate()))
            points = own_entries.group_points(request.user, group, sides)
            edit = partial(treatment_edits.added_all, list_address=address, items=points)
        elif verb == "add_point":
            item = _asked_point(data)
            edit = partial(_add_point, address=address, item=item)
        elif verb == "swap":
            item = closer.substitute(plan, address, data.get("instead", ""), data.get("was", ""))
            edit = partial(treatment_edits.swapped, address=address, item=item)
        elif verb in MOVES:
            edit = MOVES[verb](address)
        else:
            raise EditRefused("There is no such change.")
        checked = partial(_checked, edit=edit, address=address, was=data.get("was", ""))
        plan = drafts.edit(
            plan_id=plan.pk,
            revision=revision_of(request.POST),
            verb=verb,
            text=f"Added the group {group}" if group else _text(plan, verb, address, item),
            change=checked,
            by=request.user,
        )
    except drafts.Forbidden as stop:
        if form is not None:
            refuse(form, kind, [(alert.code, f"{alert.text} Nothing was changed.") for alert in stop.alerts])
            return _sent_back(request, plan, form, kind)
        return refused(request, plan, refused=stop.alerts)
    except EditRefused as error:
        if form is not None:
            refuse(form, kind, [("", str(error))])
            return _sent_back(request, plan, form, kind)
        return refused(request, plan, problem=str(error))
    return done(request, plan)


def _sent_back(request: StaffRequest, plan: TreatmentPlan, form: forms.Form, kind: str) -> HttpResponse:
    """The form of the item with what was typed, and the errors next to their fields."""
    data = request.POST
    is_new = data.get("verb") == "add"
    return _item_form(
        request, plan, form, address=data["at"], kind=kind, is_new=is_new, was=data.get("was", ""), status=422
    )


def _checked(treatment: TreatmentJson, *, edit: Change, address: str, was: str) -> TreatmentJson:
    """After a clash the plan may have changed: the item must still be the one that was meant."""
    if was and name_of(treatment_edits.item_at(treatment, address)) != was:
        raise EditRefused(f"{was} has moved because someone edited the plan. Check and try again.")
    return edit(treatment)


def _form_edit(verb: str, address: str, form: ItemForm[Any, Any]) -> Change:
    if isinstance(form, items.PrincipleForm):
        principle = form.fields_of_item()["principle"]
        return lambda treatment: treatment_edits.with_principle(treatment, principle)
    if verb == "change":
        fields = form.fields_of_item()
        return lambda treatment: treatment_edits.changed(treatment, address, fields)
    item = _new_item(form)
    return lambda treatment: treatment_edits.added(treatment, address, item)


def _new_item(form: ItemForm[Any, Any]) -> ListedItem:
    """What was typed as a new item of the plan, added by a person. Raises EditRefused for what is not in a list."""
    because, cautions = by_hand(), list[str]()
    if isinstance(form, items.StageForm):
        stage = form.fields_of_item()
        return treatment_edits.new_stage(stage["position"], stage["retention_min"], stage["side_up"])
    if isinstance(form, items.ElectroForm):
        current = form.fields_of_item()
        return {
            "leads": current["leads"],
            "side": current["side"],
            "frequency_hz": current["frequency_hz"],
            "wave": current["wave"],
            "felt_strength": current["felt_strength"],
            "minutes": current["minutes"],
            "from_visit": current["from_visit"],
            "because": because,
            "cautions": cautions,
        }
    if isinstance(form, items.AdjunctForm):
        adjunct = form.fields_of_item()
        return {
            "kind": adjunct["kind"],
            "detail": adjunct["detail"],
            "where": adjunct["where"],
            "minutes": adjunct["minutes"],
            "from_visit": adjunct["from_visit"],
            "points": [],
            "because": because,
            "cautions": cautions,
        }
    if isinstance(form, items.EarForm):
        ear = form.fields_of_item()
        return {
            "method": ear["method"],
            "side": ear["side"],
            "points": ear["points"],
            "keep_days": ear["keep_days"],
            "because": because,
            "cautions": cautions,
        }
    if isinstance(form, items.HomeCareForm):
        return {**form.fields_of_item(), "points": [], "because": because, "cautions": cautions}
    raise EditRefused("There is no such change.")


def _asked_group(data: QueryDict) -> str:
    """The name of the group that is asked for with ``;name`` instead of a point; "" for none."""
    text = (data.get("chosen") or data.get("point", "")).strip()
    return text.removeprefix(own_entries.SIGN).strip().lower() if text.startswith(own_entries.SIGN) else ""


def _asked_point(data: QueryDict) -> PointJson:
    """The requested point, in any spelling, as an item of a plan. Raises EditRefused."""
    text = (data.get("chosen") or data.get("point", "")).strip()
    side = data.get("side", "both")
    side = side if side in SIDES else "both"
    if point_search.is_ashi(text):
        where = data.get("where", "").strip()[:120]
        if not where:
            raise EditRefused("Say where the ashi place is, as in “2 cm lateral to BL25”.")
        return point_search.planned_ashi(where=where, side=side)
    text, levels = split_levels(text)
    point = point_search.find(text)
    if point is None:
        near = ", ".join(f"{p.code} {p.name}" for p in point_search.search(text, limit=4))
        hint = f"Did you mean {near}?" if near else "Write a code, pinyin or characters: BL23, Shenshu, 肾俞."
        raise EditRefused(f"No single point matches “{text[:40]}”. {hint}")
    if point.use == "never":
        raise EditRefused(f"{point.code} is not needled here: {point.caution or 'the risk is too great'}")
    return point_search.planned(point, side=side, levels=levels)


def _add_point(treatment: TreatmentJson, *, address: str, item: PointJson) -> TreatmentJson:
    return treatment_edits.added(treatment, address, item)


MOVES: dict[str, Callable[[str], Change]] = {
    "remove": lambda address: lambda treatment: treatment_edits.removed(treatment, address),
    "up": lambda address: lambda treatment: treatment_edits.moved(treatment, address, -1),
    "down": lambda address: lambda treatment: treatment_edits.moved(treatment, address, 1),
}


def _text(plan: TreatmentPlan, verb: str, address: str, added: PointJson | None) -> str:
    """The line of the log."""
    if added is not None and verb == "swap":
        return (
            f"{added['code']} {added['side']} in place of {name_of(treatment_edits.item_at(plan.treatment, address))}"
        )
    if added is not None:
        return f"Added {added['code']} {added['side']}"
    words = {"change": "Changed", "remove": "Removed", "up": "Moved up", "down": "Moved down", "add": "Added"}
    try:
        kind = kind_of(address)
        item = None if verb == "add" or kind == "principle" else treatment_edits.item_at(plan.treatment, address)
    except EditRefused:
        kind, item = "stages", None
    named = name_of(item) if kind in ("points", "adjuncts") and item else NAMES[kind]
    return f"{words.get(verb, verb)} {named}"


@require_GET
def points(request: StaffRequest) -> HttpResponse:
    """Points matching the typed text, as buttons that add them."""
    text = request.GET.get("point", "").strip()
    if text.startswith(own_entries.SIGN):
        groups = own_entries.all_kept(request.user, OwnEntry.Kind.GROUP, text.removeprefix(own_entries.SIGN))
        return render(request, "plans/_points.html", {"groups": groups, "text": text})
    often = own_entries.favourites(request.user)
    found = [
        {
            "code": p.code,
            "pinyin": split_name(p.name)[0],
            "hanzi": p.hanzi if p.hanzi != p.name else "",
            "english": p.english,
            "is_favourite": p.code in often,
        }
        for p in point_search.search(text, first=often)
    ]
    return render(request, "plans/_points.html", {"found": found, "text": text})
