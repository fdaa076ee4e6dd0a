"""Counting in the database, so that every worker counts together and a restart forgets nothing."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from intake.models import RateCount

KEPT = dt.timedelta(days=1)


@transaction.atomic
def increment(key: str, *, minutes: int) -> int:
    """Count one more in the present window of ``minutes``; the count with this one."""
    now = timezone.now()
    length = minutes * 60
    window = dt.datetime.fromtimestamp(int(now.timestamp()) // length * length, tz=dt.UTC)
    row, is_new = RateCount.objects.get_or_create(key=key, window=window)
    if is_new:
        RateCount.objects.filter(window__lt=now - KEPT).delete()
    RateCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db(fields=["count"])
    return row.count
