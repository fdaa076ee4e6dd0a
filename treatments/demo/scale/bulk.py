"""Rows by the ten thousand: COPY on PostgreSQL, executemany on SQLite, all in one transaction.

Indexes, and what would look at each row as it comes, are taken down before and restored after the rows. On PostgreSQL
that checks foreign keys, exclusion and unique constraints; on SQLite foreign keys are checked at the end, and so is
what its triggers keep apart: no two appointments at once. On both, so is what triggers say of visits of two courses.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

BATCH = 10_000
ROOMS = ("audit", "people", "scheduling", "intake", "treatments")
_CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
WHERE c.conrelid = ANY(%s::regclass[]) AND c.contype IN ('f', 'x', 'u') ORDER BY c.contype = 'f', c.conname"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary ORDER BY 1"""
_TRIGGERS = """
SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal AND tgenabled = 'O' ORDER BY 1, 2"""
_SQLITE = """
SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL
ORDER BY type, rowid"""
_AT_ONCE = """
SELECT id FROM (SELECT id, starts_at, MAX({until}) OVER (PARTITION BY {whose} ORDER BY starts_at, id
ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM scheduling_appointment
WHERE {whose} IS NOT NULL AND status NOT IN ('cancelled', 'no_show')) WHERE before > starts_at LIMIT 1"""
_SHARED_BADLY = """
SELECT one.id FROM scheduling_appointment AS one JOIN scheduling_course AS c ON c.id = one.also_course_id
WHERE c.patient_id <> one.patient_id OR EXISTS (SELECT 1 FROM scheduling_appointment AS other
WHERE other.course_id = one.also_course_id AND other.number_in_course = one.also_number AND other.id <> one.id
AND other.status NOT IN ('cancelled', 'no_show') AND one.status NOT IN ('cancelled', 'no_show')) LIMIT 1"""
_WHOSE = {"practitioner_id": "busy_until", "room_id": "busy_until", "device_id": "busy_until", "patient_id": "ends_at"}
NULL = "\x1f"  # no text contains it


def concrete(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


class Bulk:
    """Takes rows as tuples of all columns of a model, in the order of ``concrete``; values as ``prepared``."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self.is_postgresql = connection.vendor == "postgresql"
        self.tell, self.counts = tell, dict[type[models.Model], int]()
        self._rows: dict[type[models.Model], list[Sequence[Any]]] = {}
        self._next: dict[type[models.Model], Iterator[int]] = {}
        self._again: list[str] = []
        self._hand = ThreadPoolExecutor(1)  # PostgreSQL takes rows while the next ones are made
        self._copying: Future[None] | None = None

    def new_id(self, model: type[models.Model]) -> int:
        if model not in self._next:
            self.settle()
            self._next[model] = count((model._default_manager.aggregate(most=models.Max("pk"))["most"] or 0) + 1)
        return next(self._next[model])

    def add(self, model: type[models.Model], row: Sequence[Any]) -> None:
        rows = self._rows.get(model)
        if rows is None:
            rows = self._rows[model] = []
        rows.append(row)
        if len(rows) >= BATCH:
            self._write(model)

    def take_down(self) -> None:
        """Constraints and indexes that are faster to build from all rows, and triggers, which without an index would
        read a whole table for each row; ``put_back`` recreates them."""
        every = apps.get_models(include_auto_created=True)
        tables = [model._meta.db_table for model in every if model._meta.app_label in ROOMS]
        with connection.cursor() as cursor:
            if not self.is_postgresql:
                cursor.execute(_SQLITE)
                found = cursor.fetchall()
                for kind, name, _ in found:
                    cursor.execute(f'DROP {kind} "{name}"')
                self._again = [sql for *_, sql in found]
                return
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # pending ones block it
            cursor.execute(_CONSTRAINTS, [tables])
            constraints = cursor.fetchall()
            for table, name, _ in reversed(constraints):
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute(_TRIGGERS, [tables])
            triggers = cursor.fetchall()
            for table, name in triggers:
                cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
            cursor.execute(_INDEXES, [tables])
            indexes = cursor.fetchall()
            for name, _ in indexes:
                cursor.execute(f"DROP INDEX {name}")
        made = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {sql}' for table, name, sql in constraints]
        awake = [f'ALTER TABLE {table} ENABLE TRIGGER "{name}"' for table, name in triggers]
        self._again = [*(sql for _, sql in indexes), *made, *awake]

    def put_back(self) -> None:
        with connection.cursor() as cursor:
            for statement in self._again:
                cursor.execute(statement)
            for whose, until in () if self.is_postgresql else _WHOSE.items():
                cursor.execute(_AT_ONCE.format(whose=whose, until=until))
                assert not cursor.fetchall(), f"two appointments at once for one {whose}"
            cursor.execute(_SHARED_BADLY)
            assert not cursor.fetchall(), "a visit of two courses that their triggers would refuse"

    def settle(self) -> None:
        """Wait until PostgreSQL has taken what it was given: before anything else is asked of it."""
        if self._copying is not None:
            copying, self._copying = self._copying, None
            copying.result()

    def rest(self) -> None:
        self._hand.shutdown()

    def finish(self) -> None:
        for model in list(self._rows):
            self._write(model)
        self.settle()
        touched = list(self._rows)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), touched):
                cursor.execute(statement)

    def _write(self, model: type[models.Model]) -> None:
        rows, self._rows[model] = self._rows[model], []
        if not rows:
            return
        names = [field.column for field in concrete(model)]
        columns = ", ".join(f'"{name}"' for name in names)
        if self.is_postgresql:
            self.settle()
            sql = f"COPY {model._meta.db_table} ({columns}) FROM STDIN (NULL '{NULL}')"
            self._copying = self._hand.submit(_copy, connection.connection, sql, rows)
        else:
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})"
            connection.connection.executemany(sql, rows)
        self.counts[model] = self.counts.get(model, 0) + len(rows)
        self.tell(len(rows))


def _line(row: Sequence[Any]) -> str:
    cells = [NULL if cell is None else cell if type(cell) is str else str(cell) for cell in row]
    line = "\t".join(cells)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(cells):
        line = "\t".join(map(_escaped, cells))
    return f"{line}\n"


def _copy(to: Any, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    with to.cursor() as cursor:
        cursor.copy_expert(sql, io.StringIO("".join(map(_line, rows))))


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def prepared(field: Any, value: Any) -> Any:
    """As the driver writes it; JSON as text."""
    if value is not None and isinstance(field, models.JSONField):
        return json.dumps(value)
    return field.get_db_prep_save(value, connection)


@contextmanager
def writing(
    tell: Callable[[int], None], say: Callable[[str], None], *, counts: Callable[[], object] = lambda: None
) -> Iterator[Bulk]:
    """All or nothing. ``counts``: updates what is kept about other rows, once the indexes are there."""
    bulk = Bulk(tell)
    with _unhurried(), transaction.atomic():
        try:
            yield bulk
            bulk.finish()
        finally:
            bulk.rest()
        say("indexes and checks")
        bulk.put_back()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        counts()
        connection.check_constraints()


@contextmanager
def _unhurried() -> Iterator[None]:
    """Settings for one long load, for this connection only."""
    if connection.in_atomic_block:  # a test's own transaction
        yield
        return
    connection.close()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            cursor.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        else:  # new data needs no journal: rolling back means truncating the file
            cursor.execute("PRAGMA journal_mode=DELETE")
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-400000")
    try:
        yield
    finally:
        connection.close()  # the next one is set up as usual, on SQLite back to WAL
