"""A start does only what is lacking, and never serves a database that lacks a migration.

Really started: tests/reliability/test_production_start.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from clinic import start
from clinic.audit import guards


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the commands that were called; none is carried out."""
    called: list[str] = []
    monkeypatch.setattr(management, "call_command", lambda name, **options: called.append(name))
    return called


def forget_a_migration() -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")


@pytest.mark.django_db
def test_a_database_that_has_all_is_only_asked(commands: list[str]) -> None:
    start.bring_database_up_to_date()
    assert commands == []


@pytest.mark.django_db
def test_guards_that_were_taken_down_stand_again(commands: list[str]) -> None:
    guard = next(iter(guards.declared().values()))[1]
    guard.database_backwards("audit", connection.schema_editor(), None, None)
    assert guard.name in guards.missing(connection)
    start.bring_database_up_to_date()
    assert guards.missing(connection) == [] and commands == []


@pytest.mark.django_db(transaction=True)
def test_what_is_lacking_is_applied_and_asked_for_again(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when ``migrate`` believes that it is done. In PostgreSQL nobody else migrates meanwhile."""
    monkeypatch.setattr(connection, "close", lambda: None)  # of SQLite nothing would be left
    forget_a_migration()
    try:
        with pytest.raises(CommandError, match=r"still lacks sessions\.0001_initial"):
            start.bring_database_up_to_date()
        assert commands == ["migrate"]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [start.ONE_AT_A_TIME]
                )
                assert cursor.fetchone() == (1,)
                cursor.execute("SELECT pg_advisory_unlock(%s)", [start.ONE_AT_A_TIME])
    finally:
        MigrationRecorder(connection).record_applied("sessions", "0001_initial")


@pytest.mark.django_db
def test_behind_pgbouncer_it_says_how_to_migrate_past_it(commands: list[str], settings: Any) -> None:
    settings.PGBOUNCER = True
    start.bring_database_up_to_date()
    forget_a_migration()
    with pytest.raises(CommandError, match="Behind PgBouncer they are applied once, past it"):
        start.bring_database_up_to_date()
    assert commands == []


def test_static_files_are_gathered_when_one_has_changed(commands: list[str], settings: Any, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    settings.VAR_DIR, settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path, tmp_path / "static", [ours]

    def gathers() -> bool:
        commands.clear()
        start.gather_static_files()
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        return commands == ["collectstatic"]

    assert gathers() and not gathers()
    (ours / "new.css").write_text("a")
    assert gathers() and not gathers()
    (ours / "new.css").write_text("ab")
    assert gathers() and not gathers()
    (ours / "new.css").unlink()
    assert gathers() and not gathers()
    settings.STATIC_ROOT.rmdir()
    assert gathers() and not gathers()
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "another.that.names.them.otherwise"}}
    assert gathers() and not gathers()


def test_gathering_that_failed_is_done_anew(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path, tmp_path / "static", []
    called: list[str] = []

    def fails(name: str, **options: object) -> None:
        called.append(name)
        raise OSError("the disk is full")

    monkeypatch.setattr(management, "call_command", fails)
    settings.STATIC_ROOT.mkdir()
    for _ in range(2):
        with pytest.raises(OSError, match="the disk is full"):
            start.gather_static_files()
    assert len(called) == 2
