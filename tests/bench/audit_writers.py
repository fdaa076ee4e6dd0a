"""How many audit events a second many writers add, beside the same rows without chain and lock.

Usage: ``python -m tests.bench.audit_writers [--writers 32] [--seconds 3] [--rounds 5]``, with DATABASE_URL for
PostgreSQL. Works in a database of its own, which it makes and removes. The two sides take turns, so that a busy machine
harms both alike; what counts is their ratio. Ends with the JSON of ``measure``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

PROCESSES = 4  # threads of one process share one interpreter
WARM = 5  # rows of each writer before the time is taken
_PLAIN = (
    "INSERT INTO audit_auditevent (chain, at, actor_kind, actor_id, actor_name, address, action, patient_id, "
    "object_type, object_id, detail, outcome, scheme, previous, digest) "
    f"VALUES ({', '.join(['%s'] * 15)})"
)
_NAMED = "INSERT INTO audit_namedpatient (event_id, patient_id) "


def chained(number: int) -> None:
    """As every page that shows a record."""
    from clinic.audit import trail

    trail.record("chart.read", by=trail.NamedActor("staff", "7", "Petra Plum"), patient=number)


def plain(number: int) -> None:
    """The same rows with the same indexes, in as few trips as can be, and nobody waits for anybody."""
    from django.db import connection, transaction

    who = ("staff", "7", "Petra Plum", "", "chart.read", number, "", "")
    values = [1, dt.datetime.now(dt.UTC), *who, "{}", "done", 2, secrets.token_hex(32), secrets.token_hex(32)]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            named = f"{_NAMED} SELECT id, patient_id FROM made"
            cursor.execute(f"WITH made AS ({_PLAIN} RETURNING id, patient_id) {named}", values)
        else:
            cursor.execute(_PLAIN, values)
            cursor.execute(f"{_NAMED} VALUES (%s, %s)", [cursor.lastrowid, number])


def _write(way: Callable[[int], None], start: float, seconds: float, times: list[float], number: int) -> None:
    from django.db import connection

    try:
        for _ in range(WARM):  # a session connects, and plans, once
            way(number)
        time.sleep(max(0.0, start - time.time()))
        while (began := time.time()) < start + seconds:
            way(number)
            times.append(time.time() - began)
    finally:
        connection.close()


def _process(way: Callable[[int], None], start: float, seconds: float, threads: int, answers: Any) -> None:
    times: list[float] = []
    hands = [
        threading.Thread(target=_write, args=(way, start, seconds, times, number % 5000))
        for number in range(os.getpid(), os.getpid() + threads)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    answers.put(times)


def one_round(way: Callable[[int], None], *, writers: int, seconds: float) -> list[float]:
    """Seconds that each row took."""
    fork = multiprocessing.get_context("fork")
    answers, processes = fork.Queue(), min(PROCESSES, writers)
    start = time.time() + 2
    children = [
        fork.Process(target=_process, args=(way, start, seconds, writers // processes, answers))
        for _ in range(processes)
    ]
    for child in children:
        child.start()
    times = [one for _ in children for one in answers.get()]
    for child in children:
        child.join()
    return times


def measure(*, writers: int = 32, seconds: float = 3, rounds: int = 5) -> dict[str, Any]:
    """Rows a second of either side (medians of the rounds) and the median of the rounds' ratios; the chain is whole."""
    from django.db import connection, connections

    from clinic.audit import checking

    sides: dict[str, list[list[float]]] = {"chained": [], "plain": []}
    kept: list[int] = []
    for number in range(rounds):
        for way in (chained, plain) if number % 2 else (plain, chained):
            if way is chained:
                _empty()
            connections.close_all()
            sides[way.__name__].append(one_round(way, writers=writers, seconds=seconds))
            if way is chained:  # before plain rows stand between its links
                walk = checking.Walk()
                faults = list(walk.faults())
                if faults or walk.count != len(sides["chained"][-1]) + WARM * writers:
                    raise AssertionError(f"{len(faults)} faults in {walk.count} events: {faults[:3]}")
                kept.append(walk.count)
    rates = {name: [len(times) / seconds for times in found] for name, found in sides.items()}
    every = sorted(one for times in sides["chained"] for one in times)
    return {
        "engine": connection.vendor,
        "writers": writers,
        "chained_per_second": round(statistics.median(rates["chained"])),
        "plain_per_second": round(statistics.median(rates["plain"])),
        "ratio": round(statistics.median(a / b for a, b in zip(rates["chained"], rates["plain"], strict=True)), 2),
        "p50_ms": round(every[len(every) // 2] * 1000, 1),
        "p95_ms": round(every[int(len(every) * 0.95)] * 1000, 1),
        "max_ms": round(every[-1] * 1000, 1),
        "events_verified": sum(kept),
    }


def in_a_program(url: str) -> dict[str, Any]:
    """As a program of its own, which forks before anything is open. ``url``: of a PostgreSQL, or "" for SQLite."""
    words = [sys.executable, "-m", "tests.bench.audit_writers"]
    environment = {**os.environ, "DATABASE_URL": url} if url else {**os.environ, "DATABASE_URL": "sqlite:///unused"}
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _empty() -> None:
    """Plain rows are no chain: away with them, past the guards."""
    from django.db import connection

    from clinic.audit import guards

    with connection.cursor() as cursor:
        for name in ("audit", "audit_named"):
            for trigger in guards.triggers(guards.declared()[name][1], connection):
                on = f" ON {guards.declared()[name][1].table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE audit_auditevent, audit_namedpatient")
        else:
            cursor.execute("DELETE FROM audit_namedpatient")
            cursor.execute("DELETE FROM audit_auditevent")
    guards.keep_standing(connection)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    os.environ.setdefault("ASHI_HTTPS", "0")
    import django
    from django.db import connection

    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = os.path.join(folder, "writers.sqlite3")
        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            print(json.dumps(measure(writers=asked.writers, seconds=asked.seconds, rounds=asked.rounds)))
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
