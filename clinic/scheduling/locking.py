"""One writer of the schedule at a time."""

from __future__ import annotations

from django.db import connection

_SCHEDULE_LOCK = 141_421_356  # any fixed number: the advisory lock of whoever writes the schedule


def lock_schedule() -> None:
    """Allow one writer of the schedule at a time, until the transaction ends.

    The database guards would hold without it; with it, two clashing bookings queue instead of deadlocking.
    SQLite's transactions are IMMEDIATE: there is only one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEDULE_LOCK])
