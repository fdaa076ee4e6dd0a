"""A page of a long list, without counting the list: one row more than fits shows whether there is a next page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from clinic.lib.numbers import whole_number

MOST = 100_000  # nobody goes that far; the rows before a page are read only to skip them


@dataclass(frozen=True)
class Page:
    """``start``: how many rows come before it."""

    object_list: Sequence[Any]
    number: int
    start: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def first(self) -> int:
        """Number of its first row in the list."""
        return self.start + 1

    @property
    def last(self) -> int:
        return self.start + len(self.object_list)


def page_of(rows: QuerySet[Any], asked: str | None, size: int) -> Page:
    """The requested page; the first one if the number is invalid."""
    number = min(whole_number(asked) or 1, MOST)
    for one in dict.fromkeys((number, 1)):
        start = (one - 1) * size
        found = list(rows[start : start + size + 1])
        if found or one == 1:
            break
    return Page(found[:size], one, start, len(found) > size)
