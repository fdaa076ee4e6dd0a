"""JSON written once for each template: only the times and names in it are exchanged for each copy."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

from clinic.audit import seals
from treatments.demo.scale import moments

stored = json.dumps  # as Django writes a JSON column
sealed = seals.encode
_CLOCK = re.compile(r"\d\d:\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_MARK = re.compile(r"@@(\d+)@@")
_CLOCKS = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]
_CLOCK_SLOT, _INSTANT_SLOT, _NAME_SLOT = range(3)
Names = tuple[tuple[str, ...], tuple[str, ...]]  # as in stored, as in sealed JSON


def scalar(value: str | int | None) -> str:
    """As a seal reads it."""
    if value is None:
        return "null"
    return encode_basestring(value) if isinstance(value, str) else str(value)


def both_ways(names: list[str]) -> Names:
    """Names as they stand between the quotes."""
    return (
        tuple(encode_basestring_ascii(name)[1:-1] for name in names),
        tuple(encode_basestring(name)[1:-1] for name in names),
    )


class Text:
    """One value as ``dump`` writes it. ``places``: the names in it, and which of a copy's names each stands for."""

    def __init__(self, value: Any, places: Mapping[str, int], dump: Callable[[Any], str]) -> None:
        found: list[tuple[int, int, str]] = []  # kind; minute, second or place; what follows
        pieces = _MARK.split(dump(_marked(value, places, found)))
        self._parts, self._slots = [pieces[0]], list[tuple[int, int, int, str]]()
        for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
            self._slots.append((len(self._parts), *found[int(number)]))
            self._parts += ["", after]
        self._of_names = int(dump is sealed)
        self._has_clocks_only = all(kind == _CLOCK_SLOT for _, kind, *_ in self._slots)
        self._known: dict[int, str] = {}  # by time of day, where nothing else matters
        self.is_fixed = not self._slots
        self.fixed = "".join(self._parts)

    def of(self, move: int, names: Names) -> str:
        """``move`` in seconds."""
        if self.is_fixed:
            return self.fixed
        if not self._has_clocks_only:
            return self._drawn(move, names)
        of_day = move % moments.DAY
        if of_day not in self._known:
            self._known[of_day] = self._drawn(move, names)
        return self._known[of_day]

    def _drawn(self, move: int, names: Names) -> str:
        parts, mine = self._parts.copy(), names[self._of_names]
        for at, kind, value, after in self._slots:
            if kind == _NAME_SLOT:
                parts[at] = mine[value]
            elif kind == _CLOCK_SLOT:
                parts[at] = _CLOCKS[(value + move // 60) % len(_CLOCKS)]
            else:
                parts[at] = moments.plain(value + move) + after
        return "".join(parts)


def _marked(value: Any, places: Mapping[str, int], found: list[tuple[int, int, str]]) -> Any:
    """The same with a mark for everything that differs between copies; what each stands for is added to ``found``."""
    if isinstance(value, dict):
        return {key: _marked(one, places, found) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked(one, places, found) for one in value]
    if not isinstance(value, str):
        return value
    if value in places:
        slot = (_NAME_SLOT, places[value], "")
    elif _CLOCK.fullmatch(value):
        slot = (_CLOCK_SLOT, int(value[:2]) * 60 + int(value[3:]), "")
    elif _INSTANT.match(value):
        moment = dt.datetime.fromisoformat(value)
        second = moments.seconds(moment.replace(tzinfo=dt.UTC))
        slot = (_INSTANT_SLOT, second, moment.isoformat()[19:])
    else:
        assert not _MARK.search(value), value
        return value
    found.append(slot)
    return f"@@{len(found) - 1}@@"
