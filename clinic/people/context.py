"""What every page knows: the clinic, what the signed-in person may do, and which Ashi this is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clinic import __version__
from clinic.people.access import permissions_of


def clinic_and_permissions(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "clinic": getattr(request, "clinic", None),
        "may": {permission.name.lower(): True for permission in permissions_of(user)} if user else {},
        "version": __version__,
    }
