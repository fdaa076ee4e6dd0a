"""What is asked of PostgreSQL before a server starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from clinic.lib import database_checks

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="asks PostgreSQL"),
]


def ids(check: Any) -> list[str]:
    return [fault.id for fault in check(None, databases=["default"])]


@pytest.mark.parametrize(("says", "faults"), [("on", 0), ("remote_apply", 0), ("local", 1), ("off", 1)])
def test_what_is_confirmed_stays(says: str, faults: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET synchronous_commit = {says}")
        assert ids(database_checks.what_is_confirmed_stays) == ["database.E001"] * faults
        cursor.execute("RESET synchronous_commit")


def test_a_role_without_limits_behind_pgbouncer(settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        assert ids(database_checks.nobody_waits_for_ever) == [], "a session of ours brings its own"
        settings.PGBOUNCER = True
        (fault,) = database_checks.nobody_waits_for_ever(None, databases=["default"])
        assert fault.id == "database.E002" and fault.msg.endswith(" lock_timeout.")
        cursor.execute("SET lock_timeout = '5s'")
        assert ids(database_checks.nobody_waits_for_ever) == []
        cursor.execute("RESET lock_timeout")


def test_no_database_is_asked_unless_it_is_named() -> None:
    assert database_checks.what_is_confirmed_stays(None, databases=None) == []
