"""More than one machine, really running here: three servers behind nginx, PgBouncer in transaction mode, PostgreSQL
and a standby that every confirmed booking is on. The tests stand in the order of a bad day."""

from __future__ import annotations

import datetime as dt
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.cluster import missing
from tests.support.many_servers import BOOKERS, PASSWORD, ManyServers, Savers, at_once, many_servers

# databases of their own: once is enough, with the suite on SQLite
pytestmark = [
    pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has its own databases"),
    pytest.mark.skipif(bool(missing()), reason=f"needs: apt-get install {' '.join(missing())}"),
]
TODAY = dt.datetime.now(dt.UTC).date()
MONDAY = TODAY + dt.timedelta(days=14 - TODAY.weekday())
OVERLAPPING = """SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id
    AND a.practitioner_id = b.practitioner_id AND a.starts_at < b.busy_until AND b.starts_at < a.busy_until"""


@pytest.fixture(scope="module")
def town() -> Iterator[ManyServers]:
    with many_servers() as running:
        yield running


def test_a_session_holds_over_all_servers(town: ManyServers) -> None:
    data = {"login": "desk@clinic.example", "password": PASSWORD}
    status, headers, _ = town.ask("POST", "/accounts/login/", data=data)
    assert status == 302
    cookies = {"ashi": re.search(r"ashi=([^;]+)", str(headers.get_all("Set-Cookie"))).group(1)}  # type: ignore[union-attr]
    for server in town.servers:
        assert server.ask("GET", "/keys/", cookies=cookies)[0] == 200
    patient = town.known["patients"][0]
    for path in ("/", "/patients/?q=mus", f"/patients/{patient}/", "/schedule/", "/today/", "/followups/"):
        assert [town.ask("GET", path, cookies=cookies)[0] for _ in town.servers] == [200] * 3, path


def test_a_patient_fills_the_intake_over_all_servers(town: ManyServers) -> None:
    _, headers, _ = town.ask("GET", f"/i/{town.known['token']}/")

    def cookie() -> dict[str, str]:
        return {"ashi-intake": re.search(r"ashi-intake=([^;]+)", str(headers["Set-Cookie"])).group(1)}  # type: ignore[union-attr]

    _, _, page = town.ask("GET", "/i/", cookies=cookie())
    ticket = re.findall(r'name="of" value="([^"]+)"', page)[-1]
    _, headers, _ = town.ask("POST", "/i/start/", cookies=cookie(), data={"of": ticket})
    for number in range(1, 7):
        _, _, page = town.ask("GET", "/i/step/reason/", cookies=cookie())
        drawn = re.findall(r'name="(of|_page)" value="([^"]+)"', page)
        data = {**dict(drawn), "_seq": str(number), "reason": f"answer {number}"}
        assert town.ask("POST", "/i/step/reason/", cookies=cookie(), data=data)[0] in (302, 422)
    ((answers,),) = town.main.ask("SELECT answers::text FROM intake_intakeresponse")
    assert "answer 6" in answers


def test_the_front_desk_gets_in_while_somebody_guesses(town: ManyServers) -> None:
    """More tries than one address has in a minute: each counts for the address that nginx saw, not for nginx's own."""
    for number in range(36):
        password = "" if number % 9 else "wrong, but long enough"  # judging one costs what it costs a guesser
        data = {"login": f"nobody{number}@clinic.example", "password": password}
        status, _, _ = town.ask("POST", "/accounts/login/", data=data, source=f"127.0.1.{number + 1}")
        assert status == 200, f"try {number} is judged: {status}"
    data = {"login": "desk@clinic.example", "password": PASSWORD}
    assert town.ask("POST", "/accounts/login/", data=data, source="127.0.2.1")[0] == 302


def test_fifty_want_one_time_and_one_gets_it(town: ManyServers) -> None:
    slot = f"{MONDAY}T10:00Z|{town.known['practitioner']}"

    def book(patient: int) -> int:
        data = {"patient": str(patient), "service": str(town.known["service"]), "day": str(MONDAY), "slot": slot}
        return town.ask("POST", "/schedule/new/", who="desk", data={**data, "nonce": uuid.uuid4().hex})[0]

    got = Counter(at_once([lambda patient=patient: book(patient) for patient in town.known["patients"]]))  # type: ignore[misc]
    assert got == {302: 1, 409: BOOKERS - 1}
    assert town.main.ask("SELECT count(*) FROM scheduling_appointment") == [(1,)]


