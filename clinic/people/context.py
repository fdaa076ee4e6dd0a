"""What every page knows: the clinic, and what the signed-in person may do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clinic.people.access import permissions_of


def clinic_and_permissions(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "clinic": getattr(request, "clinic", None),
        "may": {permission.name.lower(): True for permission in permissions_of(user)} if user else {},
    }
