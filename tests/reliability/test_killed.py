"""SIGKILL in the middle of saving: what was confirmed is there after the restart, and nothing is half there."""

from __future__ import annotations

import http.client
import random
import re
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.plain_server import PlainServer

# a server and a database of its own: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has a database of its own"
)
ROUNDS = 2
SAVERS = 4


def ticket_on(page: str) -> str:
    """The ticket that the forms of a patient's page carry."""
    return re.findall(r'name="of" value="([^"]+)"', page)[-1]


class Savers:
    """Patients and answers saved as fast as the server confirms them, until it dies."""

    def __init__(self, server: PlainServer, session: str, intake: str, fields: dict[str, str]) -> None:
        self.server, self.session, self.intake, self.fields = server, session, intake, fields
        self.patients: list[str] = []  # confirmed, by family name
        self.answer = 0  # highest number confirmed
        self.other: list[int] = []  # answers that are neither a confirmation nor a dead line

    def patient(self, saver: str) -> None:
        for number in range(10_000):
            name = f"R{saver}n{number}"
            data = {"given_name": "Ana", "family_name": name, "no_phone": "none"}
            try:
                status, _, _ = self.server.ask("POST", "/patients/new/", cookies={"ashi": self.session}, data=data)
            except (OSError, http.client.HTTPException):
                return
            (self.patients.append(name) if status == 302 else self.other.append(status))  # type: ignore[func-returns-value]

    def answers(self) -> None:
        for number in range(self.answer + 1, self.answer + 10_000):
            data = {**self.fields, "_seq": str(number), "reason": f"answer {number}"}
            try:
                status, _, _ = self.server.ask(
                    "POST", "/i/step/reason/", cookies={"ashi-intake": self.intake}, data=data
                )
            except (OSError, http.client.HTTPException):
                return
            if status in (302, 422):  # 422: kept, and something else on the screen is still open
                self.answer = number
            else:
                self.other.append(status)

    def run(self, round_: int, seconds: float) -> None:
        threads = [threading.Thread(target=self.patient, args=[f"{round_}s{n}"]) for n in range(SAVERS)]
        threads.append(threading.Thread(target=self.answers))
        for thread in threads:
            thread.start()
        patients, answer, until = len(self.patients) + 12, self.answer + 2, time.monotonic() + 60
        while (len(self.patients) < patients or self.answer < answer) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(seconds)
        self.server.kill()
        for thread in threads:
            thread.join()


def test_what_was_confirmed_survives(tmp_path: Path) -> None:
    file = tmp_path / "ashi.sqlite3"
    server = PlainServer(tmp_path, f"sqlite:///{file}")
    keys = server.prepare()
    draw = random.Random(7)
    try:
        server.start()
        _, headers, _ = server.ask("GET", f"/i/{keys['token']}/")
        intake = str(re.search(r"ashi-intake=([^;]+)", str(headers["Set-Cookie"])).group(1))  # type: ignore[union-attr]
        _, _, page = server.ask("GET", "/i/", cookies={"ashi-intake": intake})
        _, headers, _ = server.ask("POST", "/i/start/", cookies={"ashi-intake": intake}, data={"of": ticket_on(page)})
        intake = str(re.search(r"ashi-intake=([^;]+)", str(headers["Set-Cookie"])).group(1))  # type: ignore[union-attr]
        _, _, page = server.ask("GET", "/i/step/reason/", cookies={"ashi-intake": intake})
        drawn = str(re.search(r'name="_page" value="([^"]+)"', page).group(1))  # type: ignore[union-attr]
        savers = Savers(server, keys["session"], intake, {"of": ticket_on(page), "_page": drawn})
        for round_ in range(ROUNDS):
            if server.process is None:
                server.start()
            savers.run(round_, draw.uniform(0, 0.4))
    finally:
        server.kill()
    assert not savers.other
    assert len(savers.patients) >= 12 * ROUNDS and savers.answer >= 2 * ROUNDS, (len(savers.patients), savers.answer)
    with sqlite3.connect(file) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        there = {name for (name,) in kept.execute("SELECT family_name FROM people_patient")}
        assert not set(savers.patients) - there
        halves = "SELECT p.id FROM people_patient p WHERE p.family_name LIKE 'R%' AND ({})"
        assert not kept.execute(
            halves.format("NOT EXISTS (SELECT 1 FROM people_patientword w WHERE w.patient_id = p.id)")
        ).fetchall()
        assert not kept.execute(
            halves.format("1 <> (SELECT count(*) FROM audit_auditevent e WHERE e.patient_id = p.id)")
        ).fetchall()
        (answers,) = kept.execute("SELECT answers FROM intake_intakeresponse").fetchone()
        assert int(re.search(r"answer (\d+)", answers).group(1)) >= savers.answer  # type: ignore[union-attr]
    kept.close()
    server.python(
        "import django; django.setup()\nfrom clinic.audit import checking\nassert not list(checking.faults())"
    )
    print(f"{len(savers.patients)} patients and {savers.answer} answers confirmed, none lost")  # noqa: T201
