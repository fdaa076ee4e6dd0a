"""Which server? The same pages from each, side by side: ``python -m tests.bench.servers [DATABASE_URL]``.

Processor time of the server's own processes per request, which a busy machine hardly moves; the 95th of a hundred
answers to eight clients at once; memory; whether a connection is kept. Every round asks all servers in turn, the next
one in reverse order. granian is left out where it is not installed. docs/decisions/0025-the-server-measured.md
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.support.plain_server import ROOT, PlainServer

WORKERS, THREADS, CLIENTS, ROUNDS, EACH = 2, 4, 8, 5, 100
PAGES = {"healthz": "/healthz", "staff page": "/keys/", "chart": "/patients/1/"}
GUNICORN = [
    sys.executable,
    "-m",
    "gunicorn",
    "clinic.wsgi",
    "--workers",
    str(WORKERS),
    "--log-level",
    "critical",
]
SERVERS = {
    "gunicorn + waitress": [*GUNICORN, "--threads", str(THREADS), "--bind", "{address}"],
    "gunicorn gthread": [
        *GUNICORN, "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "75", "--bind", "{address}",
    ],
    "gunicorn sync": [*GUNICORN, "--worker-class", "sync", "--threads", "1", "--bind", "{address}"],
    "granian": [
        sys.executable, "-m", "granian", "clinic.wsgi:application", "--interface", "wsgi", "--workers", str(WORKERS),
        "--blocking-threads", str(THREADS), "--no-access-log", "--log-level", "critical", "--port", "{port}",
    ],
}  # fmt: skip


@dataclass
class Measured(PlainServer):
    """A server of one kind, and what was seen of it."""

    name: str = ""
    session: str = ""
    cpu: dict[str, list[float]] = field(default_factory=dict)  # page -> ms a request, one for each round
    waits: dict[str, list[float]] = field(default_factory=dict)  # page -> ms of every answer
    opened: int = 0  # connections

    def start(self, *, workers: int = WORKERS) -> None:
        words = [word.format(address=f"127.0.0.1:{self.port}", port=self.port) for word in SERVERS[self.name]]
        self.process = subprocess.Popen(
            words, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                self.ask("GET", "/healthz")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{self.name} does not start")

    def round(self, page: str, *, is_counted: bool) -> None:
        waits: list[float] = []
        before = self._spent()
        clients = [threading.Thread(target=self._client, args=[PAGES[page], waits]) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if is_counted:
            self.cpu.setdefault(page, []).append((self._spent() - before) / len(waits))
            self.waits.setdefault(page, []).extend(waits)

    def _client(self, path: str, waits: list[float]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for _ in range(EACH // CLIENTS):
            self.opened += line.sock is None
            began = time.perf_counter()
            line.request("GET", path, headers={"Cookie": f"ashi={self.session}"})
            answer = line.getresponse()
            answer.read()
            waits.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, (self.name, path, answer.status)
        line.close()

    def _spent(self) -> float:
        assert self.process is not None
        return spent(self.process.pid)

    def memory(self) -> float:
        """MiB of all its processes, what they share counted once."""
        assert self.process is not None
        return float(sum(one.memory_full_info().pss for one in family(self.process.pid))) / 2**20


def family(pid: int) -> list[psutil.Process]:
    main = psutil.Process(pid)
    return [main, *main.children(recursive=True)]


def spent(pid: int) -> float:
    """Milliseconds of processor time so far: of every thread of a process and of those it started, also the dead."""
    nanoseconds = 0.0
    for process in family(pid):
        dead = process.cpu_times()
        nanoseconds += (dead.children_user + dead.children_system) * 1e9
        for thread in Path(f"/proc/{process.pid}/task").iterdir():
            nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1e6


def main(database: str) -> None:
    os.environ["PYTHONDONTWRITEBYTECODE"] = ""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "static").mkdir()
        database = database or f"sqlite:///{folder}/ashi.sqlite3"
        session = PlainServer(Path(folder), database).prepare()["session"]
        names = [name for name in SERVERS if name != "granian" or importlib.util.find_spec("granian")]
        servers = [Measured(Path(folder), database, name=name, session=session) for name in names]
        try:
            for server in servers:
                server.start()
            for number in range(-1, ROUNDS):  # the first one warms up
                for page in PAGES:
                    for server in servers[:: -1 if number % 2 else 1]:
                        server.round(page, is_counted=number >= 0)
            tell(servers)
        finally:
            for server in servers:
                if server.process is not None:
                    os.killpg(server.process.pid, signal.SIGKILL)


def tell(servers: list[Measured]) -> None:
    asked = (ROUNDS + 1) * len(PAGES) * (EACH // CLIENTS) * CLIENTS
    print("| server |", " | ".join(f"{page}: CPU ms, p95 ms" for page in PAGES), "| MiB | requests a connection |")
    for server in servers:
        cells = [
            f"{statistics.median(server.cpu[page]):.1f}, {statistics.quantiles(server.waits[page], n=20)[-1]:.0f}"
            for page in PAGES
        ]
        print("|", " | ".join([server.name, *cells, f"{server.memory():.0f}", f"{asked / server.opened:.0f}"]), "|")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
