"""The Monday on which the pages of scheduling are looked at, and what a page says."""

from __future__ import annotations

from typing import Any

from tests.factories.scheduling import at
from tests.support.page_text import page_text

ZONE = "America/Chicago"
NOW = at("2026-11-23 08:00", ZONE)  # a Monday
TEN = at("2026-11-23 10:00", ZONE)


def text(answer: Any) -> str:
    return str(page_text(answer))


VISIT = ("id", "who", "start", "end", "name", "status", "version", "service", "room", "trouble")


def feed_visits(answer: Any) -> list[dict[str, Any]]:
    """The visits of the calendar's feed, their fields by name."""
    return [dict(zip(VISIT, row, strict=True)) for row in answer.json()["visits"]]
