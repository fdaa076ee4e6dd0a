"""The clinic's own questions: to add, change, order and retire them. Owner only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.people.http import StaffRequest
from intake import own_form
from intake.actions import own_questions as actions
from intake.actions.own_questions import ChangedSince, NotInOrder
from intake.forms.own_questions import OwnQuestionForm, places
from intake.presenters.own_questions import own_page, previews
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own import OwnQuestion, with_own


@require_GET
def page(request: StaffRequest) -> HttpResponse:
    newest = own_form.newest()
    context = {"newest": newest, **own_page(own_form.questions_of(newest))}
    return render(request, "intake/own_questions.html", context)


@require_http_methods(["GET", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, own_number: int) -> HttpResponse:
    rows = own_form.questions_of(own_form.newest())
    question = next((one for one in rows if one.number == own_number), None)
    if question is None:
        raise Http404
    return _form(request, question)


def _form(request: StaffRequest, before: OwnQuestion | None) -> HttpResponse:
    """``preview`` shows the question as a patient would see it, and keeps nothing."""
    newest = own_form.newest()
    laid = with_own(load_questionnaire(), own_form.questions_of(newest))
    initial = {"seen": newest.pk if newest else 0, **(OwnQuestionForm.initial_of(before, laid) if before else {})}
    if before is None:
        initial |= {"place": places(laid)[0][1][-1][0]}  # the last section before the first needle
    data = request.POST if request.method == "POST" else None
    form = OwnQuestionForm(data, initial=initial, laid=laid, before=before)
    shown = before
    if form.is_bound and form.is_valid() and form.question is not None:
        shown = form.question
        if "preview" not in request.POST:
            try:
                kept = actions.keep_question(
                    question=form.question, seen=form.cleaned_data["seen"] or 0, by=request.user
                )
            except NotInOrder as refused:
                for fault in refused.faults:
                    form.add_error(None, f"{fault[:1].upper()}{fault[1:]}.")
            except ChangedSince as changed:
                form.add_error(
                    None, f"{changed} It now says “{changed.now.english.label}”. Open it again to change it."
                )
            else:
                messages.success(request, f"Kept: {kept.english.label} Forms that begin from now on ask it.")
                return redirect("intake:own_questions")
    context: dict[str, Any] = {
        "form": form,
        "before": before,
        "previews": previews(shown) if shown is not None else [],
        "is_kept": not form.is_bound,
    }
    return render(request, "intake/own_question.html", context, status=422 if form.errors else 200)


@require_POST
def change(request: StaffRequest, own_number: int) -> HttpResponse:
    """Retire it, ask it again, move it up or down: ``how``."""
    how = request.POST.get("how", "")
    try:
        if how == "retire":
            actions.retire(number=own_number, by=request.user)
        elif how == "again":
            actions.ask_again(number=own_number, by=request.user)
        elif how in ("up", "down"):
            actions.move(number=own_number, up=how == "up", by=request.user)
    except NotInOrder as refused:
        for fault in refused.faults:
            messages.error(request, f"Nothing was changed. {fault[:1].upper()}{fault[1:]}.")
    return redirect("intake:own_questions")
