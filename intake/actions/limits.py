"""Counting in the database, so that all workers share the count and a restart forgets nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from intake.models import RateCount

KEPT = dt.timedelta(days=1)
ONE_MORE = """
    INSERT INTO intake_ratecount ("key", "window", "count") VALUES (%(key)s, %(window)s, 1)
    ON CONFLICT ("key", "window") DO UPDATE SET "count" = intake_ratecount."count" + 1
    RETURNING "count"
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in a window of ``minutes``."""

    key: str
    most: int
    minutes: int = 1


class TooMany(Exception):
    """More than the limit allows."""


def increment(key: str, *, minutes: int) -> int:
    """Count one more in the current window of ``minutes``; returns the count with this one. One statement: concurrent
    counts are included, and nobody waits for the rest of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_MORE, row_of(Limit(key, 0, minutes)))
        [(count,)] = cursor.fetchall()
    return int(count)


def row_of(limit: Limit) -> dict[str, Any]:
    """What ``ONE_MORE`` needs to count in the current window."""
    length = limit.minutes * 60
    window = dt.datetime.fromtimestamp(int(timezone.now().timestamp()) // length * length, tz=dt.UTC)
    return {"key": limit.key, "window": connection.ops.adapt_datetimefield_value(window)}


def forget() -> None:
    """Counts that no limit asks for any more. Their keys may hold a network."""
    RateCount.objects.filter(window__lt=timezone.now() - KEPT).delete()
