"""Database checks before a server starts: does confirmed data persist, and does nobody wait for ever?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections

SURE = ("on", "remote_apply")  # allowed values of `synchronous_commit`
LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


@register(Tags.database)
def what_is_confirmed_stays(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    if not _is_asked(databases):
        return []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        (commit,) = cursor.fetchone()
    if commit in SURE:
        return []
    return [
        Error(
            f"PostgreSQL says synchronous_commit = {commit}: what was confirmed could be lost when a machine dies.",
            hint="Set synchronous_commit = on for this database and its role.",
            id="database.E001",
        )
    ]


@register(Tags.database)
def nobody_waits_for_ever(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Behind PgBouncer a session cannot set its own limits, so its role must have them."""
    if not _is_asked(databases) or not settings.PGBOUNCER:
        return []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = '0'", [list(LIMITS)])
        lacking = sorted(name for (name,) in cursor.fetchall())
    if not lacking:
        return []
    return [
        Error(
            f"Behind PgBouncer the database sets no limit of its own: {', '.join(lacking)}.",
            hint="ALTER ROLE ... SET, as in docs/growing.md, then RECONNECT in PgBouncer.",
            id="database.E002",
        )
    ]


def _is_asked(databases: Sequence[str] | None) -> bool:
    return DEFAULT_DB_ALIAS in (databases or ()) and connections[DEFAULT_DB_ALIAS].vendor == "postgresql"
