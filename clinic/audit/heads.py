"""Heads of the chains, kept in a file outside the database, where its owner cannot change them.

A line is written only after the trail was found intact. It is signed with the key of this installation, so that a
check may start from it: a forged or changed line is not accepted.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path

from django.core.signing import BadSignature, Signer

from clinic.audit.stretch import Ends

_HEAD = re.compile(r"(\d+) ([0-9a-f]{64})")
_SIGNED = re.compile(r"(\S+) (\d+) ([0-9a-f]{64}) chain (\d+)")


@dataclass(frozen=True)
class Kept:
    """``all``: event id -> digest. ``since``: where each chain was last found intact, by signed lines."""

    all: dict[int, str]
    since: Ends
    at: str = ""  # the oldest of them


def read(path: Path) -> Kept:
    """Raises OSError, and ValueError on an invalid line."""
    return parse(path.read_text(encoding="ascii")) if path.exists() else Kept({}, {})


def parse(text: str) -> Kept:
    heads: dict[int, str] = {}
    since: Ends = {}
    times: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = _HEAD.search(line)
        if line.strip() and not found:
            raise ValueError(f"line {number} holds no event number and digest")
        if not found:
            continue
        heads[int(found[1])] = found[2]
        signed = _signed(line)
        if signed and int(signed[2]) and int(signed[2]) >= since.get(int(signed[4]), (0, ""))[0]:
            since[int(signed[4])] = (int(signed[2]), signed[3])
            times[int(signed[4])] = signed[1]
    return Kept(heads, since, min(times.values(), default=""))


def _signer() -> Signer:
    return Signer(salt="clinic.audit.heads", sep=" ")


def _signed(line: str) -> re.Match[str] | None:
    try:
        return _SIGNED.fullmatch(_signer().unsign(line))
    except BadSignature:
        return None


def keep(path: Path, ends: Ends, at: dt.datetime) -> None:
    """Append the current end of each chain. Raises OSError."""
    lines = [f"{at:%Y-%m-%dT%H:%M:%SZ} {pk} {digest} chain {chain}" for chain, (pk, digest) in sorted(ends.items())]
    with path.open("a", encoding="ascii") as file:
        file.write("".join(f"{_signer().sign(line)}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
