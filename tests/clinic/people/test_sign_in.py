"""Signing in: demo accounts only in a demo, idle time ends a session, a background request does not keep it alive."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.people.models import User

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}


def sign_in(email: str) -> tuple[Client, int]:
    client = Client()
    answer = client.post("/accounts/login/", {"login": email, "password": "a long pass phrase"})
    return client, answer.status_code


@pytest.mark.parametrize(("demo", "status"), [(True, 302), (False, 200)])
def test_demo_accounts_sign_in_only_in_a_demo(settings: Any, demo: bool, status: int) -> None:
    settings.ASHI_DEMO = demo
    User.objects.create_user("owner@demo.ashi", "a long pass phrase", name="Owner", is_owner=True)
    _, answered = sign_in("owner@demo.ashi")
    assert answered == status


def test_signing_in_leaves_an_event(settings: Any) -> None:
    User.objects.create_user("p@example.org", "a long pass phrase", name="Pia", is_practitioner=True)
    sign_in("P@Example.org")
    assert AuditEvent.objects.get(action="staff.signed_in").actor_name == "Pia"


def test_nobody_can_sign_up() -> None:
    assert Client().get("/accounts/signup/").status_code in (302, 403)
    Client().post("/accounts/signup/", {"email": "x@example.org", "password1": "a long pass phrase"})
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "headers", "still_in"),
    [(29, {}, True), (31, {}, False)],
)
def test_idle_time_signs_out(minutes: int, headers: dict, still_in: bool) -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in("o@example.org")
        assert client.get("/keys/").status_code == 200
        clock.shift(datetime.timedelta(minutes=minutes))
        assert (client.get("/keys/", headers=headers).status_code == 200) is still_in


def test_background_requests_do_not_count_as_being_there() -> None:
    User.objects.create_user("o@example.org", "a long pass phrase", name="Olu", is_owner=True)
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in("o@example.org")
        client.get("/keys/")
        for _ in range(5):
            clock.shift(datetime.timedelta(minutes=7))
            answer = client.get("/keys/", headers={"X-Ashi-Background": "1"})
        assert answer.status_code == 302


def test_pages_are_not_kept_by_browsers_and_carry_the_policy() -> None:
    answer = Client().get("/accounts/login/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert answer.headers["Cache-Control"].startswith("no-store") or "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
