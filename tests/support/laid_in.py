"""Rows that real actions once made in an empty clinic, laid in again in milliseconds for the next test of this process.

Nothing is checked on the way in: it was when they were made. They keep their ids: PostgreSQL's sequences have gone past
those for good, and SQLite counts on from the highest it sees. A clinic that is not empty has them already, and fails.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")
MIGRATED = {"auth_permission", "django_content_type", "django_migrations", "people_clinic"}  # what migrations leave


@dataclass(frozen=True)
class Table:
    name: str
    columns: str
    rows: list[Any]  # a line of COPY on PostgreSQL, a tuple on SQLite
    was_empty: bool = True


def made_once(make: Callable[[], T]) -> Callable[[], T]:
    """``make`` runs once in each process and is kept by its rows; what it returned is given out as a copy."""
    kept: list[tuple[T, list[Table]]] = []

    @wraps(make)
    def made() -> T:
        if kept:
            _lay_in(kept[0][1])
        else:
            before = {table.name: table.rows for table in _tables()}
            assert {name for name, rows in before.items() if rows} <= MIGRATED, "a clinic is made where there is none"
            answer = make()
            kept.append((answer, [
                replace(table, was_empty=not before[table.name])
                for table in _tables() if table.rows != before[table.name]
            ]))  # fmt: skip
        return deepcopy(kept[0][0])

    return made


def _tables() -> list[Table]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        if connection.vendor == "postgresql":
            return [Table(name, "", _copied(cursor.cursor, name)) for name in names]
    return [_asked(name) for name in names]


def _asked(name: str) -> Table:
    ask = connection.connection.execute
    columns = [f'"{row[1]}"' for row in ask(f'PRAGMA table_info("{name}")')]  # it leaves out the generated ones
    read = ", ".join(f"+{column}" for column in columns)  # "+": as kept, not as Python reads a column of this kind
    return Table(name, ", ".join(columns), ask(f'SELECT {read} FROM "{name}"').fetchall())


def _copied(cursor: Any, table: str) -> list[str]:
    lines = io.StringIO()
    cursor.copy_expert(f'COPY "{table}" TO STDOUT', lines)
    return lines.getvalue().splitlines(keepends=True)


def _lay_in(tables: list[Table]) -> None:
    """Those that differ, whole."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger asks whether it may be
        for table in tables:
            if not table.was_empty:
                cursor.execute(f'DELETE FROM "{table.name}"')
            if connection.vendor == "postgresql":
                cursor.cursor.copy_expert(f'COPY "{table.name}" FROM STDIN', io.StringIO("".join(table.rows)))
            else:
                marks = ", ".join("?" * len(table.rows[0]))
                write = f'INSERT INTO "{table.name}" ({table.columns}) VALUES ({marks})'
                connection.connection.executemany(write, table.rows)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
