"""Findings that only other complaints ask for: nobody with a sore back is told to test the knee."""

from __future__ import annotations

from functools import lru_cache

import tomli

from clinic.lib.complaints import beside, complaints, folders


def findings_elsewhere(complaint: str) -> frozenset[str]:
    return _elsewhere(complaint, folders())


@lru_cache(maxsize=64)
def _elsewhere(complaint: str, _folders: object) -> frozenset[str]:
    others = {finding for other in complaints() if other != complaint for finding in _of(other)}
    return frozenset(others - _of(complaint))


def _of(complaint: str) -> set[str]:
    """The findings that a pack brings beside the common ones."""
    return {
        f"{group}.{finding}"
        for _, path in beside("findings.toml", complaint=complaint)
        for group, table in tomli.loads(path.read_text(encoding="utf-8")).items()
        for finding in table.get("findings", {})
    }
