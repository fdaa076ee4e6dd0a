import datetime as dt
import sqlite3
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base, operations
from django.utils.dateparse import parse_datetime

from clinic.audit.backends.gathering import Gathering


@lru_cache(maxsize=4000)
def _in_utc(value: dt.datetime) -> dt.datetime:
    return value.replace(tzinfo=dt.UTC)


class DatabaseOperations(operations.DatabaseOperations):
    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """As Django's, with one question for a moment as this database keeps it: a chart has two hundred."""
        if type(value) is dt.datetime and value.tzinfo is None and connection.timezone is dt.UTC:
            return _in_utc(value)
        return super().convert_datetimefield_value(value, expression, connection)

    convert_datetimefield_value.keeps_none = True  # type: ignore[attr-defined]  # and need not be asked about one
    convert_datetimefield_value.in_utc = _in_utc  # type: ignore[attr-defined]


@lru_cache(maxsize=4000)
def _moment(text: bytes) -> dt.datetime | None:
    """As Django's: what the standard library reads, else what Django makes of it. The moments of a day come again."""
    try:
        return dt.datetime.fromisoformat(text.decode())
    except ValueError:
        return parse_datetime(text.decode())


for column in ("datetime", "timestamp"):
    sqlite3.register_converter(column, _moment)


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """As Django's, which looks for the places of the parameters each time: most statements come again."""
        return _with_marks(query) if param_names is None else super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=500)
def _with_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(Gathering, base.DatabaseWrapper):
    """SQLite that writes a transaction's audit events last."""

    ops_class = DatabaseOperations

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=Cursor)
