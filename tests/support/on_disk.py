"""SQLite as in production for tests with many connections: a file in WAL mode.

The tests' database lives in memory and knows no waiting for a lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


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
