"""A server under measurement: its processor time, its memory, and clients that keep their connections."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.clinics import ROOT
from tests.support.plain_server import free_port


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    data: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    htmx: bool = False


@dataclass
class Server:
    words: list[str]  # of gunicorn
    environment: dict[str, str]
    workers: int = 2
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    started_in: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)  # what was answered instead, and how often

    def start(self) -> None:
        gunicorn = str(Path(sys.executable).with_name("gunicorn"))
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(self.workers), "--log-level", "critical"]
        began = time.monotonic()
        self.process = subprocess.Popen(
            [gunicorn, *self.words, *bind], cwd=ROOT, env=self.environment, start_new_session=True
        )
        while time.monotonic() < began + 120:
            assert self.process.poll() is None, "the server stopped"
            try:
                if self.ask(Request("GET", "/healthz"))[0] == 200:
                    self.started_in = time.monotonic() - began
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not answer in time")

    def stop(self) -> None:
        for what, times in self.failures.items():
            print(f"{times} times: {what}", file=sys.stderr)
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=30)
            self.process = None

    def ask(self, request: Request, held: http.client.HTTPConnection | None = None) -> tuple[int, bytes]:
        connection = held or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = {**request.cookies, "ashi-csrf": "a" * 32}
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), "Accept-Encoding": "gzip"}
        body = None
        if request.method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": "a" * 32}
            body = urlencode(request.data)
        if request.htmx:
            headers["HX-Request"] = "true"
        connection.request(request.method, request.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    # --- what it used ---------------------------------------------------------------------------
    @property
    def pids(self) -> list[int]:
        assert self.process is not None
        return [self.process.pid, *children(self.process.pid)]

    def cpu(self) -> dict[int, float]:
        return {pid: cpu_of(pid) for pid in self.pids}

    def peak_mib(self) -> float:
        """Of the largest worker."""
        return max(map(_peak, self.pids[1:]), default=0.0)

    # --- clients --------------------------------------------------------------------------------
    def timed(self, requests: list[Request], clients: int) -> tuple[list[float], int, int]:
        """(milliseconds of each, bytes of the largest, answers that were no success)."""

        def work(mine: list[Request]) -> list[tuple[float, int, bool]]:
            held = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            found = []
            for request in mine:
                began = time.perf_counter()
                status, body = self.ask(request, held)
                is_fine = status < 400 if request.method == "POST" else status == 200  # a page, not the way to sign in
                if not is_fine:
                    self.failures[f"{request.method} {request.path} -> {status} {body[:200]!r}"] += 1
                found.append(((time.perf_counter() - began) * 1000, len(body), is_fine))
            held.close()
            return found

        with ThreadPoolExecutor(clients) as pool:
            every = [one for part in pool.map(work, [requests[n::clients] for n in range(clients)]) for one in part]
        return [ms for ms, _, _ in every], max(size for _, size, _ in every), sum(not fine for *_, fine in every)


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text().split()]
        except OSError:
            continue
    return found


def cpu_of(pid: int) -> float:
    """Seconds of processor time of all threads of a process."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            spent += int(task.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            continue
    return spent / 1e9


def backends_cpu(url: str) -> dict[int, float]:
    """Of each process of a PostgreSQL server that works for one database, by its id."""
    name = url.partition("?")[0].rsplit("/", 1)[-1]
    found: dict[int, float] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
        except OSError:
            continue
        if command.startswith("postgres:") and f" {name} " in f"{command} ":
            found[int(place.name)] = cpu_of(int(place.name))
    return found


def since(before: dict[int, float], after: dict[int, float]) -> float:
    """What was used in between. A process that has ended meanwhile takes nothing back."""
    return sum(max(0.0, cpu - before.get(pid, 0.0)) for pid, cpu in after.items())


def resident_mib(pid: int) -> float:
    """What it holds now, with what it shares with others."""
    return _status(pid, "VmRSS")


def _peak(pid: int) -> float:
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> float:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith(name)), 0.0)
