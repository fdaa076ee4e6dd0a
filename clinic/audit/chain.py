"""The chain: each event's digest covers its own content and the previous digest. Pure: no database, no clock.

Each location has its own chain, so that none waits for another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
START = "0" * 64  # precedes the first event of the first chain
SCHEME = 2  # of the digest: 2 also covers the caller's address, and writes times in UTC


def start_of(chain: int) -> str:
    """What precedes the first event: different for each chain, so that no event can be moved to another one."""
    return START if chain == 1 else hashlib.sha256(f"chain {chain}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """An event not written yet. ``at`` in UTC; ``detail`` as JSON returns it."""

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
        """What the digest covers after the previous digest."""
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
    """Everyone an event is about: the one patient, or all on a list."""
    return {*(detail.get("patients") or []), *([patient_id] if patient_id is not None else [])}


def tail(*content: Any) -> str:
    """As one string, without the opening bracket."""
    return canonical(content)[1:]


def digest(previous: str, rest: str) -> str:
    """Of an event: the previous digest, and its own ``tail``."""
    return hashlib.sha256(f'["{previous}",{rest}'.encode()).hexdigest()
