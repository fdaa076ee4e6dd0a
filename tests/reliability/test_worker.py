"""The worker beside the server: sends, comes back when it is killed, ends with the server."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.mail_server import MailServer, mail_server
from tests.support.plain_server import ROOT, PlainServer

# a database of its own: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has a database of its own"
)
POST = """
import django
django.setup()
from clinic.outbox.post import post
post(kind="test", to="p@clinic.example", subject="{0}", body="b", key="{0}")
"""


@pytest.fixture
def letters() -> Iterator[tuple[MailServer, int]]:
    with mail_server() as (server, port):
        yield server, port


def test_it_sends_comes_back_and_ends_with_the_server(tmp_path: Path, letters: tuple[MailServer, int]) -> None:
    mail, port = letters
    clinic = PlainServer(tmp_path, f"sqlite:///{tmp_path / 'ashi.sqlite3'}")
    clinic.more = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "EMAIL_USE_TLS": "0"}
    clinic.python(POST.format("before it started"))  # into a copy that is migrated
    server = subprocess.Popen(["sleep", "600"])  # all the worker knows of a server is its number
    loop = subprocess.Popen(
        ["bash", "scripts/worker", str(server.pid)], cwd=ROOT, env=clinic.environment, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _until(lambda: _subjects(mail) == ["before it started"])
        clinic.python(POST.format("woken"))
        _until(lambda: len(mail.letters) == 2, seconds=45)  # a wake-up, not the sweep of the next minute
        (worker,) = _workers(server.pid)
        os.kill(worker, signal.SIGKILL)
        clinic.python(POST.format("while it was dead"))
        _until(lambda: _subjects(mail) == ["before it started", "woken", "while it was dead"])
        server.kill()
        server.wait()
        loop.wait(timeout=60)
        assert not _workers(server.pid)
    finally:
        server.kill()
        os.killpg(loop.pid, signal.SIGKILL) if loop.poll() is None else None


def _subjects(mail: MailServer) -> list[str]:
    return [str(letter["Subject"]) for letter in mail.letters]


def _workers(server: int) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-f", f"manage.py work --beside {server}"], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in found.stdout.split()]


def _until(holds: Callable[[], bool], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
