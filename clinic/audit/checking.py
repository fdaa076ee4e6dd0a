"""Is the audit trail intact, and are the signed records as they were signed?

Reads rows as the database has them, not as objects: twenty years of trail are some ten million events. A long trail is
cut into stretches, for as many processes as there are processors; where two meet, the chains are joined here.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.audit import seals
from clinic.audit.chain import START, start_of
from clinic.audit.stretch import LAST_ID, MOST, Asked, Ends, Found, Stretch, walked

LONG = 100_000  # events: fewer are read before another process has started
PIECES = 4  # for each process, so that none waits long for another


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
        self.processes = 1
        self._heads = {pk: kept for pk, kept in (heads or {}).items() if (pk, kept) != (0, START)}
        self._sealed: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)

    def faults(self, moment: str | None = None) -> Iterator[tuple[int, str]]:
        """(event id, what is wrong), in event order; broken seals last. ``moment``: of ``one_moment``; with it, several
        processes may look.
        """
        yield from self._starts()
        from_here = min((pk for pk, _ in self.since.values()), default=0)
        cuts = [(from_here, LAST_ID)] if moment is None else self._cuts(from_here)
        if len(cuts) == 1:
            yield from self._alone(*cuts[0])
        else:
            yield from self._together(cuts, moment or "")
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

    def _cuts(self, after: int) -> list[tuple[int, int]]:
        """After which id, and up to which: all of it, without a gap."""
        with self._source.cursor() as cursor:
            cursor.execute("SELECT max(id) FROM audit_auditevent")
            last = cursor.fetchone()[0] or 0
        processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if processes < 2 or last - after < LONG:
            return [(after, LAST_ID)]
        many = processes * PIECES
        edges = [after + (last - after) * number // many for number in range(many)]
        return list(zip(edges, [*edges[1:], LAST_ID], strict=True))

    def _alone(self, after: int, until: int) -> Iterator[tuple[int, str]]:
        one = Stretch(self._source, after, until, heads=self._heads, since=self.since, ends=self.ends)
        yield from one.faults()
        self._take(one, after, until)

    def _together(self, cuts: list[tuple[int, int]], snapshot: str) -> Iterator[tuple[int, str]]:
        """In new processes, not in copies of this one: a copy of an open connection to SQLite is of no use to it."""
        asked = [
            Asked(
                self._source.settings_dict,
                snapshot,
                after,
                until,
                {pk: kept for pk, kept in self._heads.items() if after < pk <= until},
                self.since,
            )
            for after, until in cuts
        ]
        self.processes = len(cuts) // PIECES
        with ProcessPoolExecutor(self.processes, get_context("spawn")) as pool:
            for (after, until), found in zip(cuts, pool.map(walked, asked), strict=True):
                if len(found.faults) > MOST:
                    yield from self._alone(after, until)
                    continue
                torn = [
                    (pk, "the row before it is missing or was changed")
                    for chain, (pk, previous) in found.begins.items()
                    if previous != (self.ends[chain][1] if chain in self.ends else start_of(chain))
                ]
                yield from sorted([*torn, *found.faults], key=lambda one: one[0])
                self.ends.update(found.ends)
                self._take(found, after, until)

    def _take(self, one: Stretch | Found, after: int, until: int) -> None:
        self._heads = {pk: kept for pk, kept in self._heads.items() if not after < pk <= until} | one.heads
        for object_type, ones in one.sealed.items():  # the newest of a record counts
            self._sealed[object_type].update(ones)
        self.count += one.count
        self.old += one.old


def faults(heads: Mapping[int, str] | None = None) -> Iterator[tuple[int, str]]:
    """Everything wrong anywhere in the trail: (event id, what)."""
    return Walk(heads).faults()


@contextmanager
def one_moment(source: BaseDatabaseWrapper) -> Iterator[str | None]:
    """All of it as of now, while others keep writing: their chains grow independently. What other processes need to see
    the same: of PostgreSQL a snapshot, of SQLite nothing; None if they cannot.
    """
    if source.in_atomic_block:
        yield None
    elif source.vendor != "postgresql":
        is_shared = not source.is_in_memory_db()  # type: ignore[attr-defined]
        yield "" if is_shared else None  # SQLite: there is only one writer, so there are never gaps
    else:
        with transaction.atomic(using=source.alias):
            with source.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = str(cursor.fetchone()[0])
            yield snapshot
