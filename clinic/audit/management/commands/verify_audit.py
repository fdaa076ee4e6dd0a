"""Check that the audit trail and what was signed are whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from clinic.audit import checking, guards
from clinic.audit.models import AuditEvent
from clinic.audit.trail import SCHEME
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

    def handle(self, *args: Any, head: Path | None, **options: Any) -> None:
        with reports.reading(patience=60) as source:
            self._check(head)
        if source.alias == reports.REPLICA:
            self.stdout.write("Read from the replica, which had all of it.")

    def _check(self, head: Path | None) -> None:
        kept = self._kept(head) if head else {}
        lacking = guards.missing(connection)
        for name in lacking:
            self.stderr.write(f"guard {name} is not in the database: run migrate")
        found = list(checking.faults(kept))
        for event_id, what in found[:50]:
            self.stderr.write(f"event {event_id}: {what}")
        if found or lacking:
            raise CommandError(f"The audit trail is broken in {len(found) + len(lacking)} place(s).")
        newest, digest = checking.head()
        count, old = AuditEvent.objects.count(), AuditEvent.objects.filter(scheme__lt=SCHEME).count()
        self.stdout.write(f"{count} events, chain whole. Head: {newest} {digest}")
        if old:
            self.stdout.write(
                f"{old} of them are from an older version: without address, and what they signed unsealed."
            )
        if head:
            self._keep(head, f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {newest} {digest}\n")
            self.stdout.write(f"Agrees with {len(kept)} kept head(s); this one was added to {head}.")

    @staticmethod
    def _kept(head: Path) -> dict[int, str]:
        try:
            return checking.read_heads(head.read_text(encoding="ascii")) if head.exists() else {}
        except (OSError, ValueError) as error:
            raise CommandError(f"{head} cannot be read as kept heads: {error}") from error

    @staticmethod
    def _keep(head: Path, line: str) -> None:
        try:
            with head.open("a", encoding="ascii") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CommandError(f"The trail is whole, but {head} cannot be written: {error.strerror}.") from error
