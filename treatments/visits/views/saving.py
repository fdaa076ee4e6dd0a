"""Saving what was typed on a visit page, merged with what others saved; and the response to a conflict."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from clinic.lib.loose import Context
from clinic.lib.records import NotADraft, Stale, answering, revision_of
from clinic.people.http import StaffRequest
from treatments.models import Visit
from treatments.visits.actions import charting
from treatments.visits.fetch import visit_for
from treatments.visits.forms.merge import Merged, in_step, merge
from treatments.visits.forms.parts import VisitForms
from treatments.visits.views.pages import page

TRIES = 3  # how often a save is merged again if someone else saves at the same moment


class Clashed(Stale):
    """The same field was changed here and by someone else. The rest is saved. ``forms`` show what was typed here."""

    words = "The same field was changed twice."

    def __init__(self, shown: Visit, merged: Merged) -> None:
        super().__init__(shown)
        self.merged = merged
        self.forms = VisitForms(shown.record, merged.show)


def saved(request: StaffRequest, visit_id: int) -> tuple[Visit, VisitForms]:
    """Save what was typed, merged with what others have saved since. Raises Clashed, NotADraft."""
    shown, forms, merged = merged_save(request, visit_id)
    if merged.clashes:
        raise Clashed(shown, merged)
    return shown, forms


def merged_save(request: StaffRequest, visit_id: int) -> tuple[Visit, VisitForms, Merged]:
    """As ``saved``, and how it was merged; clashing fields are left to the caller."""
    shown = visit_for(request, visit_id, what="visit")
    for _ in range(TRIES):
        if not shown.is_draft:
            raise NotADraft(shown)
        merged = merge(shown.record, request.POST, is_current=revision_of(request.POST) == shown.revision)
        forms = VisitForms(shown.record, merged.to_keep)
        typed = forms.merged_record()
        try:
            kept = charting.save_visit(visit_id=visit_id, revision=shown.revision, record=typed, by=request.user)
        except Stale as clash:  # at this very moment: merged again with what is stored now
            now = clash.record
            shown.record, shown.revision, shown.status = now.record, now.revision, now.status
            continue
        shown.record, shown.revision = kept.record, kept.revision
        return shown, forms, merged
    raise Clashed(shown, merged)


def told(merged: Merged) -> str:
    return "; ".join(f"{label}: {value or 'emptied'}" for label, value in merged.taken)


def step_of(forms: VisitForms, merged: Merged) -> Context:
    """What brings the page in sync: fields to refresh, the base of its next save, what others changed, what clashes.

    ``forms``: of the record as it is now stored."""
    return {
        "base": in_step(merged, forms),
        "changes": json.dumps(merged.changes, ensure_ascii=False),
        "taken": merged.taken,
        "clashes": merged.clashes,
    }


def stale(request: StaffRequest, clash: Stale) -> HttpResponse:
    """Fields changed by two people, with both values to choose from; until then the pressed button has no effect."""
    if isinstance(clash, Clashed):
        more = step_of(clash.forms, clash.merged)
        return page(request, clash.record, clash.forms, status=409, **more)
    messages.warning(request, "Someone else saved this visit at the same moment. Check it, then press again.")
    return redirect("visits:visit", clash.record.pk)


def locked(request: StaffRequest, shut: NotADraft) -> HttpResponse:
    text = "This visit has since been signed and locked. Add anything missing as an amendment."
    if request.htmx:
        context = {"text": text, "visit_id": shut.record.pk}
        return render(request, "visits/_locked.html", context, status=409)
    messages.error(request, text)
    return redirect("visits:visit", shut.record.pk)


answers_conflicts = answering(stale=stale, locked=locked)
