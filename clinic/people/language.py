"""Patients read in their own language if Ashi has it; staff in the clinic's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

PATIENTS = ("/i/", "/a/")  # the paths opened by a link, without an account


class PatientLanguageMiddleware:
    """For a patient's page the best match in ``settings.LANGUAGES`` for the browser; else ``LANGUAGE_CODE``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_patients = request.path.startswith(PATIENTS)
        language = translation.get_language_from_request(request) if is_patients else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        if is_patients:
            response.headers.setdefault("Content-Language", language)
        return response
