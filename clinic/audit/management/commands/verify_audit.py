"""Check that the audit trail is whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.audit import trail
from clinic.audit.models import AuditEvent


class Command(BaseCommand):
    help = "Walks the audit trail and names every row that was changed, removed or moved."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(trail.verify())
        for event_id, what in faults[:50]:
            self.stderr.write(f"event {event_id}: {what}")
        if faults:
            raise CommandError(f"The audit trail is broken in {len(faults)} place(s).")
        last = AuditEvent.objects.first()
        head = last.digest if last else trail.START
        self.stdout.write(f"{AuditEvent.objects.count()} events, chain whole. Head: {head}")
