"""Promises kept by the database itself, on SQLite and on PostgreSQL: rows that cannot change or go.

A guard is a trigger. ``Guard`` is a migration operation; its name starts with ``guard_`` so that tests, which
must empty tables, can lift every guard for a moment and put it back.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


def _sqlite(table: str, name: str, when: str, verbs: tuple[str, ...], message: str) -> list[str]:
    return [
        f"CREATE TRIGGER guard_{name}_{verb.lower()} BEFORE {verb} ON {table} "
        + (f"WHEN {when} " if when else "")
        + f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for verb in verbs
    ]


def _postgresql(table: str, name: str, when: str, verbs: tuple[str, ...], message: str) -> list[str]:
    condition = f"WHEN ({when}) " if when else ""
    return [
        f"CREATE OR REPLACE FUNCTION guard_{name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        *[
            f"CREATE TRIGGER guard_{name}_{verb.lower()} BEFORE {verb} ON {table} "
            f"FOR EACH ROW {condition}EXECUTE FUNCTION guard_{name}_refuse()"
            for verb in verbs
        ],
    ]


class Guard(Operation):
    """Refuse UPDATE and DELETE on ``table`` (only rows where ``when`` holds, an SQL condition on OLD)."""

    reversible = True

    def __init__(
        self,
        table: str,
        name: str,
        message: str,
        when: str = "",
        verbs: tuple[str, ...] = ("UPDATE", "DELETE"),
    ) -> None:
        self.table, self.name, self.message, self.when, self.verbs = table, name, message, when, tuple(verbs)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: a guard is not part of a model."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        make = _postgresql if schema_editor.connection.vendor == "postgresql" else _sqlite
        for statement in make(self.table, self.name, self.when, self.verbs, self.message):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for verb in self.verbs:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS guard_{self.name}_{verb.lower()}{on}", params=None)
        if on:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS guard_{self.name}_refuse()", params=None)

    def describe(self) -> str:
        return f"Guard {self.table}: {self.message}"


class Lift(Guard):
    """Take a guard away for the steps that follow: SQLite makes a table anew to alter it and drops its triggers with
    the old one, PostgreSQL keeps them. Put the ``Guard`` back behind those steps.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Lift the guard of {self.table} to alter it"
