"""The patient's form, screen by screen, saved after every answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from intake import consent_text, fetch, spoken
from intake.actions import answers as actions
from intake.actions import consent as signing
from intake.actions import red_flags
from intake.actions.answers import IncompleteIntake
from intake.actions.limits import Limit, TooMany
from intake.actions.stays import note_stay
from intake.asking_back import is_open, offers
from intake.forms.consent import ConsentForm
from intake.forms.opened import opened, seal
from intake.forms.screen import ScreenForm
from intake.models import IntakeResponse, Kiosk
from intake.presenters import patient_form as words
from intake.presenters.body_chart import feelings, pictures
from intake.presenters.consent_copy import as_file, copy_of
from intake.presenters.finishing import END, minutes_left
from intake.presenters.messages import alarms, messages
from intake.questionnaire.answers import Reading, previous_screen
from intake.reading import reading_of
from intake.views.by_phone import hung_up
from intake.views.device import TOLD_AFTER_SENDING, FormRequest, Whose, address, device_of, go_to
from intake.views.guards import closed, offered, posts_of, too_many, with_response, with_response_uncounted
from intake.views.kiosk import given_back
from intake.views.languages import chosen, in_language, own_path, speak
from intake.views.link import leave, own_response
from intake.views.onward import after, screen_after
from intake.views.saved import saved, saved_at

SAVES_A_MINUTE = 90  # a person taps less; a runaway script is slowed down


@require_http_methods(["GET", "POST"])
@with_response_uncounted
def step(request: FormRequest, response: IntakeResponse, screen_id: str) -> HttpResponse:
    """GET renders a screen; POST is Next: save the answers and continue, or say what is missing."""
    reading = reading_of(response)
    screen = reading.screen(screen_id)
    if screen is None:  # no such screen, or no longer asked
        return go_to(request, "welcome")
    today = timezone.localdate()
    if request.method == "GET":
        return _draw(request, response, reading, ScreenForm(screen, response.answers, today=today))
    form = ScreenForm(screen, response.answers, today=today, data=request.POST)
    go = request.POST.get("go", "next")
    is_complete = form.is_complete() if go == "next" else not form.errors
    page = opened(screen, request.POST, response_id=response.pk)
    values = {q.id: page.shown.get(q.id) for q in screen.questions} if go == "undo" else form.values()
    try:
        response = actions.save_answers(
            response.pk,
            values=values,
            opened=page,
            passed=screen.id if is_complete and go == "next" else "",
            seen=response,
            limit=posts_of(response),
            call=request.intake.call,
        )
    except TooMany:
        return too_many(request, minutes=1)
    if go == "undo":
        return go_to(request, "check")
    if code := chosen(go):
        return speak(_in_language(request, response, screen.id, form, code), response.invitation, code)
    reading = reading_of(response)
    if not is_complete:
        return _draw(request, response, reading, form, status=422)
    if go == "stay":  # the same page, with what follows from its answers
        return go_to(request, "step", screen.id, then="check" if request.POST.get("then") == "check" else "")
    if go == "leave":
        return leave(request)
    if go == "back":
        previous = previous_screen(reading, screen.id)
        return go_to(request, "step", previous.id) if previous else go_to(request, "welcome")
    if go.startswith("choose:"):
        _, question, mark = go.split(":", 2) if go.count(":") == 2 else ("", "", "")
        actions.settle_clash(response.pk, question=question, chosen=mark, call=request.intake.call)
        return go_to(request, "step", screen.id, then="check" if request.POST.get("then") == "check" else "")
    if words.clashes(response, screen):
        return _draw(request, response, reading, form, status=409)
    target = after(request, reading, response, screen)
    if page.seconds is not None and request.intake.call is None:
        following = screen_after(request, reading, response, screen)
        note_stay(response.pk, screen=screen.id, seconds=page.seconds, following=following.id if following else END)
    if is_open(offers(response, screen)):
        target = address(request, "asked", screen.id, then="check" if request.POST.get("then") == "check" else "")
    if red_flags.has_unread(response):
        return go_to(request, "alert", next=target)
    return redirect(target)


@require_POST
@with_response_uncounted
def save(request: FormRequest, response: IntakeResponse, screen_id: str) -> HttpResponse:
    """Save what is on the screen now; responds "Saved 14:05" and, for a red flag, with its message."""
    reading = reading_of(response)
    screen = reading.screen(screen_id)
    if screen is None:
        return go_to(request, "welcome")
    form = ScreenForm(screen, response.answers, today=timezone.localdate(), data=request.POST)
    is_settled = request.GET.get("typing") != "1"
    try:
        response = actions.save_answers(
            response.pk,
            values=form.values(),
            opened=opened(screen, request.POST, response_id=response.pk),
            is_settled=is_settled,
            seen=response,
            limit=Limit(f"save:{response.pk}", SAVES_A_MINUTE),
            call=request.intake.call,
        )
    except TooMany:
        return HttpResponse("Too many at once.", status=429, headers={"Retry-After": "20"})
    if is_settled and request.GET.get("read") == "1":  # "Yes, get help", under the message that the page itself showed
        red_flags.confirm_shown(response.pk, call=request.intake.call)
    return saved(request, response, form, is_settled=is_settled)


@require_http_methods(["GET", "POST"])
@with_response
def alert(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    """What to do now, on a page of its own; POST: "I have read this", and continue."""
    target = own_path(request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST":
        red_flags.confirm_shown(response.pk, call=request.intake.call)
        if request.htmx:
            return render(request, "intake/_messages_read.html")
        return redirect(target)
    told = messages(response, None, request.clinic)
    if not told["emergencies"]:  # the answer has since changed
        return redirect(target)
    return render(request, "intake/alert.html", {"next": target, **told})


@require_http_methods(["GET", "POST"])
@with_response
def consent(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    reading = reading_of(response)
    if request.intake.call is not None:  # nobody consents for the patient: it stays open for the visit
        return go_to(request, "check")
    signed = {
        "name": response.consent_name,
        "guardian": response.consent_guardian,
        "relation": response.consent_relation,
        "filled_by": response.filled_by,
        "methods": words.methods_agreed(response),
    }
    text = consent_text.consent()
    if request.method == "POST" and (code := chosen(request.POST.get("go", ""))):
        return speak(_consent_in_language(request, response, reading, code), response.invitation, code)
    form = ConsentForm(request.POST or None, initial=signed, is_minor=signing.needs_guardian(reading), consent=text)
    if request.method == "POST" and form.is_valid():
        told = {key: form.cleaned_data[key] for key in ("name", "signature", "guardian", "relation", "filled_by")}
        signing.sign_consent(response.pk, agreed=form.cleaned_data["methods"], **told)
        return go_to(request, "check")
    return _draw_consent(request, response, reading, form)


def _draw_consent(request: FormRequest, response: IntakeResponse, reading: Reading, form: ConsentForm) -> HttpResponse:
    context = {
        "form": form,
        "consent": form.consent,
        "last": reading.screens[-1].id,
        "is_signed": response.consent_at is not None,
    }
    return render(request, "intake/consent.html", context, status=422 if form.is_bound else 200)


def _consent_in_language(request: FormRequest, response: IntakeResponse, reading: Reading, code: str) -> HttpResponse:
    """The same page in another language, with what was typed. That it was read must be said again: now it is this."""
    in_language(code)
    typed = {name: request.POST.get(name, "") for name in ("name", "guardian", "relation", "filled_by")}
    initial = {**typed, "methods": request.POST.getlist("methods")}
    form = ConsentForm(None, initial=initial, is_minor=signing.needs_guardian(reading), consent=consent_text.consent())
    return _draw_consent(request, response, reading, form)


def _in_language(
    request: FormRequest, response: IntakeResponse, screen_id: str, form: ScreenForm, code: str
) -> HttpResponse:
    """The same screen in another language; with what could not be saved, if anything."""
    then = "check" if request.POST.get("then") == "check" else ""
    if not form.errors:
        return go_to(request, "step", screen_id, then=then)
    in_language(code)
    reading = reading_of(response)
    screen = reading.screen(screen_id)
    if screen is None:
        return go_to(request, "welcome")
    again = ScreenForm(screen, response.answers, today=timezone.localdate(), data=request.POST)
    return _draw(request, response, reading, again, status=422)


@require_GET
def consent_copy(request: FormRequest) -> HttpResponse:
    """What was signed, as a PDF: while the form is open, and for an hour after it was sent."""
    response = own_response(request)
    if response is None or response.consent_given is None or device_of(request).kiosk:  # no file on the clinic's tablet
        return closed(request, "none")
    if response.is_submitted and timezone.now() - response.saved_at >= TOLD_AFTER_SENDING:
        return closed(request, "submitted")
    return as_file(copy_of(response, clinic=request.clinic.name), "consent.pdf")


@require_GET
@with_response
def check(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    """All answers on one page, each with a link to change it that returns here."""
    return _draw_check(request, response)


@require_POST
@with_response
def send(request: FormRequest, response: IntakeResponse) -> HttpResponse:
    try:
        actions.submit(response.pk, call=request.intake.call)
    except IncompleteIntake as incomplete:
        return _draw_check(request, response, incomplete, status=422)
    if request.intake.call is not None:
        return hung_up(request, request.intake.call)
    if request.intake.is_kiosk:
        told = messages(response, None, request.clinic)
        if not told["emergencies"] and not told["notes"]:
            return given_back(request, Kiosk.Ended.SENT)
    return go_to(request, "sent")


@require_GET
def sent(request: FormRequest) -> HttpResponse:
    """Thank you, and what happens next. Shows no answers."""
    response = own_response(request)
    if response is None or not response.is_submitted:
        return closed(request, "none") if response is None else redirect("intake:welcome")
    is_just_sent = timezone.now() - response.saved_at < TOLD_AFTER_SENDING
    is_second = response.continues_id is not None
    told = messages(response, None, request.clinic)
    told["has_copy"] = response.consent_given is not None and not is_second
    shown = told if is_just_sent else {}
    if device_of(request).kiosk:  # only what to do about a sign; then the tablet goes back
        request.intake = Whose(response.invitation, device_of(request).held[-1], needs_ticket=False, is_kiosk=True)
        return render(request, "intake/sent_kiosk.html", told)
    return render(request, "intake/sent.html", shown | offered(response.invitation) | {"is_second": is_second})


def _draw(
    request: FormRequest, response: IntakeResponse, reading: Reading, form: ScreenForm, status: int = 200
) -> HttpResponse:
    screen = form.screen
    previous = previous_screen(reading, screen.id)
    page = opened(screen, request.POST, response_id=response.pk)
    place = words.place(reading, screen)
    context: dict[str, Any] = {
        "form": form,
        "screen": screen,
        "response": response,
        "saved_at": saved_at(response),
        "previous": previous,
        "then": "check" if "check" in (request.GET.get("then"), request.POST.get("then")) else "",
        "page": request.POST["_page"] if page.page else seal(screen, response.answers, response_id=response.pk),
        "seq": page.seq,
        "clashes": words.clashes(response, screen),
        "duration_units": list(words.UNITS.items()),
        "alarms": alarms(response, screen, request.clinic),
        "suggests": any(question.suggests for question in screen.questions),
        **_body_chart(form),
        **place,
        "minutes_left": minutes_left([s.id for s in reading.screens[place["number"] - 1 :]]),
        **messages(response, screen, request.clinic),
    }
    return render(request, "intake/step.html", context, status=status)


def _body_chart(form: ScreenForm) -> dict[str, Any]:
    field = next((field for field in form if field.question.kind == "chart"), None)
    if field is None:
        return {}
    return {
        "body_tabs": pictures(spoken.chart(), field.question.regions),
        "feelings": feelings(field.question, field.chosen),
    }


def _draw_check(
    request: FormRequest, response: IntakeResponse, incomplete: IncompleteIntake | None = None, status: int = 200
) -> HttpResponse:
    reading = reading_of(response)
    context = {
        "response": response,
        "sections": words.answers_in_words(reading, response.answers),
        "missing": words.open_questions(reading, response.answers, actions.clashing(response, reading)),
        "lacks_consent": request.intake.call is None and signing.lacks_consent(response, reading),
        "attachments": fetch.attachments_of(response),
        **messages(response, None, request.clinic),
    }
    return render(request, "intake/check.html", context, status=status)
