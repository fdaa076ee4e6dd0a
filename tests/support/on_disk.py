"""SQLite as in production for tests with many connections: a file in WAL mode.

The tests' database lives in memory and knows no waiting for a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Move the tests' SQLite database to a file in ``folder`` meanwhile; PostgreSQL is left as it is."""
    if connection.vendor != "sqlite":
        yield
        return
    name, kept = connection.settings_dict["NAME"], connection.connection
    kept.execute("VACUUM INTO ?", [str(folder / "at_once.sqlite3")])
    connection.connection = None
    connection.settings_dict["NAME"] = str(folder / "at_once.sqlite3")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = kept


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run all at once, each with its own connection; answers what each gave or raised."""
    barrier = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers[place] = work()
        except Exception as error:  # kept for the assertion
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers
