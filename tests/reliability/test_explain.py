"""The questions that hot pages ask never read a big table from end to end, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from clinic.scheduling.models import Appointment
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import RoomFactory, ServiceFactory, WorkingPractitionerFactory

pytestmark = pytest.mark.django_db
DAYS = 400  # of visits, a few each day: enough that an engine prefers an index
NOON = dt.time(12)


def plan_of(rows: QuerySet[Any, Any]) -> str:
    """What the engine means to do, in its words; statistics are fresh."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return rows.explain()


def read_whole(plan: str) -> set[str]:
    """Tables that a plan reads from end to end."""
    if connection.vendor == "postgresql":
        return set(re.findall(r"Seq Scan on (\w+)", plan))
    return set(re.findall(r"\bSCAN (\w+)", plan))


@pytest.fixture
def history(db: None) -> dt.datetime:
    """Ten visits on each of many days, some to come; the moment that is now."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    house = {"service": ServiceFactory(), "practitioner": WorkingPractitionerFactory(), "room": RoomFactory()}
    patients, desk = [PatientFactory() for _ in range(20)], UserFactory(desk=True)
    rows = []
    for number in range(DAYS * 10):
        starts = now + dt.timedelta(days=30 - number // 10, hours=number % 10)
        until = starts + dt.timedelta(minutes=45)
        who = patients[number % len(patients)]
        nonce = f"explain:{number}"
        more = {"starts_at": starts, "ends_at": until, "busy_until": until, "nonce": nonce, "created_by": desk}
        rows.append(Appointment(patient=who, **house, **more))
    Appointment.objects.bulk_create(rows, batch_size=500)
    return now


HOT: dict[str, Callable[[dt.datetime], QuerySet[Any, Any]]] = {
    "visits of a day": lambda now: Appointment.objects.active().between(now, now + dt.timedelta(days=1)),
    "visits of a week": lambda now: Appointment.objects.active().between(now, now + dt.timedelta(days=7)),
}


@pytest.mark.parametrize("question", HOT)
def test_no_big_table_is_read_whole(question: str, history: dt.datetime) -> None:
    plan = plan_of(HOT[question](history))
    assert "scheduling_appointment" not in read_whole(plan), plan
    assert re.search(r"starts_at>\? AND starts_at<\?|starts_at > .* AND \(starts_at < ", plan), plan


def test_a_query_without_bounds_would_be_found(history: dt.datetime) -> None:
    plan = plan_of(Appointment.objects.filter(version__gt=7))
    assert read_whole(plan) == {"scheduling_appointment"}, plan
