"""A stop: one reason against something, and the order in which stops are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from treatments.planner.vocabulary.severity import Severity, is_stop, rank


class Stop(NamedTuple):
    """One reason against something."""

    level: Severity
    because: str
    text: str
    source: str
    row: str
    is_open: bool = False
    spares: tuple[str, ...] = ()  # kinds of treatment that it says nothing about

    @property
    def severity(self) -> int:
        return rank(self.level)

    @property
    def is_stop(self) -> bool:
        """Whether it blocks something."""
        return is_stop(self.level)


def in_order(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """Each stop once, gravest first."""
    return tuple(sorted(dict.fromkeys(stops), key=_gravest))


def _gravest(stop: Stop) -> tuple[int, bool, str, str]:
    return (-rank(stop.level), stop.is_open, stop.row, stop.because)
