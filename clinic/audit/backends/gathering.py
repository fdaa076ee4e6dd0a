"""Audit events wait until their transaction ends, so that the end of the chain is locked as briefly as possible.

The lock is held until the COMMIT: taken at the first event of a long action it would keep everyone else from reading
a record. They are still written inside the transaction: if they cannot be written, nothing else is.
"""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.audit import writing
from clinic.audit.chain import Draft


class Gathering(BaseDatabaseWrapper):
    """Mixin for a database connection. Rolling back a savepoint drops its events too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gathered: list[tuple[set[str | None], Draft]] = []

    def gather(self, event: Draft) -> None:
        """Write it when the currently open transaction commits."""
        self._gathered.append((set(self.savepoint_ids), event))

    @property
    def is_outside(self) -> bool:
        """Whether no transaction of ours is open. The one around a test is not ours and never commits."""
        return all(getattr(block, "_from_testcase", False) for block in self.atomic_blocks)

    def _write_gathered(self, *, is_last: bool) -> None:
        events, self._gathered = [event for _, event in self._gathered], []
        if events:
            writing.append(self, events, is_last=is_last)

    def commit(self) -> None:
        try:
            self._write_gathered(is_last=True)
        except BaseException:  # also a worker being stopped: a transaction left open would be committed by the next
            try:
                self.rollback()
            except Error:
                self.close()
            raise
        super().commit()

    def savepoint_commit(self, sid: str) -> None:
        if self.is_outside:  # in a test this is as close to a commit as it gets
            self._write_gathered(is_last=False)
        super().savepoint_commit(sid)

    def savepoint_rollback(self, sid: str) -> None:
        super().savepoint_rollback(sid)
        self._gathered = [(sids, event) for sids, event in self._gathered if sid not in sids]

    def rollback(self) -> None:
        self._gathered = []
        super().rollback()

    def close(self) -> None:
        self._gathered = []
        super().close()
