"""Counting in the database, so that all workers share the count and a restart forgets nothing."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from intake.models import RateCount

KEPT = dt.timedelta(days=1)
_ONE_MORE = """
    INSERT INTO intake_ratecount ("key", "window", "count") VALUES (%s, %s, 1)
    ON CONFLICT ("key", "window") DO UPDATE SET "count" = intake_ratecount."count" + 1
    RETURNING "count"
"""


def increment(key: str, *, minutes: int) -> int:
    """Count one more in the current window of ``minutes``; returns the count with this one. One statement: concurrent
    counts are included, and nobody waits for the rest of a transaction."""
    now = timezone.now()
    length = minutes * 60
    window = dt.datetime.fromtimestamp(int(now.timestamp()) // length * length, tz=dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, [key, connection.ops.adapt_datetimefield_value(window)])
        [(count,)] = cursor.fetchall()
    return int(count)


def forget() -> None:
    """Counts that no limit asks for any more. Their keys may hold a network."""
    RateCount.objects.filter(window__lt=timezone.now() - KEPT).delete()
