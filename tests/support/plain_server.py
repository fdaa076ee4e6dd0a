"""The production server on an empty clinic of its own, in a process group that can be killed as a whole."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.support.kept_files import migrated

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import json, django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from clinic.people.models import Patient, User
from intake.actions import invitations
call_command("migrate", verbosity=0)
user = User.objects.create_user("p@clinic.example", name="Petra", is_practitioner=True)
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
patient = Patient.objects.create(given_name="Ana", family_name="Link")
link = invitations.invite(patient=patient, by=user)
print(json.dumps({"session": session.session_key, "token": link.token}))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PlainServer:
    """``start`` and ``kill`` as often as wanted; the database stays."""

    folder: Path
    database: str  # a DATABASE_URL
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)  # further settings

    @property
    def environment(self) -> dict[str, str]:
        own = {"ASHI_VAR": str(self.folder), "ASHI_HTTPS": "0", "ASHI_DEMO": "0", "DATABASE_URL": self.database}
        return {
            **os.environ,
            **own,
            **self.more,
            "ASHI_ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "tests.support.plain_settings",
        }

    def prepare(self) -> dict[str, str]:
        """Migrate; one practitioner with a session, one open intake link: {"session", "token"}."""
        return json.loads(self.python(PREPARE))

    def python(self, text: str) -> str:
        """Run it in a process with these settings. An SQLite file that is not there yet is copied, migrated already."""
        file = Path(self.database.removeprefix("sqlite:///"))
        if self.database.startswith("sqlite:///") and not file.exists():
            migrated(file)
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *, workers: int = 2) -> None:
        gunicorn = str(Path(sys.executable).with_name("gunicorn"))
        words = ["clinic.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers), "--threads", "4"]
        self.process = subprocess.Popen(
            [gunicorn, *words, "--log-level", "critical"],
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 40
        while time.monotonic() < until:
            assert self.process.poll() is None, f"the server stopped with exit {self.process.returncode}"
            try:
                self.ask("GET", "/healthz")
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not answer in time")

    def kill(self) -> None:
        """SIGKILL to master and workers at once, as when the power of the process goes."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(
        self, method: str, path: str, *, cookies: dict[str, str] | None = None, data: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        return ask(self.port, method, path, cookies=cookies, data=data)


def ask(
    port: int,
    method: str,
    path: str,
    *,
    cookies: dict[str, str] | None = None,
    data: dict[str, str] | None = None,
    source: str = "",
) -> tuple[int, http.client.HTTPMessage, str]:
    """(status, headers, body). ``source``: the address asked from, any 127.*.*.*.

    Raises OSError or HTTPException when the server goes away meanwhile.
    """
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0) if source else None)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
    body = None
    if data is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": "a" * 32}
        headers["Cookie"] += f"; ashi-csrf={'a' * 32}"
        body = urlencode(data)
    try:
        asked.request(method, path, body, headers)
        answer = asked.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        asked.close()
