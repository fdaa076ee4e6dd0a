"""The service itself: how long `make serve` takes to its first page, and what a worker weighs after many requests."""

from __future__ import annotations

import http.client
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.clinics import Place
from tests.bench.measuring import Request, Server, resident_mib
from tests.bench.servers import spent
from tests.support.plain_server import ROOT, free_port

STARTS, WARM = 5, 1000
MOST_SECONDS, MOST_MIB, MOST_GROWTH = 3.0, 110, 5
NOT_FOR_MEMORY = (
    "follow-ups",
    "intake sent",
    "course of 12",
    "book",
    "propose",
    "plan edit",
    "intake step",
)  # once each


def starts() -> dict[str, float]:
    """Seconds from `make serve` to the sign-in page, of processor and by the clock; the first start migrates."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ".env"
        text = (ROOT / ".env.example").read_text(encoding="utf-8")
        file.write_text(re.sub(r"^EMAIL_HOST=.*$", "EMAIL_HOST=mail.example.org", text, flags=re.MULTILINE))
        ours = ("ASHI_", "DJANGO_", "EMAIL_", "DATABASE_URL", "WEB_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment = {**kept, "ASHI_VAR": str(Path(folder) / "var"), "ASHI_ENV_FILE": str(file)}
        found = [_start(environment) for _ in range(STARTS + 1)]
    return {
        "first_start_cpu_s": round(found[0][0], 2),
        "start_cpu_s": round(statistics.median(cpu for cpu, _ in found[1:]), 2),
        "start_s": round(min(wall for _, wall in found[1:]), 2),
    }


def _start(environment: dict[str, str]) -> tuple[float, float]:
    port, began = free_port(), time.monotonic()
    server = subprocess.Popen(
        ["bash", "scripts/serve", "127.0.0.1", str(port)], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        while time.monotonic() < began + 300:
            assert server.poll() is None, "the server stopped"
            try:
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                headers = {"Host": "clinic.example.org", "X-Forwarded-Proto": "https"}
                asked.request("GET", "/accounts/login/", headers=headers)
                if asked.getresponse().status == 200:
                    return spent(server.pid) / 1000, time.monotonic() - began
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server did not answer in time")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


WALK = """
import os, time, django
django.setup()
from django.db import connection
from clinic.audit import checking, seals
seals.broken = lambda *_: ()
walk, before, began = checking.Walk(), os.times(), time.perf_counter()
with checking.one_moment(connection) as moment:
    faults = list(walk.faults(moment))
wall, spent = time.perf_counter() - began, os.times()
assert not faults, faults[:3]
cpu = sum(spent[:4]) - sum(before[:4])
print(walk.count, cpu, wall, walk.processes)
"""


def walked(place: Place) -> dict[str, Any]:
    """The whole chain of a clinic, by as many processes as `verify_audit` takes, without the seals of records.

    ``per_second`` by the clock; ``quiet_per_second`` as if each process had had a processor of its own. The time that
    PostgreSQL's own processes take is only in the first.
    """
    events, cpu, wall, processes = (float(one) for one in place.python("-c", WALK, out=subprocess.PIPE).split())
    told = {"engine": place.engine, "events": int(events), "cpu_s": round(cpu, 2), "processes": int(processes)}
    return {**told, "per_second": round(events / wall), "quiet_per_second": round(events * processes / cpu)}


def memory(place: Place, jobs: list[dict[str, Any]], requests: int) -> dict[str, float]:
    """MiB of one worker that answers everything, after a thousand requests and after all; it is never replaced."""
    asked = [Request(**job["ours"][0]) for job in jobs if job["name"] not in NOT_FOR_MEMORY]
    server = Server(["clinic.wsgi", "--max-requests", "0"], place.environment, workers=1)
    server.start()
    try:
        worker, failed, sizes = server.pids[1], 0, []
        for first, last in ((0, WARM), (WARM, requests)):
            failed += server.timed([asked[n % len(asked)] for n in range(first, last)], 4)[2]
            sizes.append(resident_mib(worker))
        assert worker in server.pids, "the worker was replaced"
    finally:
        server.stop()
    return {
        "requests": requests,
        "worker_warm_mib": round(sizes[0], 1),
        "worker_mib": round(sizes[1], 1),
        "growth_mib": round(sizes[1] - sizes[0], 1),
        "errors": failed,
    }
