"""The practitioner's own knowledge: point groups, snippets, protocols; rules that are turned off. No patient here."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.people.http import StaffRequest
from treatments.library.actions import rules_off as actions
from treatments.library.forms.own import FORMS, RuleOffForm
from treatments.library.presenters import own as presenter
from treatments.library.presenters import pages
from treatments.models import OwnEntry, RuleOff
from treatments.plans import own_entries
from treatments.plans.actions import own_entries as own_actions


def _shown(request: StaffRequest, form: RuleOffForm, *, status: int = 200) -> HttpResponse:
    context = {**presenter.own_page(request.user), "counts": pages.counts(), "shelf": "own", "rule_form": form}
    return render(request, "library/own.html", context, status=status)


@require_GET
def page(request: StaffRequest) -> HttpResponse:
    return _shown(request, RuleOffForm())


@require_http_methods(["GET", "POST"])
def add(request: StaffRequest, kind: str) -> HttpResponse:
    return _form(request, kind, None)


@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, entry_id: int) -> HttpResponse:
    entry = _mine(request, entry_id)
    return _form(request, entry.kind, entry)


def _form(request: StaffRequest, kind: str, entry: OwnEntry | None) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None, initial=FORMS[kind].initial_of(entry) if entry else None)
    if request.method == "POST" and form.is_valid():
        name, body = form.cleaned_data["name"], form.body()
        try:
            if entry:
                own_actions.change(entry=entry, name=name, body=body, by=request.user)
            else:
                own_actions.keep(kind=kind, name=name, body=body, by=request.user)
        except own_actions.NameTaken as error:
            form.add_error("name", str(error))
        else:
            sign = "" if kind == OwnEntry.Kind.FAVOURITE else own_entries.SIGN
            messages.success(request, f"Kept: {sign}{body.get('code', name)}")
            return redirect("knowledge:own")
    context = {
        "form": form,
        "kind": OwnEntry.Kind(kind).label,
        "entry": entry,
        "counts": pages.counts(),
        "shelf": "own",
    }
    return render(request, "library/own_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def remove(request: StaffRequest, entry_id: int) -> HttpResponse:
    entry = _mine(request, entry_id)
    own_actions.remove(entry=entry, by=request.user)
    messages.success(request, f"{entry.name} is removed. Plans made with it stay as they are.")
    return redirect("knowledge:own")


def _mine(request: StaffRequest, entry_id: int) -> OwnEntry:
    return get_object_or_404(OwnEntry, pk=entry_id, owner=request.user, removed_at__isnull=True)


@require_GET
def snippet(request: StaffRequest) -> HttpResponse:
    """The text of a snippet, to stand in a note; 404 for a name that is not kept."""
    entry = own_entries.kept(request.user, OwnEntry.Kind.SNIPPET, request.GET.get("name", ""))
    if entry is None:
        raise Http404
    return HttpResponse(entry.body["text"], content_type="text/plain; charset=utf-8")


@require_POST
def rule_off(request: StaffRequest) -> HttpResponse:
    form = RuleOffForm(request.POST)
    if form.is_valid():
        try:
            actions.turn_off(
                rule=form.cleaned_data["rule"].strip(), reason=form.cleaned_data["reason"], by=request.user
            )
        except actions.MustStay as error:
            form.add_error("rule", str(error))
        else:
            return redirect("knowledge:own")
    return _shown(request, form, status=422)


@require_POST
def rule_on(request: StaffRequest, off_id: int) -> HttpResponse:
    actions.turn_on(row=get_object_or_404(RuleOff, pk=off_id), by=request.user)
    return redirect("knowledge:own")
