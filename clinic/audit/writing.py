"""Appends events to their chain: nothing can come between the last event and the new one.

SQLite: there is only one writer (transactions are IMMEDIATE); what is added to the view ``audit_append`` is the event
and the patients it names (migration 0005), one in a statement, or all of a transaction together. PostgreSQL: the
function ``audit_append`` locks the end of the chain, reads the last digest and adds the event, all in one round trip to
the server (migration 0004).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clinic.audit.chain import SCHEME, Draft, canonical, digest, start_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_COLUMNS = (
    "chain, at, actor_kind, actor_id, actor_name, address, action, patient_id, object_type, object_id, detail, "
    "outcome, scheme"
)
_SQLITE = (
    f"INSERT INTO audit_append ({_COLUMNS}, previous, digest, patients) "
    "SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, last.digest, "
    "SHA256('[\"' || last.digest || '\",' || %s), %s FROM (SELECT COALESCE("
    "(SELECT digest FROM audit_auditevent WHERE chain = %s ORDER BY id DESC LIMIT 1), %s) AS digest) AS last"
)
_LAST = "SELECT digest FROM audit_auditevent WHERE chain = %s ORDER BY id DESC LIMIT 1"
_SEVERAL = f"INSERT INTO audit_append ({_COLUMNS}, previous, digest, patients) VALUES ({', '.join(['%s'] * 16)})"
_POSTGRESQL = (
    "audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s::bigint[])"  # migration 0004
)
_AT_ONCE = 50
# Together with the last event, in one message: the COMMIT, so that no busy program holds the lock meanwhile; and it
# lets go of the lock before the disk has it. Then a message of no meaning in a transaction of its own, whose COMMIT
# (that of the program) waits for the disk, and for a synchronous standby, and with them for all that was written
# before: when it is back, what was done stays. So many wait for the disk together, though each is alone at the end of
# the chain.
_COMMIT = (
    ", set_config('synchronous_commit', 'off', true); COMMIT; "
    "BEGIN; SELECT pg_logical_emit_message(true, 'ashi', 'on disk')"
)


def append(connection: BaseDatabaseWrapper, events: Sequence[Draft], *, is_last: bool = False) -> None:
    """In the open transaction, in this order. ``is_last``: nothing follows but the COMMIT."""
    if connection.vendor == "postgresql":
        _to_postgresql(connection, events, is_last=is_last)
    else:
        _to_sqlite(connection, events)


def _columns(event: Draft, at: Any) -> list[Any]:
    return [
        event.chain,
        at,
        event.actor_kind,
        event.actor_id,
        event.actor_name,
        event.address,
        event.action,
        event.patient_id,
        event.object_type,
        event.object_id,
        canonical(event.detail),  # as the digest reads it: SQLite keeps the very text, and checking need not parse it
        event.outcome,
        SCHEME,
    ]


def _to_sqlite(connection: BaseDatabaseWrapper, events: Sequence[Draft]) -> None:
    """One alone takes the last digest in its own statement; of several each takes that of the one before, and the first
    what is read here: this transaction is the only one that writes."""
    adapt, chain = connection.ops.adapt_datetimefield_value, events[0].chain
    with connection.cursor() as cursor:
        if len(events) == 1 or any(event.chain != chain for event in events):
            for event in events:
                rest: list[Any] = [event.tail, json.dumps(event.patients), event.chain, start_of(event.chain)]
                cursor.execute(_SQLITE, [*_columns(event, adapt(event.at)), *rest])
            return
        cursor.execute(_LAST, [chain])
        last = cursor.fetchone()
        previous: str = last[0] if last else start_of(chain)
        rows: list[list[Any]] = []
        for event in events:
            this = digest(previous, event.tail)
            rows.append([*_columns(event, adapt(event.at)), previous, this, json.dumps(event.patients)])
            previous = this
        cursor.executemany(_SEVERAL, rows)


def _to_postgresql(connection: BaseDatabaseWrapper, events: Sequence[Draft], *, is_last: bool) -> None:
    with connection.cursor() as cursor:
        for first in range(0, len(events), _AT_ONCE):
            some = events[first : first + _AT_ONCE]
            values: list[Any] = []
            for event in some:
                named = "{" + ",".join(map(str, event.patients)) + "}"
                values += [*_columns(event, event.at), start_of(event.chain), event.tail, named]
            calls = ", ".join([_POSTGRESQL] * len(some))
            ends = is_last and first + _AT_ONCE >= len(events)
            cursor.execute(f"SELECT {calls}{_COMMIT if ends else ''}", values)
