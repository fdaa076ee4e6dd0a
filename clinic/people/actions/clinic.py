"""The clinic's own data, set by the owner."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Clinic, User


@transaction.atomic
def change_clinic(*, clinic: Clinic, changed: Collection[str], by: User) -> Clinic:
    """Save the clinic; ``changed``: the names of the changed fields."""
    clinic.save()
    trail.record("clinic.changed", by=by, obj=clinic, detail={"fields": sorted(changed)})
    return clinic
