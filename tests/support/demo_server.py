"""The demo clinic under the production server, with files of its own: what journeys and screenshots look at."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.kept_files import FILE, migrated, seeded
from tests.support.stays import Manager

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "ashi-demo"


@dataclass(frozen=True)
class DemoServer:
    """Where the server answers, and one open intake link."""

    url: str
    intake_link: str
    folder: Path
    manager: Manager

    def manage(self, *words: str) -> str:
        """Run a management command against the server's database; returns what it printed."""
        return self.manager.run(*words)

    def mailed_code(self) -> str:
        """The digits in the newest mail with a code for a patient."""
        code = "from clinic.outbox.models import Message as M; print(M.objects.filter(kind='intake_code').first().body)"
        found = re.search(r"^\d{6}$", self.manage("shell", "-c", code), re.MULTILINE)
        assert found, "no mail with a code"
        return found.group()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the demo server stopped with exit {server.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the demo server did not answer in time")


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ASHI_VAR": str(folder),
        "ASHI_DEMO": "1",
        "ASHI_HTTPS": "0",
        "DATABASE_URL": os.environ.get("JOURNEY_DATABASE_URL", f"sqlite:///{folder / FILE}"),
    }


def _fill(folder: Path) -> None:
    manager = Manager(_environment(folder))
    try:
        if "JOURNEY_DATABASE_URL" not in os.environ:
            migrated(folder / FILE)
        manager.run("migrate", "--noinput", "--verbosity", "0")
        manager.run("seed_demo")
        manager.run("collectstatic", "--noinput", "--verbosity", "0")  # compressing them takes 15 s of a processor
    finally:
        manager.stop()


@contextmanager
def demo_server(folder: Path) -> Iterator[DemoServer]:
    """Migrate, seed and serve a demo clinic whose database and static files lie in ``folder``; stops at the end."""
    if "JOURNEY_SERVERS" in os.environ:
        from tests.support.demo_town import demo_town

        with demo_town() as town:
            yield DemoServer(town.url, intake_link(town.manager, town.url), folder, town.manager)
        return
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(folder)
    manager = Manager(environment)
    if "JOURNEY_DATABASE_URL" in os.environ:
        _fill(folder)
    else:
        seeded(folder, _fill)
    link = intake_link(manager, url)
    try:
        with serving(port, environment):
            yield DemoServer(url, link, folder, manager)
    finally:
        manager.stop()


def intake_link(manager: Manager, url: str) -> str:
    words = manager.run("demo_welcome", "--base", url)
    link = re.search(rf"{re.escape(url)}/i/\S+", words)
    assert link, f"demo_welcome printed no intake link:\n{words}"
    return link.group()


@contextmanager
def serving(port: int, environment: dict[str, str]) -> Iterator[None]:
    """The production server with one process, until it is left."""
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    words = ["clinic.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    server = subprocess.Popen(
        [gunicorn, *words, "--log-level", "warning", "--access-logfile", os.devnull], cwd=ROOT, env=environment
    )
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}", server)
        yield
    finally:
        server.terminate()
        server.wait(timeout=15)


if __name__ == "__main__":  # fills the clinic that every server of a journey copies, if this code has none yet
    with tempfile.TemporaryDirectory() as nowhere:
        seeded(Path(nowhere), _fill)
