"""Querysets whose SQL is made once in a process. A chart asks ten questions that differ only in the patient: making
their SQL anew for each page took longer than the database did.

    @KeptQuery
    def visits_since(patient: int, since: dt.datetime) -> QuerySet[Visit]:
        return Visit.objects.filter(patient=patient, started_at__gte=since)

    rows = visits_since(patient.pk, now)

The rows are those of the queryset, of whichever kind. It may depend on nothing but its arguments (whole numbers, texts
and moments, compared as they are): no clock, no setting, no language. It cannot prefetch. A number that no column can
hold equals none: there are no rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet

Row = TypeVar("Row")
Value = int | str | dt.datetime
MOST = 2**63 - 1
FAR = 8_000_000_000_000_000_000  # no row has such a number, and it fits into a column


@dataclass(frozen=True)
class _Made:
    """``places``: which argument each parameter is, None for those that the queryset itself gives."""

    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]


class KeptQuery(Generic[Row]):
    """``build``: the queryset for these arguments. Called once, with values that stand for the arguments."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._rows: QuerySet[Any, Row] | None = None
        self._made: dict[str, _Made] = {}  # of each database

    def __call__(self, *values: Value) -> list[Row]:
        if any(isinstance(value, int) and abs(value) > MOST for value in values):
            return []
        like = self._rows
        if like is None:
            like = self._rows = self._build(*map(_stand_in, values, range(len(values))))
        alias = like.db
        made = self._made.get(alias)
        if made is None:
            made = self._made[alias] = _make(like, alias, values)
        connection = connections[alias]
        compiler, rows = _twin(made.compiler), _twin(like)
        given = [_as_parameter(connection, value) for value in values]
        params = tuple(
            own if place is None else given[place] for own, place in zip(made.params, made.places, strict=True)
        )
        compiler.connection, compiler.as_sql = connection, lambda *_, **__: (made.sql, params)
        compiler.get_converters = lambda columns: _converters(made, connection, columns)
        rows._query = _twin(like.query)
        rows._query.get_compiler = lambda *_, **__: compiler
        return list(rows._iterable_class(rows))


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
    return _Made(compiler, sql, tuple(params), places)


def _converters(made: _Made, connection: Any, columns: Any) -> Any:
    """Of the columns, found once for each connection: they are methods of it. Kept with ``made``, whose they are."""
    kept: dict[int, tuple[_Made, Any]] = vars(connection).setdefault("kept_converters", {})
    known = kept.get(id(made))
    if known is None or known[0] is not made:
        kept[id(made)] = known = made, type(made.compiler).get_converters(_with(made.compiler, connection), columns)
    return known[1]


def _with(compiler: Any, connection: Any) -> Any:
    twin = _twin(compiler)
    twin.connection = connection
    return twin


def _as_parameter(connection: Any, value: Value) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value


def _twin(one: Any) -> Any:
    """A shallow copy that asks nothing: ``copy.copy`` of a queryset would fetch its rows."""
    twin = object.__new__(type(one))
    twin.__dict__.update(one.__dict__)
    return twin
