"""The database does not answer: 503 and a plain page from every address, and service again when it is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from clinic.people.models import User
from tests.factories.people import PatientFactory
from tests.support.page_text import page_text
from tests.support.plain_server import PlainServer, free_port

WORDS = "Ashi cannot reach its records right now"


@pytest.fixture
def faulty(petra: User) -> Client:
    """Petra's browser, where a fault is an answer."""
    client = Client(raise_request_exception=False)
    client.force_login(petra)
    return client


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_every_step_on_the_way_says_so(faulty: Client, fault: type[Exception], caplog: Any) -> None:
    """Wherever the connection breaks: in the session, in the clinic's row, in the view."""
    patient = PatientFactory()
    from django.db.backends.utils import CursorWrapper

    execute, broken = CursorWrapper.execute, []

    def breaking_at(number: int) -> Any:
        left = [number]

        def maybe(self: Any, sql: Any, params: Any = None) -> Any:
            left[0] -= 1
            if left[0] < 0:
                broken.append(sql)
                raise fault("server closed the connection unexpectedly")
            return execute(self, sql, params)

        return maybe

    for path in ("/", "/patients/", f"/patients/{patient.pk}/", "/i/some-token/", "/accounts/login/"):
        for number in range(6):
            broken.clear()
            with patch.object(CursorWrapper, "execute", breaking_at(number)):
                answer = faulty.get(path)
            if broken:
                assert answer.status_code == 503, f"{path} at query {number}: {answer.status_code}"
                assert WORDS in page_text(answer) and answer["Retry-After"] == "10"


def test_healthz_says_so(client: Client) -> None:
    with patch("clinic.health.connection.cursor", side_effect=OperationalError):
        assert client.get("/healthz").status_code == 503


def test_a_running_server_without_its_database(tmp_path: Path) -> None:
    """SQLite in a folder that is not there yet, and a PostgreSQL nobody listens at; the first comes back."""
    folder = tmp_path / "later"
    sqlite = PlainServer(tmp_path, f"sqlite:///{folder / 'ashi.sqlite3'}")
    postgres = PlainServer(tmp_path, f"postgres://nobody@127.0.0.1:{free_port()}/ashi")
    try:
        for server in (sqlite, postgres):
            server.start(workers=1)
            assert server.ask("GET", "/healthz")[0] == 503
            for method, data in (("GET", None), ("POST", {"a": "b"})):
                status, headers, page = server.ask(method, "/patients/", cookies={"ashi": "x" * 32}, data=data)
                assert (status, headers["Retry-After"]) == (503, "10") and WORDS in page
                assert "default-src 'none'" in headers["Content-Security-Policy"]
        folder.mkdir()
        keys = sqlite.prepare()
        assert sqlite.ask("GET", "/healthz")[0] == 200
        assert sqlite.ask("GET", "/patients/", cookies={"ashi": keys["session"]})[0] == 200
    finally:
        sqlite.kill()
        postgres.kill()
