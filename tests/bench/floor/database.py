"""Rows by hand, and the audit row where Ashi writes one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import connection, transaction

COLUMNS = "at, actor_kind, actor_id, actor_name, address, action, patient_id, object_type, object_id, detail, outcome, scheme, chain, previous, digest"  # noqa: E501


def rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def run(sql: str, *params: Any) -> int:
    """The new row's id, where there is one."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and sql.startswith("INSERT") and "RETURNING" not in sql:
            cursor.execute(f"{sql} RETURNING id", params)
            return int(cursor.fetchone()[0])
        cursor.execute(sql, params)
        return int(cursor.lastrowid or 0)


def many(sql: str, values: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one trip, as executemany is many
            one = ", ".join(["%s"] * len(values[0]))
            cursor.execute(
                f"{sql.split(' VALUES ')[0]} VALUES {', '.join([f'({one})'] * len(values))}",
                [value for row in values for value in row],
            )
        else:
            cursor.executemany(sql, values)


def stamp(moment: dt.datetime) -> Any:
    return moment if connection.vendor == "postgresql" else moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def audit(user: Any, action: str, patients: list[int]) -> None:
    """One event in the chain, and whom it names. PostgreSQL's own function does it in one trip there."""
    at = dt.datetime.now(dt.UTC)
    detail = json.dumps({"patients": patients})
    content = [at.isoformat(timespec="microseconds"), "staff", str(user), "floor", action, None, "", "", detail, "done"]
    tail = json.dumps(content)[1:]
    with transaction.atomic():
        if connection.vendor == "postgresql":
            rows(
                "SELECT audit_append(99, %s, 'staff', %s, 'floor', '', %s, NULL, '', '', %s::jsonb, 'done', 2, %s, %s, %s::bigint[])",  # noqa: E501
                at, str(user), action, detail, "0" * 64, tail, "{" + ",".join(map(str, patients)) + "}",
            )  # fmt: skip
            return
        last = rows("SELECT digest FROM audit_auditevent WHERE chain = 99 ORDER BY id DESC LIMIT 1")
        previous = last[0][0] if last else "0" * 64
        digest = hashlib.sha256(f'["{previous}",{tail}'.encode()).hexdigest()
        marks = ", ".join(["%s"] * 15)
        pk = run(
            f"INSERT INTO audit_auditevent ({COLUMNS}) VALUES ({marks})",
            stamp(at), "staff", str(user), "floor", "", action, None, "", "", detail, "done", 2, 99, previous, digest,
        )  # fmt: skip
        if patients:
            run(
                "INSERT INTO audit_namedpatient (event_id, patient_id) SELECT %s, value FROM json_each(%s)",
                pk, json.dumps(patients),
            )  # fmt: skip
