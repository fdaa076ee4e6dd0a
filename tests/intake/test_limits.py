"""Counts of the last minutes are kept, those of before yesterday are forgotten by the worker."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from intake import tasks
from intake.actions import limits
from intake.models import RateCount

pytestmark = pytest.mark.django_db


def test_old_counts_are_forgotten_and_new_ones_stay() -> None:
    assert [limits.increment("save:1", minutes=1) for _ in range(2)] == [1, 2]
    RateCount.objects.create(key="bad-link:192.0.2.1", window=timezone.now() - limits.KEPT - dt.timedelta(minutes=1))
    RateCount.objects.create(key="bad-link:192.0.2.1", window=timezone.now() - limits.KEPT + dt.timedelta(minutes=1))
    assert limits.increment("save:1", minutes=1) == 3  # counting itself deletes nothing
    assert RateCount.objects.count() == 3
    tasks.forget_counts.call_local()
    assert set(RateCount.objects.values_list("key", "count")) == {("save:1", 3), ("bad-link:192.0.2.1", 0)}
