"""What a run found, kept as the JSON of the contract: ``{"machine": ..., "rows": [...], "audit": [...], ...}``."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, field
from typing import Any

from tests.bench.clinics import ROOT

FILE = ROOT / "var" / "bench" / "latest.json"
Row = dict[str, Any]
_SAME = ("job", "database", "patients", "clients")


@dataclass
class Told:
    """``loads``: (when, load) as each part was measured: wall times say nothing without it."""

    machine: str
    rows: list[Row] = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)
    loads: list[tuple[str, float]] = field(default_factory=list)

    @classmethod
    def read(cls, machine: str) -> Told:
        if not FILE.exists():
            return cls(machine)
        found = json.loads(FILE.read_text())
        return cls(machine, found.pop("rows"), loads=found.pop("loads", []), parts=_but_machine(found))

    def add_rows(self, rows: list[Row]) -> None:
        """In place of those of the same job, engine, size and number of clients."""
        fresh = {tuple(row[name] for name in _SAME) for row in rows}
        self.rows = [row for row in self.rows if tuple(row[name] for name in _SAME) not in fresh] + rows
        self.write()

    def add(self, part: str, found: Row) -> None:
        """One of the figures that there is for each engine."""
        others = [one for one in self.parts.get(part, []) if one["engine"] != found["engine"]]
        self.parts[part] = [*others, found]
        self.write()

    def write(self) -> None:
        self.loads.append((f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M}", round(os.getloadavg()[0], 1)))
        FILE.parent.mkdir(parents=True, exist_ok=True)
        told = {"machine": self.machine, "loads": self.loads, "rows": self.rows, **self.parts}
        FILE.write_text(json.dumps(told, indent=1))


def _but_machine(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "machine"}
