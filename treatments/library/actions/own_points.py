"""Points of the clinic's own: written, changed and taken out of use. Each is a new row; audited."""

from __future__ import annotations

import json

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit import trail
from clinic.lib.knowledge_files import Fault
from clinic.lib.loose import Json
from clinic.people.models import User
from treatments.models import OwnPoint
from treatments.own_points import own_point_faults, told_now


class Refused(ValueError):
    """The checks that hold for the clinic's file refuse the point: ``faults`` say why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(" ".join(fault.text for fault in faults))
        self.faults = faults


class CodeTaken(ValueError):
    """There is a point of that code, in use or taken out of use."""


class Moved(ValueError):
    """Somebody wrote the point anew since it was read."""


@transaction.atomic
def keep(*, tables: Json, by: User) -> OwnPoint:
    """Raises Refused, and CodeTaken."""
    code = str(tables["point"][0]["code"])
    if OwnPoint.objects.filter(code=code).exists():
        raise CodeTaken(f"This clinic has a point {code} already, or had one: another code.")
    _check(tables, instead_of=None)
    try:
        with transaction.atomic():
            row = OwnPoint.objects.create(code=code, tables=tables, written_by=by)
    except IntegrityError as error:
        raise CodeTaken(f"This clinic has a point {code} already.") from error
    trail.record("own_point.kept", by=by, obj=row, detail={"code": code})
    return row


@transaction.atomic
def change(*, row: OwnPoint, tables: Json, by: User) -> OwnPoint:
    """Written anew under its code; what it said before stays. Raises Refused, and Moved."""
    held = _held(row)
    if held.tables == tables and not held.is_retired:
        return held
    _check(tables, instead_of=held.code)
    return _instead(held, tables=tables, is_retired=False, by=by, action="own_point.changed")


@transaction.atomic
def retire(*, row: OwnPoint, by: User) -> OwnPoint:
    """Taken out of use: found by nobody, and a plan with it no longer passes its review. Idempotent. Raises Moved."""
    held = _held(row)
    if held.is_retired:
        return held
    return _instead(held, tables=held.tables, is_retired=True, by=by, action="own_point.retired")


def _held(row: OwnPoint) -> OwnPoint:
    held = OwnPoint.objects.select_for_update().get(pk=row.pk)
    if held.replaced_at is not None:
        raise Moved(f"{row.code} has been changed since: look at it again.")
    return held


def _instead(held: OwnPoint, *, tables: Json, is_retired: bool, by: User, action: str) -> OwnPoint:
    held.replaced_at = timezone.now()
    held.save(update_fields=["replaced_at"])
    row = OwnPoint.objects.create(code=held.code, tables=tables, is_retired=is_retired, written_by=by)
    trail.record(action, by=by, obj=row, detail={"code": held.code})
    return row


def _check(tables: Json, *, instead_of: str | None) -> None:
    """Beside all others, as the whole will be read from now on."""
    others = [one for one in json.loads(told_now()) if one[0]["point"][0]["code"] != instead_of]
    if faults := own_point_faults(json.dumps([*others, [tables, ""]], sort_keys=True))[-1]:
        raise Refused(faults)