def test_a_course_of_twelve_is_booked_once(town: ManyServers) -> None:
    rows = {}
    for number in range(1, 13):
        rows[f"day-{number}"] = str(MONDAY + dt.timedelta(days=7 + 7 * ((number - 1) // 2) + 3 * ((number - 1) % 2)))
        rows[f"clock-{number}"] = "11:00"

    def book() -> int:
        data = {**rows, "nonce": uuid.uuid4().hex}
        return town.ask("POST", f"/followups/{town.known['course']}/", who="desk", data=data)[0]

    got = Counter(at_once([book] * 9))
    assert got[302] == 1 and set(got) <= {302, 409}, got
    booked = "SELECT count(*), count(DISTINCT starts_at) FROM scheduling_appointment WHERE course_id IS NOT NULL"
    assert town.main.ask(booked) == [(12, 12)]


def test_a_report_is_read_from_the_standby_and_is_never_older_than_its_question(town: ManyServers) -> None:
    asked = """
import django; django.setup()
from clinic.lib import reports
from clinic.people.models import Patient
from tests.factories.people import PatientFactory
for number in range(20):
    made = PatientFactory(family_name="Fresh")
    with reports.reading() as source:
        with source.connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            assert cursor.fetchone() == (True,), source.why
        row = Patient.objects.get(pk=made.pk)
        row.family_name = "Written"
        row.save()
assert row._state.db == "default", row._state.db
assert Patient.objects.filter(family_name="Written").count() == 20
from django.core.management import call_command
call_command("verify_audit")
from django.db import connections
with connections.create_connection("reports").cursor() as cursor:
    cursor.execute("SELECT pg_wal_replay_pause()")
    PatientFactory()
    try:
        with reports.reading(patience=0.3) as source:
            print(source.alias, source.why)
    finally:
        cursor.execute("SELECT pg_wal_replay_resume()")
"""
    town.main.ask("GRANT EXECUTE ON FUNCTION pg_wal_replay_pause(), pg_wal_replay_resume() TO ashi")
    said = town.servers[0].python(asked)
    assert "chain whole" in said and "Read from the replica" in said
    assert said.endswith("default the replica is more than 0.3 s behind\n")


def test_a_server_of_the_standby_says_what_it_is(town: ManyServers, tmp_path: Path) -> None:
    server = ManyServers.server(tmp_path / "of-standby", town.standby.uri("ashi"))
    try:
        server.start(workers=1)
        status, _, words = server.ask("GET", "/healthz")
        assert status == 503 and words.startswith("standby")
        for path in ("/", f"/patients/{town.known['patients'][0]}/"):
            status, _, page = server.ask("GET", path, cookies={"ashi": town.known["petra"]})
            assert status == 503 and "Its records can be read but not written" in page, path
    finally:
        server.kill()


def test_one_server_is_killed_and_only_its_own_requests_notice(town: ManyServers) -> None:
    with Savers(town, "Kill") as savers:
        savers.wait_for(10)
        town.servers[1].kill()
        savers.wait_for(30)
    assert len(savers.refused) <= len(savers.threads), Counter(savers.refused)
    assert set(savers.refused) <= {502}
    assert not savers.lost(town.main)
    town.servers[1].start(workers=1)


def test_the_standby_takes_over_and_nothing_confirmed_is_lost(town: ManyServers) -> None:
    with Savers(town, "Over") as savers:
        savers.wait_for(20)
        town.main.kill()
        died = time.monotonic()
        town.standby.ask("SELECT pg_promote()")
        town.pgbouncer.point_at(town.standby)
        savers.wait_for(20)
        print(f"served again {time.monotonic() - died:.1f} s later, with 20 more")  # noqa: T201
    assert set(savers.refused) <= {502, 503}, "a save that failed says so"
    assert not savers.lost(town.standby)
    assert town.standby.ask(OVERLAPPING) == [(0,)]
    assert town.standby.ask("SELECT count(*) FROM scheduling_appointment") == [(13,)]
    assert town.ask("GET", "/healthz")[0] == 200
    town.servers[0].python(
        "import django; django.setup()\nfrom clinic.audit import checking\nassert not list(checking.faults())"
    )
