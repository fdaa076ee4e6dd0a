"""Is the audit trail intact, and are the signed records as they were signed?

Reads rows as the database has them, not as objects: twenty years of trail are some ten million events.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.audit import seals
from clinic.audit.chain import SCHEME, START, canonical, digest, patients_in, start_of, tail

WINDOW = 20_000  # events read at a time
# Rows of scheme 1 have their time in the clock's zone: UTC, or the clinic's in the demo's past.
_OFFSETS = [dt.timezone(dt.timedelta(minutes=15 * quarter)) for quarter in range(-48, 57)]
_AT = {
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
    "sqlite": "at || ''",  # as it is kept; ``_window`` writes it as in the digest
}
_ROWS = (
    "SELECT id, chain, previous, digest, scheme, {at}, actor_kind, actor_id, actor_name, action, patient_id, "
    "object_type, object_id, CAST(detail AS text), outcome, address FROM audit_auditevent "
    "WHERE id > %s ORDER BY id LIMIT %s"
)
_NAMED = (
    "SELECT event_id, patient_id FROM audit_namedpatient WHERE event_id > %s AND event_id <= %s "
    "ORDER BY event_id, patient_id"
)
_LAST_ID = 2**63 - 1
Ends = dict[int, tuple[int, str]]  # chain -> id and digest of its newest event


class _Quoted(dict[str, str]):
    """A string as JSON, each encoded once: names and actions repeat."""

    def __missing__(self, text: str) -> str:
        if len(self) > 100_000:
            self.clear()
        self[text] = quoted = encode_basestring(text)
        return quoted


class _Details(dict[str, tuple[str, dict[str, Any]]]):
    """A detail as in the digest and as read; most are the same few."""

    def __missing__(self, text: str) -> tuple[str, dict[str, Any]]:
        found = json.loads(text)
        if len(self) > 10_000:
            self.clear()
        self[text] = both = (canonical(found), found)
        return both


class Walk:
    """One walk along all chains.

    ``heads``: event id -> digest, kept elsewhere. ``since``: where each chain was last found intact; start there.
    """

    def __init__(
        self,
        heads: Mapping[int, str] | None = None,
        since: Ends | None = None,
        source: BaseDatabaseWrapper | None = None,
    ) -> None:
        self._source = source or connections[DEFAULT_DB_ALIAS]
        self.since = since or {}
        self.ends: Ends = dict(self.since)
        self.count = self.old = 0
        self._heads = {pk: kept for pk, kept in (heads or {}).items() if (pk, kept) != (0, START)}
        self._quoted, self._details = _Quoted(), _Details()
        self._sealed: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)

    def faults(self) -> Iterator[tuple[int, str]]:
        """(event id, what is wrong), in event order; broken seals last."""
        yield from self._starts()
        from_here = last = min((pk for pk, _ in self.since.values()), default=0)
        with self._source.cursor() as cursor:
            while rows := self._read(cursor, last):
                named: list[tuple[int, int]] = []
                yield from self._window(rows, named)
                before, last = last, rows[-1][0]
                cursor.execute(_NAMED, [before, last])
                yield from _misnamed(named, cursor.fetchall(), self._passed_over(rows))
            cursor.execute(_NAMED, [last, _LAST_ID])
            yield from _misnamed([], cursor.fetchall(), set())
        for pk in sorted(self._heads):
            if pk > from_here:
                yield pk, "its digest was kept, and it is gone: the end of the trail was cut off"
        for object_type, ones in self._sealed.items():
            for object_id, what in seals.broken(object_type, {key: text for key, (_, text) in ones.items()}):
                yield ones[object_id][0], f"{object_type} {object_id}: {what}"

    def _starts(self) -> Iterator[tuple[int, str]]:
        with self._source.cursor() as cursor:
            for chain, (pk, kept) in self.since.items():
                cursor.execute("SELECT digest FROM audit_auditevent WHERE id = %s AND chain = %s", [pk, chain])
                if cursor.fetchone() != (kept,):
                    yield pk, "it is not the event at which the trail was found whole"

    def _read(self, cursor: Any, last: int) -> list[tuple[Any, ...]]:
        cursor.execute(_ROWS.format(at=_AT[self._source.vendor]), [last, WINDOW])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _passed_over(self, rows: list[tuple[Any, ...]]) -> set[int]:
        """Events of a chain that was found intact further on than another: read, but not checked again."""
        if len(self.since) < 2:
            return set()
        return {row[0] for row in rows if row[0] <= self.since.get(row[1], (0, ""))[0]}

    def _window(self, rows: list[tuple[Any, ...]], named: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
        """Each row takes only microseconds, so function calls are written out.

        SQLite keeps a detail as it was written, which is as the digest reads it: if the digest covers this very text,
        there is nothing to parse. Between the brackets of the content stand as many quoted texts and numbers as ever,
        so no column can stand for a part of another.
        """
        quoted, heads, passed = self._quoted, self._heads, self._passed_over(rows)
        is_sqlite = self._source.vendor == "sqlite"
        chain, last, end = 0, "", 0
        for row in rows:
            (
                pk,
                own_chain,
                previous,
                found,
                scheme,
                at,
                kind,
                actor,
                name,
                action,
                patient,
                what,
                which,
                text,
                out,
                ip,
            ) = row
            if heads and heads.pop(pk, found) != found:
                yield pk, "it is not the event whose digest was kept"
            if passed and pk in passed:
                continue
            if own_chain != chain:
                if chain:
                    self.ends[chain] = (end, last)
                chain = own_chain
                last = self.ends[chain][1] if chain in self.ends else start_of(chain)
            if previous != last:
                yield pk, "the row before it is missing or was changed"
            if is_sqlite:
                at = f"{at[:10]}T{at[11:]}+00:00" if len(at) == 26 else f"{at[:10]}T{at[11:]}.000000+00:00"
            if scheme >= SCHEME and (patient is None or type(patient) is int):
                front = (
                    f'["{previous}","{at}",{quoted[kind]},{quoted[actor]},{quoted[name]},{quoted[action]},'
                    f"{'null' if patient is None else patient},{quoted[what]},{quoted[which]},"
                )
                back = f",{quoted[out]},{scheme},{quoted[ip]}]"
                is_text = (is_sqlite or text == "{}") and sha256((front + text + back).encode()).hexdigest() == found
                is_whole = is_text or sha256((front + self._details[text][0] + back).encode()).hexdigest() == found
            else:
                self.old += 1
                is_text, is_whole = False, _old_is_whole(row, at, self._details[text][1])
            if not is_whole:
                yield pk, "its content was changed"
            if '"patients":' in text if is_text else "patients" in self._details[text][1]:
                named += [(pk, one) for one in sorted(patients_in(patient, self._details[text][1]))]
            elif patient is not None:
                named.append((pk, patient))
            if '"seal":' in text if is_text else "seal" in self._details[text][1]:  # the newest of a record counts
                self._sealed[what][which] = (pk, text)
            last, end = found, pk
        if chain:
            self.ends[chain] = (end, last)
        self.count += len(rows) - len(passed)


def _old_is_whole(row: tuple[Any, ...], at: str, values: dict[str, Any]) -> bool:
    (_, _, previous, found, _, _, kind, actor, name, action, patient, what, which, _, outcome, _) = row
    moment = dt.datetime.fromisoformat(at)
    zones = (moment.astimezone(zone).isoformat(timespec="microseconds") for zone in [dt.UTC, *_OFFSETS])
    return any(
        digest(previous, tail(zone, kind, actor, name, action, patient, what, which, values, outcome)) == found
        for zone in zones
    )


def _misnamed(
    wanted: list[tuple[int, int]], there: list[tuple[int, int]], passed: set[int]
) -> Iterator[tuple[int, str]]:
    if wanted == there:
        return
    for pk in sorted({pk for pk, _ in set(wanted) ^ set(there)} - passed):
        yield pk, "its list of patients was changed"


def faults(heads: Mapping[int, str] | None = None) -> Iterator[tuple[int, str]]:
    """Everything wrong anywhere in the trail: (event id, what)."""
    return Walk(heads).faults()


@contextmanager
def one_moment(source: BaseDatabaseWrapper) -> Iterator[None]:
    """All of it as of now, while others keep writing: their chains grow independently."""
    if source.vendor != "postgresql" or source.in_atomic_block:
        yield  # SQLite: there is only one writer, so there are never gaps
        return
    with transaction.atomic(using=source.alias):
        with source.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
