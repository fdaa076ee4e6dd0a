"""A clinic on many servers: three of them behind nginx, PgBouncer, PostgreSQL and a standby that confirms with it."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import Any

from tests.support.cluster import Nginx, PgBouncer, Postgres, folder_for_somebody
from tests.support.plain_server import PlainServer, ask

SERVERS = 3
BOOKERS = 50
PASSWORD = "quiet otters swim at dawn"
FURNISH = f"""
import datetime as dt, json, django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
call_command("migrate", verbosity=0)
from intake.actions import invitations
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.scheduling import CourseFactory, RoomFactory, ServiceFactory, WorkingPractitionerFactory, clinic_in
clinic_in("UTC")
petra = WorkingPractitionerFactory(email="petra@clinic.example")
desk = UserFactory(desk=True, email="desk@clinic.example", password="{PASSWORD}")
def session(user):
    kept = SessionStore()
    kept[SESSION_KEY], kept[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    kept[HASH_SESSION_KEY] = user.get_session_auth_hash()
    kept.save()
    return kept.session_key
patients = [PatientFactory() for _ in range({BOOKERS})]
RoomFactory()
course = CourseFactory(patient=patients[0], practitioner=petra, phases=[{{"per_week": 2, "weeks": 6}}], sessions=12)
print(json.dumps({{
    "petra": session(petra), "desk": session(desk), "practitioner": petra.pk, "service": ServiceFactory().pk,
    "patients": [patient.pk for patient in patients], "course": course.pk,
    "token": invitations.invite(patient=PatientFactory(date_of_birth=None), by=petra).token,
}}))
"""


class ManyServers:
    """``ask`` goes through the proxy."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        self.main, self.standby, self.pgbouncer, self.nginx = (
            kind(folder_for_somebody(folder / name))
            for name, kind in {"main": Postgres, "standby": Postgres, "pgbouncer": PgBouncer, "nginx": Nginx}.items()
        )
        more = {
            "ASHI_PGBOUNCER": "1",
            "ASHI_BEHIND_PROXY": "1",
            "ASHI_REPORTS_DATABASE_URL": self.standby.uri("ashi"),
        }
        self.servers = [self.server(folder / f"server{n}", self.pgbouncer.uri(), **more) for n in range(SERVERS)]
        self.known: dict[str, Any] = {}

    @staticmethod
    def server(folder: Path, database: str, **more: str) -> PlainServer:
        """With a folder of its own: what they share is the database and the key."""
        folder.mkdir()
        return PlainServer(folder, database, more={"DJANGO_SECRET_KEY": "the same on every server", **more})

    def start(self) -> None:
        self.main.make()
        direct = self.server(self.main.folder.parent / "direct", self.main.uri("ashi"))
        self.furnish(direct)
        self.standby.stand_by(self.main)
        self.pgbouncer.point_at(self.main)
        starting = [threading.Thread(target=server.start, kwargs={"workers": 1}) for server in self.servers]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        self.nginx.start([server.port for server in self.servers])

    def furnish(self, direct: PlainServer) -> None:
        self.known = json.loads(direct.python(FURNISH))

    def stop(self) -> None:
        for one in (self.nginx, *self.servers, self.pgbouncer, self.standby, self.main):
            one.kill()

    def ask(
        self, method: str, path: str, *, who: str = "", data: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, HTTPMessage, str]:
        """As ``who``, one of the sessions that are ``known``."""
        if who:
            more["cookies"] = {"ashi": self.known[who]}
        return ask(self.nginx.port, method, path, data=data, **more)


@contextmanager
def many_servers() -> Iterator[ManyServers]:
    with tempfile.TemporaryDirectory(prefix="many-", ignore_cleanup_errors=True) as folder:
        town = ManyServers(Path(folder))
        try:
            town.start()
            yield town
        finally:
            town.stop()


def at_once(works: list[Callable[[], int]]) -> list[int]:
    """What each answers when all begin together."""
    barrier, answers = threading.Barrier(len(works)), [0] * len(works)

    def run(place: int) -> None:
        barrier.wait()
        answers[place] = works[place]()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Savers:
    """People who save one patient after the other through the proxy, and note what was confirmed."""

    def __init__(self, town: ManyServers, name: str, count: int = 3) -> None:
        self.town, self.name = town, name
        self.confirmed: list[str] = []
        self.refused: list[int] = []  # the status; 0: the line broke
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self._save, args=[number]) for number in range(count)]

    def __enter__(self) -> Savers:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, count: int, seconds: float = 60) -> None:
        """Until so many more are confirmed."""
        wanted = len(self.confirmed) + count
        for _ in range(int(seconds / 0.02)):
            if len(self.confirmed) >= wanted:
                return
            self.enough.wait(0.02)
        raise AssertionError(f"{len(self.confirmed)} confirmed, {wanted} wanted; refused: {Counter(self.refused)}")

    def lost(self, database: Postgres) -> set[str]:
        rows = database.ask(f"SELECT family_name FROM people_patient WHERE family_name LIKE '{self.name}%'")
        return set(self.confirmed) - {name for (name,) in rows}

    def _save(self, saver: int) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            name = f"{self.name}s{saver}n{number}"
            data = {"given_name": "Ana", "family_name": name, "no_phone": "none"}
            try:
                status, _, _ = self.town.ask("POST", "/patients/new/", who="petra", data=data)
            except (OSError, HTTPException):
                status = 0
            if status == 302:
                self.confirmed.append(name)
            else:
                self.refused.append(status)
                self.enough.wait(0.05)
