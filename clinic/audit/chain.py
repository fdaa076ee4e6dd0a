"""What the chain is: each event's digest covers its own content and the digest before it. Pure: no database, no clock.

Each location has a chain of its own, so that none waits for another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
START = "0" * 64  # stands before the first event of the first chain
SCHEME = 2  # of the digest: 2 covers the caller's address too, and writes times in UTC


def start_of(chain: int) -> str:
    """What stands before the first event: of each chain something else, so that no event is moved to another one."""
    return START if chain == 1 else hashlib.sha256(f"chain {chain}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is not written yet. ``at`` in UTC; ``detail`` as JSON gives it back."""

    chain: int
    at: dt.datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    address: str
    action: str
    patient_id: int | None
    object_type: str
    object_id: str
    detail: dict[str, Any]
    outcome: str

    @property
    def patients(self) -> list[int]:
        """Everyone it is about, each once."""
        return sorted(patients_in(self.patient_id, self.detail))

    @property
    def tail(self) -> str:
        """What the digest covers after the digest before it."""
        return tail(
            self.at.isoformat(timespec="microseconds"),
            self.actor_kind,
            self.actor_id,
            self.actor_name,
            self.action,
            self.patient_id,
            self.object_type,
            self.object_id,
            self.detail,
            self.outcome,
            SCHEME,
            self.address,
        )


def patients_in(patient_id: int | None, detail: dict[str, Any]) -> set[int]:
    """Everyone an event is about: the one patient, or all who were on a list."""
    return {*(detail.get("patients") or []), *([patient_id] if patient_id is not None else [])}


def tail(*content: Any) -> str:
    """As one text, without the bracket that opens it."""
    return canonical(content)[1:]


def digest(previous: str, rest: str) -> str:
    """Of an event: the digest before it, and its own ``tail``."""
    return hashlib.sha256(f'["{previous}",{rest}'.encode()).hexdigest()
