"""Many rows in one statement, by hand: Django makes an expression of each value before it writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

AT_ONCE = 100  # rows of a statement


def insert(
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    only_new: bool = False,
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Add them in their order, inside the caller's transaction. Columns left out take the database's own default.

    ``only_new``: pass over a row that is there already, by the table's unique keys. ``returning``: these columns of
    each new row, in any order.
    """
    rest = " ON CONFLICT DO NOTHING" if only_new else ""
    rest += f" RETURNING {', '.join(returning)}" if returning else ""
    found: list[tuple[Any, ...]] = []
    one = f"({', '.join(['%s'] * len(columns))})"
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(some))}{rest}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in some for value in row])
            found += cursor.fetchall() if returning else []
    return found
