"""Long reads on another machine: a streaming replica of the database, if ASHI_REPORTS_DATABASE_URL names one.

Use ``with reports.reading():`` around code that only reads. Inside, rows come from the replica; writes, including the
audit row for the read, still go to the main database. A report is never older than its request: it is read from the
replica once everything committed before has arrived there, and from the main database if the replica does not catch
up, cannot be reached, or is not one of ours. The log says so, and ``Source.why`` says why.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

REPLICA = "reports"
PATIENCE = 5.0  # seconds a report waits for the replica to catch up
_alias: ContextVar[str] = ContextVar("reports", default=DEFAULT_DB_ALIAS)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Where a report is read from. ``why``: what prevents use of the replica, empty if nothing does."""

    alias: str
    why: str = ""

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """For raw SQL."""
        return connections[self.alias]


class Router:
    """Reads go where ``reading`` says, writes to the main database. Always explicit: else Django follows a row."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        return _alias.get()

    def db_for_write(self, model: Any, **_: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **_: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def reading(patience: float = PATIENCE) -> Iterator[Source]:
    """Inside, rows come from the replica, if there is one that has everything the main database has now."""
    source = _source(patience) if REPLICA in connections.settings else Source(DEFAULT_DB_ALIAS)
    if source.why:
        log.warning("A report is read from the main database: %s.", source.why)
    before = _alias.set(source.alias)
    try:
        yield source
    finally:
        _alias.reset(before)


def _source(patience: float) -> Source:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT system_identifier, pg_current_wal_lsn() FROM pg_control_system()")
        ours, wanted = cursor.fetchone()
    until = time.monotonic() + patience
    while True:
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(
                    "SELECT system_identifier = %s, pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn "
                    "FROM pg_control_system()",
                    [ours, wanted],
                )
                is_ours, is_standby, is_complete = cursor.fetchone()
        except Error as error:
            connections[REPLICA].close()
            return Source(DEFAULT_DB_ALIAS, f"the replica cannot be asked ({type(error).__name__})")
        if not is_ours or not is_standby:
            return Source(DEFAULT_DB_ALIAS, "what ASHI_REPORTS_DATABASE_URL names is no replica of it")
        if is_complete:
            return Source(REPLICA)
        if time.monotonic() > until:
            return Source(DEFAULT_DB_ALIAS, f"the replica is more than {patience:g} s behind")
        time.sleep(0.02)
