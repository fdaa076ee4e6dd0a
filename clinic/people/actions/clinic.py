"""The clinic's own data, as the owner sets it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from clinic.audit import trail
from clinic.people.models import Clinic, User


@transaction.atomic
def change_clinic(*, clinic: Clinic, changed: Collection[str], by: User) -> Clinic:
    """Keep the clinic as it now stands; ``changed``: the names of the fields that were set anew."""
    clinic.save()
    trail.record("clinic.changed", by=by, obj=clinic, detail={"fields": sorted(changed)})
    return clinic
