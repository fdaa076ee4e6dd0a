"""The composition root: which URL is served by what. Imports everything; nothing imports it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

from clinic.health import healthz

handler400 = "clinic.people.errors.bad_request"
handler429 = "clinic.people.errors.too_many"  # asked for by allauth
handler500 = "clinic.people.errors.server_error"


class _NotAForm(RoutePattern):
    """Nothing under it is a patient's form, which is asked for after every answer and passes it by at once."""

    def match(self, path: str) -> Any:
        return None if path.startswith("i/") else super().match(path)


BEFORE_INTAKE = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("clinic.people.urls")),
    path("", include("treatments.front.urls")),  # home and charts are asked for most: found before all others are tried
    path("", include("clinic.audit.urls")),
    path("", include("clinic.outbox.urls")),
    path("", include("clinic.scheduling.urls")),
]
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    URLResolver(_NotAForm("", is_endpoint=False), BEFORE_INTAKE),
    path("", include("intake.urls")),
    path("", include("treatments.plans.urls")),
    path("", include("treatments.visits.urls")),
    path("", include("treatments.outcomes.urls")),
    path("", include("treatments.library.urls")),
]
