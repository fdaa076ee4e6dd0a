"""/healthz is honest: a server that cannot keep anything does not call itself well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic import health
from clinic.outbox.models import Heartbeat, Message
from clinic.outbox.post import post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _written_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_written_at", float("-inf"))


@pytest.fixture
def read_only(transactional_db: None) -> Iterator[None]:
    """The database answers questions and refuses writes, as on a read-only or full disk."""
    on, off = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only = on", "RESET default_transaction_read_only")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
        yield
        cursor.execute(off)


def test_well(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert timezone.now() - Heartbeat.objects.get().at < dt.timedelta(minutes=1)


def test_a_database_that_takes_no_writes(client: Client, read_only: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503 and b"degraded" in answer.content and b"no writes" in answer.content


def test_a_disk_that_is_nearly_full(client: Client) -> None:
    with patch("clinic.health.shutil.disk_usage", return_value=SimpleNamespace(free=1_000_000)):
        answer = client.get("/healthz")
    assert answer.status_code == 503 and b"degraded: the disk is nearly full" in answer.content


def test_asked_often_it_writes_seldom(client: Client) -> None:
    client.get("/healthz")
    Heartbeat.objects.all().delete()
    assert client.get("/healthz").status_code == 200 and not Heartbeat.objects.exists()


def test_mail_that_is_late_is_told_and_takes_no_server_out_of_service(client: Client) -> None:
    post(kind="test", to="a@b.example", subject="s", body="b", key="k")
    assert client.get("/healthz").content == b"ok\n"
    Message.objects.update(created_at=timezone.now() - dt.timedelta(minutes=6))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok, but mail is late\n")
