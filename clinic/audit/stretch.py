"""A stretch of the audit trail, read and checked row by row: by one process of several, if the trail is long.

Needs no models, so that such a process is there at once.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from json.encoder import encode_basestring
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from clinic.audit.chain import SCHEME, canonical, digest, patients_in, start_of, tail

WINDOW = 20_000  # events read at a time
# Rows of scheme 1 have their time in the clock's zone: UTC, or the clinic's in the demo's past.
_OFFSETS = [dt.timezone(dt.timedelta(minutes=15 * quarter)) for quarter in range(-48, 57)]
_AT = {
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
    "sqlite": "+at",  # as it is kept: only the bare column is made a moment. ``_window`` writes it as in the digest
}
_DETAIL = {"postgresql": "detail::text", "sqlite": "detail"}
_ROWS = (
    "SELECT id, chain, previous, digest, scheme, {at}, actor_kind, actor_id, actor_name, action, patient_id, "
    "object_type, object_id, {detail}, outcome, address FROM audit_auditevent "
    "WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
)
_NAMED = (
    "SELECT event_id, patient_id FROM audit_namedpatient WHERE event_id > %s AND event_id <= %s "
    "ORDER BY event_id, patient_id"
)
LAST_ID = 2**63 - 1
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


class Stretch:
    """The events after one id, up to another.

    ``ends``: where each chain stands before it. If that is not known, what each chain's first event here says comes
    before it is left in ``begins``, for whoever knows.
    """

    def __init__(
        self,
        source: BaseDatabaseWrapper,
        after: int,
        until: int,
        *,
        heads: Mapping[int, str],
        since: Ends,
        ends: Ends | None = None,
    ) -> None:
        self._source, self._after, self._until, self._since = source, after, until, since
        self.heads = {pk: kept for pk, kept in heads.items() if after < pk <= until}
        self._is_first = ends is not None
        self.begins: Ends = {}
        self.ends: Ends = {} if ends is None else ends
        self.count = self.old = 0
        self._quoted, self._details = _Quoted(), _Details()
        self.sealed: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)

    def faults(self) -> Iterator[tuple[int, str]]:
        last = self._after
        with self._source.cursor() as cursor:
            while rows := self._read(cursor, last):
                named: list[tuple[int, int]] = []
                yield from self._window(rows, named)
                before, last = last, rows[-1][0]
                cursor.execute(_NAMED, [before, last])
                yield from _misnamed(named, cursor.fetchall(), self._passed_over(rows))
            cursor.execute(_NAMED, [last, self._until])
            yield from _misnamed([], cursor.fetchall(), set())

    def _read(self, cursor: Any, last: int) -> list[tuple[Any, ...]]:
        vendor = self._source.vendor
        cursor.execute(_ROWS.format(at=_AT[vendor], detail=_DETAIL[vendor]), [last, self._until, WINDOW])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _passed_over(self, rows: list[tuple[Any, ...]]) -> set[int]:
        """Events of a chain that was found intact further on than another: read, but not checked again."""
        if len(self._since) < 2:
            return set()
        return {row[0] for row in rows if row[0] <= self._since.get(row[1], (0, ""))[0]}

    def _window(self, rows: list[tuple[Any, ...]], named: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
        """Each row takes only microseconds, so function calls are written out.

        SQLite keeps a detail as it was written, which is as the digest reads it: if the digest covers this very text,
        there is nothing to parse. Between the brackets of the content stand as many quoted texts and numbers as ever,
        so no column can stand for a part of another.
        """
        quoted, heads, passed = self._quoted, self.heads, self._passed_over(rows)
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
                if chain in self.ends:
                    last = self.ends[chain][1]
                elif self._is_first:
                    last = start_of(chain)
                else:
                    last = previous
                    self.begins[chain] = (pk, previous)
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
                self.sealed[what][which] = (pk, text)
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


# --- by another process ---------------------------------------------------------------------------
MOST = 1_000  # faults that a process tells; where there are more, the stretch is walked again by whoever asks


@dataclass(frozen=True)
class Asked:
    """``snapshot``: of PostgreSQL, so that all processes see the same moment."""

    database: dict[str, Any]
    snapshot: str
    after: int
    until: int
    heads: dict[int, str]
    since: Ends


@dataclass(frozen=True)
class Found:
    faults: list[tuple[int, str]]
    begins: Ends
    ends: Ends
    heads: dict[int, str]  # that no event here has
    sealed: dict[str, dict[str, tuple[int, str]]]
    count: int
    old: int


def walked(asked: Asked) -> Found:
    warnings.simplefilter("ignore", RuntimeWarning)  # Django's, of a database that is read before its models are there
    source = load_backend(asked.database["ENGINE"]).DatabaseWrapper(asked.database, "walk")
    try:
        if asked.snapshot:
            source.set_autocommit(False)
            with source.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [asked.snapshot])
        one = Stretch(source, asked.after, asked.until, heads=asked.heads, since=asked.since)
        faults = list(islice(one.faults(), MOST + 1))
        return Found(faults, one.begins, one.ends, one.heads, dict(one.sealed), one.count, one.old)
    finally:
        source.close()
