"""Guarantees by the database itself, on SQLite and PostgreSQL: rows that cannot be changed, deleted or replaced.

A guard is a set of triggers. ``Guard`` is a migration operation, and migrations are the only place that declares what
is guarded: after every ``migrate`` all declared triggers are put (back) in place, because altering a table on SQLite
drops them, and ``verify_audit`` names the missing ones.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder


class Guard(Operation):
    """Refuse UPDATE and DELETE on ``table`` (only rows where ``when`` holds, an SQL condition on OLD).

    A guard against DELETE also refuses TRUNCATE (PostgreSQL) and INSERT OR REPLACE (SQLite). A later Guard with the
    same name replaces the earlier one, ``Lift`` removes it.
    """

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
        """No change: a guard is not part of a model."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        put_up(self, schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            for trigger in triggers(self, schema_editor.connection):
                cursor.execute(_drop(self, trigger, schema_editor.connection))
            if schema_editor.connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION IF EXISTS guard_{self.name}_refuse()")

    def describe(self) -> str:
        return f"Guard {self.table}: {self.message}"


class Lift(Guard):
    """Remove a guard for the following steps: SQLite recreates a table to alter it and drops its triggers with the
    old one, PostgreSQL keeps them. Put the ``Guard`` back after those steps.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Lift the guard of {self.table} to alter it"


@functools.cache
def declared() -> dict[str, tuple[tuple[str, str], Guard]]:
    """Name of each guard -> the last migration that declares it, and the guard."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    order = dict.fromkeys(node for leaf in graph.leaf_nodes() for node in graph.forwards_plan(leaf))
    found: dict[str, tuple[tuple[str, str], Guard]] = {}
    for node in order:
        for operation in graph.nodes[node].operations:
            if isinstance(operation, Lift):
                found.pop(operation.name, None)
            elif isinstance(operation, Guard):
                found[operation.name] = (node, operation)
    return found


def keep_standing(connection: Any) -> None:
    """Create what the applied migrations declare and is missing or different. Cheap if everything is in place."""
    for guard in _missing(connection):
        put_up(guard, connection)


def missing(connection: Any) -> list[str]:
    """Guards that are missing, changed or switched off."""
    return [guard.name for guard in _missing(connection)]


def _missing(connection: Any) -> list[Guard]:
    applied = MigrationRecorder(connection).applied_migrations()
    there = _standing(connection)
    return [
        guard
        for node, guard in declared().values()
        if node in applied
        and any(there.get(name) not in (sql, True) for name, sql in triggers(guard, connection).items())
    ]


def put_up(guard: Guard, connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION guard_{guard.name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for name, sql in triggers(guard, connection).items():
            cursor.execute(_drop(guard, name, connection))
            cursor.execute(sql)


def triggers(guard: Guard, connection: Any) -> dict[str, str]:
    """Name of each trigger of a guard -> the SQL that makes it."""
    return _postgresql(guard) if connection.vendor == "postgresql" else _sqlite(guard, connection)


def _drop(guard: Guard, trigger: str, connection: Any) -> str:
    on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {trigger}{on}"


def _standing(connection: Any) -> dict[str, Any]:
    """Triggers that exist and are enabled. SQLite gives their SQL; for PostgreSQL the name must do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'guard_%' AND tgenabled IN ('O', 'A')")
            return {name: True for (name,) in cursor.fetchall()}
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'")
        return dict(cursor.fetchall())


def _postgresql(guard: Guard) -> dict[str, str]:
    condition = f"WHEN ({guard.when}) " if guard.when else ""
    call = f"EXECUTE FUNCTION guard_{guard.name}_refuse()"
    made = {
        f"guard_{guard.name}_{verb.lower()}": f"BEFORE {verb} ON {guard.table} FOR EACH ROW {condition}{call}"
        for verb in guard.verbs
    }
    if "DELETE" in guard.verbs:
        made[f"guard_{guard.name}_truncate"] = f"BEFORE TRUNCATE ON {guard.table} FOR EACH STATEMENT {call}"
    return {name: f"CREATE TRIGGER {name} {rest}" for name, rest in made.items()}


def _sqlite(guard: Guard, connection: Any) -> dict[str, str]:
    made = {
        f"guard_{guard.name}_{verb.lower()}": f"BEFORE {verb} ON {guard.table}"
        + (f" WHEN {guard.when}" if guard.when else "")
        for verb in guard.verbs
    }
    if "DELETE" in guard.verbs:
        # "INSERT OR REPLACE" removes conflicting rows without firing a DELETE trigger
        kept = re.sub(r"\bOLD\.", "kept.", guard.when)
        in_the_way = " OR ".join(
            f"EXISTS (SELECT 1 FROM {guard.table} AS kept WHERE {clash}{f' AND ({kept})' if kept else ''}%s)"
            for clash in _clashes(guard.table, connection)
        )
        for verb, others in (("INSERT", ""), ("UPDATE", " AND kept.rowid <> OLD.rowid")):
            name = f"guard_{guard.name}_replace_{verb.lower()}"
            made[name] = f"BEFORE {verb} ON {guard.table} WHEN {in_the_way.replace('%s', others)}"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    return {name: f"CREATE TRIGGER {name} {rest} {refuse}" for name, rest in made.items()}


def _clashes(table: str, connection: Any) -> list[str]:
    """The ways in which a new row can conflict with a protected one: the primary key, and each unique index."""
    clashes = ["kept.rowid = NEW.id"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.name, i.partial, m.sql FROM pragma_index_list(%s) AS i "
            'LEFT JOIN sqlite_master AS m ON m.name = i.name WHERE i."unique" ORDER BY i.name',
            [table],
        )
        for name, partial, sql in cursor.fetchall():
            cursor.execute("SELECT name FROM pragma_index_info(%s)", [name])
            columns = [column for (column,) in cursor.fetchall()]
            if None in columns or columns == ["id"]:  # an index on an expression is not handled
                continue
            clash = " AND ".join(f'kept."{column}" = NEW."{column}"' for column in columns)
            if partial:
                only = re.split(r"\bWHERE\b", sql, maxsplit=1, flags=re.IGNORECASE)[1].strip()
                named = dict.fromkeys(re.findall(r'"(\w+)"', only))
                for side in ("kept", "NEW"):  # as one-row tables, so that the index's own SQL applies to each
                    row = ", ".join(f'{side}."{column}" AS "{column}"' for column in named)
                    clash += f" AND EXISTS (SELECT 1 FROM (SELECT {row}) WHERE {only})"
            clashes.append(clash)
    return clashes
