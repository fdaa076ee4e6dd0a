"""What every page knows: the clinic, what the signed-in person may do, and the version of Ashi."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest

from clinic import __version__
from clinic.people.access import Permission, permissions_of


class May(dict[str, bool]):
    """Permission by its name, as pages ask: ``may.book``. Never changed, so that parts of pages can be kept by it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))


@lru_cache
def _may(permissions: frozenset[Permission]) -> May:
    return May({permission.name.lower(): True for permission in permissions})


def clinic_and_permissions(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "clinic": getattr(request, "clinic", None),
        "may": _may(permissions_of(user)) if user else May(),
        "version": __version__,
    }
