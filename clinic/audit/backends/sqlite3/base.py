import datetime as dt
from typing import Any

from django.db.backends.sqlite3 import base, operations

from clinic.audit.backends.gathering import Gathering


class DatabaseOperations(operations.DatabaseOperations):
    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """As Django's, with one question for a moment as this database keeps it: a chart has two hundred."""
        if type(value) is dt.datetime and value.tzinfo is None and connection.timezone is dt.UTC:
            return value.replace(tzinfo=dt.UTC)
        return super().convert_datetimefield_value(value, expression, connection)


class DatabaseWrapper(Gathering, base.DatabaseWrapper):
    """SQLite that writes a transaction's audit events last."""

    ops_class = DatabaseOperations
