"""Is the audit trail whole, and are the signed records as they were signed?"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from clinic.audit import seals
from clinic.audit.models import AuditEvent
from clinic.audit.trail import SCHEME, START, digest_of

# Rows of scheme 1 wrote their time in whatever zone the clock spoke: UTC, or the clinic's in the demo's past.
_OFFSETS = [dt.timezone(dt.timedelta(minutes=15 * quarter)) for quarter in range(-48, 57)]
_HEAD = re.compile(r"(\d+) ([0-9a-f]{64})")


def faults(heads: Mapping[int, str] | None = None) -> Iterator[tuple[int, str]]:
    """Walk the chain; yield (event id, what is wrong). ``heads``: event id -> digest kept elsewhere, see ``head``."""
    previous, missing = START, dict(heads or {})
    sealed: dict[str, dict[str, tuple[int, dict[str, Any]]]] = defaultdict(dict)
    if missing.get(0) == START:
        del missing[0]
    for event in AuditEvent.objects.order_by("id").prefetch_related("named").iterator(chunk_size=2000):
        if event.previous != previous:
            yield event.pk, "the row before it is missing or was changed"
        if not _is_unchanged(event):
            yield event.pk, "its content was changed"
        if {named.patient_id for named in event.named.all()} != event.patients:
            yield event.pk, "its list of patients was changed"
        if missing.pop(event.pk, event.digest) != event.digest:
            yield event.pk, "it is not the event whose digest was kept"
        if "seal" in event.detail:  # the newest seal of a record counts
            sealed[event.object_type][event.object_id] = (event.pk, event.detail["seal"])
        previous = event.digest
    for pk in sorted(missing):
        yield pk, "its digest was kept, and it is gone: the end of the trail was cut off"
    for object_type, ones in sealed.items():
        for object_id, what in seals.broken(object_type, {key: one for key, (_, one) in ones.items()}):
            yield ones[object_id][0], f"{object_type} {object_id}: {what}"


def _is_unchanged(event: AuditEvent) -> bool:
    if digest_of(event, event.at.astimezone(dt.UTC)) == event.digest:
        return True
    return event.scheme < SCHEME and any(
        digest_of(event, event.at.astimezone(zone)) == event.digest for zone in _OFFSETS
    )


def head() -> tuple[int, str]:
    """Id and digest of the newest event: whoever keeps them elsewhere can tell later whether the end was cut off."""
    return AuditEvent.objects.order_by("-id").values_list("id", "digest").first() or (0, START)


def read_heads(text: str) -> dict[int, str]:
    """The kept heads, one a line: id and digest, with anything before them. Raises ValueError on another line."""
    heads = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = _HEAD.search(line)
        if line.strip() and not found:
            raise ValueError(f"line {number} holds no event number and digest")
        if found:
            heads[int(found[1])] = found[2]
    return heads
