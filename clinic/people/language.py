"""Patients read in their own language if Ashi has it; staff in the clinic's.

On a page it is the one chosen in this browser, else the best that the browser asks for; in mails and papers the one
kept with the patient.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from clinic.people.models import Patient

KEPT = 30 * 24 * 3600  # seconds
PATIENTS = ("/i/", "/a/")  # the paths opened by a link, without an account


def known(code: str | None) -> str:
    """The code if there is such a language, else the clinic's own."""
    return code if code is not None and code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def name_of_language(code: str | None) -> str:
    """Its English name for staff: "Spanish"; empty for the clinic's own and for none."""
    if known(code) == settings.LANGUAGE_CODE:
        return ""
    name: str = translation.get_language_info(known(code))["name"]
    return name


def spoken_to(patient: Patient | None) -> AbstractContextManager[None]:
    """Within this block words are in the language of a patient: for mails and papers."""
    return translation.override(known(patient.language if patient is not None else None))


def read_in(request: HttpRequest, patient: Patient) -> None:
    """From here on the page is in the patient's language, unless another one was chosen in this browser."""
    if patient.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(known(patient.language))


def remember(answer: HttpResponse, code: str | None) -> None:
    """In this browser this is the language from now on; None: whatever it asks for."""
    if code is None:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=KEPT, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


class PatientLanguageMiddleware:
    """For a patient's page the best match in ``settings.LANGUAGES`` for the browser; else ``LANGUAGE_CODE``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_patients = request.path.startswith(PATIENTS)
        language = translation.get_language_from_request(request) if is_patients else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
            if is_patients:  # a view may have chosen another one
                response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response
