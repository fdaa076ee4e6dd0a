"""The consent without a form: signed again by the patient; and the clinic's own words in it, written by the owner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.lib.file_words import ENGLISH, languages
from clinic.people.http import StaffRequest
from clinic.people.models import Patient
from intake import consent_text, fetch
from intake.actions import consent as actions
from intake.forms.consent import ConsentForm, OwnConsentForm
from intake.forms.invitation import BirthForm
from intake.models import Invitation, Kiosk, OwnConsent
from intake.presenters.consent_copy import as_file, copy_of
from intake.questionnaire.load import DIRECTORY
from intake.views.device import TOLD_AFTER_SENDING, FormRequest, device_of, go_to
from intake.views.guards import closed, with_invitation
from intake.views.kiosk import given_back
from intake.views.languages import chosen, in_language, speak
from intake.views.link import check_birth, tries

COPIES = "intake.consent.copy"  # the salt of what names a consent just signed here


@require_http_methods(["GET", "POST"])
@with_invitation
def agree(request: FormRequest, invitation: Invitation) -> HttpResponse:
    """Today's text, a tick for each method, a name; and the date of birth, for there is no form that proved it."""
    if invitation.purpose != Invitation.Purpose.CONSENT or request.intake.call is not None:
        return go_to(request, "welcome")
    patient = invitation.patient
    if request.method == "POST" and (code := chosen(request.POST.get("go", ""))):
        return speak(_agree_in_language(request, patient, code), invitation, code)
    text = consent_text.consent()
    form = ConsentForm(
        request.POST or None, is_minor=actions.is_too_young(patient), consent=text, asks_who_answered=False
    )
    birth = BirthForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "birth": birth,
        "consent": text,
        "asks_birth": patient.date_of_birth is not None,
    }
    if request.method == "POST" and form.is_valid():
        refused = check_birth(request, invitation, birth) if patient.date_of_birth is not None else None
        if refused is not None and refused.status_code == 410:
            return refused
        if refused is None:
            told = {key: form.cleaned_data[key] for key in ("name", "signature", "guardian", "relation")}
            signed = actions.sign_again(invitation.pk, agreed=form.cleaned_data["methods"], **told)
            if request.intake.is_kiosk:
                return given_back(request, Kiosk.Ended.SENT)
            return render(
                request,
                "intake/agreed.html",
                {"given": signed.consent_given, "copy": signing.dumps(signed.pk, salt=COPIES)},
            )
        context |= tries(invitation, birth)
    return render(request, "intake/agree.html", context, status=422 if form.is_bound else 200)


@require_GET
def agree_copy(request: FormRequest) -> HttpResponse:
    """What was signed by itself, as a PDF: for an hour, in the browser that signed it. Having opened the link is not
    enough: whoever signed had given the date of birth, and the page after it says so (``seal``).
    """
    device = device_of(request)
    try:
        signed = signing.loads(request.GET.get("seal", ""), salt=COPIES, max_age=TOLD_AFTER_SENDING)
    except signing.BadSignature:
        return closed(request, "none")
    found = fetch.own_consent(signed, invitations=[one.invitation for one in device.alive])
    if found is None or device.kiosk:  # no file on the clinic's tablet
        return closed(request, "none")
    return as_file(copy_of(found, clinic=request.clinic.name), "consent.pdf")


def _agree_in_language(request: FormRequest, patient: Patient, code: str) -> HttpResponse:
    """The same page in another language, with what was typed. That it was read must be said again: now it is this."""
    in_language(code)
    typed = {name: request.POST.get(name, "") for name in ("name", "guardian", "relation", "day", "month", "year")}
    initial = {**typed, "methods": request.POST.getlist("methods")}
    text, is_minor = consent_text.consent(), actions.is_too_young(patient)
    context = {
        "form": ConsentForm(None, initial=initial, is_minor=is_minor, consent=text, asks_who_answered=False),
        "birth": BirthForm(None, initial=initial),
        "consent": text,
        "asks_birth": patient.date_of_birth is not None,
    }
    return render(request, "intake/agree.html", context)


@require_GET
def alone_paper(request: StaffRequest, consent_id: int) -> HttpResponse:
    """A consent signed by itself as a PDF, to print or to hand out again."""
    found = fetch.consent_for(request.user, consent_id)
    return as_file(copy_of(found, clinic=request.clinic.name), f"consent-{found.pk}.pdf")


@require_http_methods(["GET", "POST"])
def own_text(request: StaffRequest) -> HttpResponse:
    """The clinic's own words for each method. ``preview`` shows the page as a patient would read it."""
    spoken = request.GET.get("language", ENGLISH)
    spoken = spoken if spoken in languages(DIRECTORY) else ENGLISH
    newest = consent_text.newest_own()
    words = newest.words.get(spoken, {}) if newest is not None else {}
    text = consent_text.worded(None, language=spoken)
    form = OwnConsentForm(request.POST if request.method == "POST" else None, initial=words, consent=text)
    context: dict[str, Any] = {
        "form": form,
        "newest": newest,
        "spoken": spoken,
        "languages": [
            (code, {ENGLISH: "English", **dict(settings.LANGUAGES)}[code]) for code in sorted(languages(DIRECTORY))
        ],
        "in_force": consent_text.consent().version,
    }
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context["preview"] = consent_text.worded(OwnConsent(words={spoken: form.cleaned_data}), language=spoken)
            return render(request, "intake/own_consent.html", context)
        written = actions.write_own_consent(words=form.cleaned_data, spoken=spoken, by=request.user)
        if written is None:
            messages.info(request, "Nothing has changed: nobody is asked again.")
        else:
            at = timezone.localtime(written.written_at)
            messages.success(request, f"Version {written.pk}, {at:%H:%M}. Everyone is asked to sign it.")
        return redirect("intake:own_consent")
    return render(request, "intake/own_consent.html", context, status=422 if form.is_bound else 200)
