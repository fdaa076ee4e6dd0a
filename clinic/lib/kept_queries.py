"""Querysets whose SQL is made once in a process. A chart asks ten questions that differ only in the patient: making
their SQL anew for each page took longer than the database did.

    @KeptQuery
    def visits_since(patient: int, since: dt.datetime) -> QuerySet[Visit]:
        return Visit.objects.filter(patient=patient, started_at__gte=since)

    rows = visits_since(patient.pk, now)

The rows are those of the queryset: objects or tuples. It may depend on nothing but its arguments (whole numbers, texts
and moments, compared as they are; as many each time): no clock, no setting, no language. It cannot prefetch. A number
that no column can hold equals none: there are no rows. What Django would refuse is refused: a lock outside of a
transaction, and nothing where a value belongs (in SQL nothing equals nothing, so there would be no rows in silence).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from operator import itemgetter
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.transaction import TransactionManagementError

from clinic.lib.made_of_rows import maker

Row = TypeVar("Row")
Value = int | str | dt.datetime
Converters = list[tuple[int, list[Callable[[Any, Any, Any], Any]], Any]]
MOST = 2**63 - 1
FAR = 8_000_000_000_000_000_000  # no row has such a number, and it fits into a column


@dataclass(frozen=True)
class _Made:
    """``alias``: of the database. ``places``: which argument each parameter is, None for those that the queryset itself
    gives. ``arguments``: how many. ``row``: of what the database sends. ``columns``: how many of it are asked for, None
    for all."""

    alias: str
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]
    arguments: int
    locks: bool
    row: Callable[[list[Any]], Any]
    columns: int | None


class KeptQuery(Generic[Row]):
    """``build``: the queryset for these arguments. Called once, with values that stand for the arguments."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._rows: QuerySet[Any, Row] | None = None
        self._made: dict[str, _Made] = {}  # of each database
        self._lock = Lock()

    def __call__(self, *values: Value) -> list[Row]:
        if None in values:
            raise ValueError(f"nothing is no argument of a kept query: {values}")
        if any(isinstance(value, int) and abs(value) > MOST for value in values):
            return []
        alias = self._rows.db if self._rows is not None else ""
        made = self._made.get(alias) or self._make_once(values)
        connection = connections[made.alias]
        if len(values) != made.arguments:
            raise ValueError(f"a kept query of {made.arguments} arguments was given {len(values)}")
        if made.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a kept query that locks was asked outside of a transaction")
        given = [_as_parameter(connection, value) for value in values]
        params = tuple(
            own if place is None else given[place] for own, place in zip(made.params, made.places, strict=True)
        )
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            found = cursor.fetchall()
        if made.columns is not None:
            found = [row[: made.columns] for row in found]
        rows = list(map(list, found))
        for place, converters, expression in _converters(made, connection):
            for convert in converters:
                skips_none = getattr(convert, "keeps_none", False)  # half of all moments are none
                in_utc = getattr(convert, "in_utc", None) if connection.timezone is dt.UTC else None
                if in_utc is not None:
                    for row in rows:
                        if type(row[place]) is dt.datetime and row[place].tzinfo is None:
                            row[place] = in_utc(row[place])
                        elif row[place] is not None:
                            row[place] = convert(row[place], expression, connection)
                    continue
                for row in rows:
                    if not (skips_none and row[place] is None):
                        row[place] = convert(row[place], expression, connection)
        return list(map(made.row, rows))

    def _make_once(self, values: tuple[Value, ...]) -> _Made:
        """By one thread alone: making SQL lays joins into the queryset, and what came of two at once would be kept."""
        with self._lock:
            if self._rows is None:
                self._rows = self._build(*map(_stand_in, values, range(len(values))))
            alias = self._rows.db
            if alias not in self._made:
                self._made[alias] = _make(self._rows, alias, values)
            return self._made[alias]


def _stand_in(value: Value, place: int) -> Value:
    """To be recognised among the parameters."""
    if isinstance(value, dt.datetime):
        return dt.datetime(9000, 1, 1, 0, 0, 0, place + 1, tzinfo=dt.UTC)
    return f"argument {place} of a kept query" if isinstance(value, str) else FAR + place


def _make(rows: QuerySet[Any, Row], alias: str, values: tuple[Value, ...]) -> _Made:
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined]
        raise ValueError("a kept query cannot prefetch")
    connection = connections[alias]
    compiler = rows.query.get_compiler(using=alias)
    sql, params = compiler.as_sql()
    stand_ins = [_as_parameter(connection, _stand_in(value, place)) for place, value in enumerate(values)]
    places = tuple(next((i for i, one in enumerate(stand_ins) if one == param), None) for param in params)
    if set(places) - {None} != set(range(len(values))):
        raise ValueError(f"not every argument is a parameter of {sql}")
    columns = compiler.col_count if compiler.has_extra_select else None
    row, locks = _row_of(rows, compiler, alias), rows.query.select_for_update
    return _Made(alias, compiler, sql, tuple(params), places, len(values), locks, row, columns)


def _row_of(rows: QuerySet[Any, Row], compiler: Any, alias: str) -> Callable[[list[Any]], Any]:
    kind = rows._iterable_class
    if kind is ValuesListIterable:
        return tuple
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    if kind is ModelIterable and not rows._known_related_objects:  # type: ignore[attr-defined]
        return maker(compiler, alias)
    raise ValueError("a kept query gives objects or tuples")


def _converters(made: _Made, connection: Any) -> Converters:
    """Of the columns, found once for each connection: they are methods of it. Kept with ``made``, whose they are."""
    kept: dict[int, tuple[_Made, Converters]] = vars(connection).setdefault("kept_converters", {})
    known = kept.get(id(made))
    if known is None or known[0] is not made:
        compiler = copy(made.compiler)
        compiler.connection = connection
        found = compiler.get_converters([one for one, *_ in compiler.select[: compiler.col_count]])
        kept[id(made)] = known = made, [(place, *one) for place, one in found.items()]
    return known[1]


def _as_parameter(connection: Any, value: Value) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value
