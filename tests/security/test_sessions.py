"""A session ends after idle time and after a working day, and no header keeps it or hides what it reads."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AuditEvent
from tests.factories.people import UserFactory
from tests.factories.scheduling import AppointmentFactory, clinic_in

pytestmark = pytest.mark.django_db
BACKGROUND = {"X-Ashi-Background": "1"}


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(UserFactory(desk=True))
    return client


def is_in(client: Client, path: str = "/today/") -> bool:
    return client.get(path).status_code == 200


def aged(client: Client, **seconds: float) -> None:
    session = client.session
    for name, age in seconds.items():
        session[name] = time.time() - age
    session.save()


def test_idle_time_ends_it(desk: Client) -> None:
    assert is_in(desk)
    aged(desk, active_at=settings.SESSION_IDLE_SECONDS - 5)
    assert is_in(desk)
    aged(desk, active_at=settings.SESSION_IDLE_SECONDS + 5)
    assert not is_in(desk)


def test_a_clock_that_was_a_day_ahead_lends_no_day(desk: Client) -> None:
    assert is_in(desk)
    aged(desk, active_at=-30)  # another server's clock may differ a little
    assert is_in(desk)
    aged(desk, active_at=-24 * 60 * 60)
    assert not is_in(desk)


def test_a_page_that_refreshes_itself_does_not_keep_it(desk: Client) -> None:
    assert is_in(desk)
    aged(desk, active_at=settings.SESSION_IDLE_SECONDS - 60)
    before = desk.session["active_at"]
    assert desk.get("/today/", headers=BACKGROUND).status_code == 200
    assert desk.session["active_at"] == before
    aged(desk, active_at=settings.SESSION_IDLE_SECONDS + 5)
    assert desk.get("/today/", headers=BACKGROUND).status_code == 401


def test_a_working_day_ends_it_however_busy(desk: Client) -> None:
    assert is_in(desk)
    aged(desk, began_at=settings.SESSION_COOKIE_AGE + 5, active_at=1)
    assert not is_in(desk)
    assert settings.SESSION_COOKIE_AGE <= 12 * 3600


def test_the_background_header_hides_no_reading(desk: Client) -> None:
    """Whoever appears on the board is noted, also when the page asks by itself; who was noted is not noted again."""

    clinic_in("UTC")
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)

    def noted() -> int:
        desk.get("/today/", headers=BACKGROUND)
        return AuditEvent.objects.filter(action="schedule.listed").count()

    AppointmentFactory(starts_at=noon)
    assert noted() == 1
    assert noted() == 1
    AppointmentFactory(starts_at=noon)
    assert noted() == 2
