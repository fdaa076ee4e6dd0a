"""The visits of a course written together: Django makes an expression of each of 250 values first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from clinic.lib.many_rows import insert
from clinic.people.models import User
from clinic.scheduling.models import Appointment, AppointmentChange

_FIELDS = [one for one in Appointment._meta.concrete_fields if not one.primary_key and one.name != "created_at"]


def add_appointments(rows: Sequence[Appointment]) -> None:
    """As ``bulk_create``: afterwards each knows its number. The database itself says when each was made."""
    values = [[_written(getattr(row, one.attname)) for one in _FIELDS] for row in rows]
    numbers: dict[str, int] = dict(
        insert(Appointment._meta.db_table, [str(one.column) for one in _FIELDS], values, returning=("nonce", "id"))
    )
    for row in rows:
        row.pk = numbers[row.nonce]
        row._state.adding, row._state.db = False, connection.alias
        del row.created_at  # read when it is asked for


def add_booked(rows: Sequence[Appointment], *, by: User, now: dt.datetime) -> None:
    """The first line of each one's history."""
    columns = ("appointment_id", "kind", "before", "after", "by_id", "at")
    kind, at = str(AppointmentChange.Kind.BOOKED), _written(now)
    insert(AppointmentChange._meta.db_table, columns, [(row.pk, kind, "{}", "{}", by.pk, at) for row in rows])


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, str) else value
