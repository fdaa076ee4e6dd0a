"""Check that the audit trail and everything signed are intact."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from clinic.audit import checking, guards, heads
from clinic.audit.chain import START
from clinic.audit.stretch import Ends
from clinic.lib import reports


class Command(BaseCommand):
    help = "Walks the audit trail; names every row that was changed, removed or moved, and every changed signed record."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            type=Path,
            metavar="FILE",
            help="compare with the heads kept in FILE, then add today's. Keep FILE where nobody who can write to the "
            "database can write: only so does a trail show whose end was cut off.",
        )
        parser.add_argument(
            "--from-checkpoint",
            action="store_true",
            help="walk only what was added since the newest signed head in FILE. Quick, and less: events before it, "
            "and what was signed then, are not looked at again. An audit reads all of it.",
        )

    def handle(self, *args: Any, head: Path | None, from_checkpoint: bool = False, **options: Any) -> None:
        with reports.reading(patience=60) as source:
            self._check(source.connection, head, from_checkpoint)
        if source.alias == reports.REPLICA:
            self.stdout.write("Read from the replica, which had all of it.")

    def _check(self, source: BaseDatabaseWrapper, head: Path | None, from_checkpoint: bool) -> None:
        kept = self._kept(head) if head else heads.Kept({}, {})
        if from_checkpoint and not kept.since:
            raise CommandError("--from-checkpoint needs --head FILE with a signed head in it: run once without.")
        lacking = guards.missing(connection)
        for name in lacking:
            self.stderr.write(f"guard {name} is not in the database: run migrate")
        walk = checking.Walk(kept.all, kept.since if from_checkpoint else None, source)
        broken = len(lacking)
        with checking.one_moment(source) as moment:
            found = walk.faults(moment)
            for event_id, what in islice(found, 50):
                self.stderr.write(f"event {event_id}: {what}")
                broken += 1
            broken += sum(1 for _ in found)
        if broken:
            raise CommandError(f"The audit trail is broken in {broken} place(s).")
        self._tell(walk, kept.at)
        if head:
            self._keep(head, walk.ends)
            self.stdout.write(f"Agrees with {len(kept.all)} kept head(s); this one was added to {head}.")

    def _tell(self, walk: checking.Walk, at: str) -> None:
        ends = walk.ends or {1: (0, START)}
        words = "; ".join(
            f"{pk} {digest}{f' of chain {chain}' if len(ends) > 1 else ''}"
            for chain, (pk, digest) in sorted(ends.items())
        )
        what = "chain" if len(ends) == 1 else f"{len(ends)} chains"
        self.stdout.write(f"{walk.count} events, {what} whole. Head: {words}")
        if walk.since:
            self.stdout.write(
                f"Only what is new since {at}, when the rest was found whole. That rest, and what was signed in it, "
                "was not looked at again: without --from-checkpoint it is."
            )
        if walk.old:
            self.stdout.write(
                f"{walk.old} of them are from an older version: without address, and what they signed unsealed."
            )

    @staticmethod
    def _kept(head: Path) -> heads.Kept:
        try:
            return heads.read(head)
        except (OSError, ValueError) as error:
            raise CommandError(f"{head} cannot be read as kept heads: {error}") from error

    @staticmethod
    def _keep(head: Path, ends: Ends) -> None:
        try:
            heads.keep(head, ends or {1: (0, START)}, timezone.now().astimezone(dt.UTC))
        except OSError as error:
            raise CommandError(f"The trail is whole, but {head} cannot be written: {error.strerror}.") from error
