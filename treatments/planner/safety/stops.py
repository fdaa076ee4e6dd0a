"""A stop: one reason against something, and the order in which stops are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from treatments.planner.knowledge.tables import Shallow
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
    shallow: Shallow | None = None  # where it lets a needle be shallow instead of gone
    most_mm: int = 0  # of a needle that is shallow for it

    def at_depth(self, region: str, deepest: float) -> Stop:
        """The same for a needle that goes so deep: no stop where the row lets it be as shallow as that."""
        shallow = self.shallow
        if shallow is None or region not in shallow.regions or (self.is_stop and deepest > shallow.mm):
            return self
        level: Severity = "caution" if self.is_stop else self.level
        text = f"No deeper than {shallow.mm} mm here. {shallow.text}"
        return self._replace(level=level, text=text, source=shallow.source, shallow=None, most_mm=shallow.mm)

    @property
    def severity(self) -> int:
        return rank(self.level)

    @property
    def is_stop(self) -> bool:
        """Whether it blocks something."""
        return is_stop(self.level)


def in_order(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """Each stop once, gravest first."""
    each = dict.fromkeys(stops)
    return tuple(sorted(each, key=_gravest)) if len(each) > 1 else tuple(each)


def _gravest(stop: Stop) -> tuple[int, bool, str, str]:
    return (-rank(stop.level), stop.is_open, stop.row, stop.because)
