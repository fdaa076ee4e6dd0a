"""/healthz is honest: a server that cannot keep anything does not call itself well."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from clinic import health
from clinic.outbox.models import Heartbeat, Message
from clinic.outbox.post import post
from tests.support.only_reads import only_reads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _written_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_written_at", float("-inf"))


def test_well(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert timezone.now() - Heartbeat.objects.get().at < dt.timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes(client: Client) -> None:
    with only_reads():
        answer = client.get("/healthz")
    assert answer.status_code == 503 and b"degraded" in answer.content and b"no writes" in answer.content


def test_a_standby_is_no_place_to_send_anybody(client: Client) -> None:
    """It answers every question and would refuse each page. A real one: test_many_servers.py."""
    with patch("clinic.health._is_standby", return_value=True):
        answer = client.get("/healthz")
    assert answer.status_code == 503 and answer.content.startswith(b"standby: ") and not Heartbeat.objects.exists()


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
