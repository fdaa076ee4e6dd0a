"""What a pure function gave, found again by the value of all that went into it: never asked whether it is still true.

    JUDGED: ByValue[Assessment] = ByValue(64)
    JUDGED.get(case_as_json, (knowledge,), lambda: assess(case, knowledge))

``value``: plain data, compared by its digest. ``beside``: what is one object in a process, such as the knowledge, or a
result of another ``ByValue``; compared by identity, and kept alive with what was made of it. What is not plain, such as
a choice of a form that was not saved yet, is not looked for but made; with ``is_strict`` it is an error. The function
may look at nothing else: no row, no clock, no request. What it gives is shared, so it must not be changed.
"""

from __future__ import annotations

import hashlib
import marshal
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
VERSION = 2  # of marshal: by value alone, without references


class ByValue(Generic[Result]):
    """The newest ``most`` results of one function, in this process."""

    def __init__(self, most: int, *, is_strict: bool = False) -> None:
        self._most, self._is_strict = most, is_strict
        self._found: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], Result]] = OrderedDict()
        self._lock = Lock()

    def get(self, value: Any, beside: tuple[object, ...], make: Callable[[], Result]) -> Result:
        try:
            told = marshal.dumps(value, VERSION)
        except ValueError:
            if self._is_strict:
                raise
            return make()
        return self._get(hashlib.blake2b(told, digest_size=32).digest(), beside, make)

    def of_rows(self, rows: Hashable, beside: tuple[object, ...], make: Callable[[], Result]) -> Result:
        """As ``get``, for what cannot be digested, as it has moments and decimals: compared as it is, and kept."""
        return self._get(rows, beside, make)

    def _get(self, value: Hashable, beside: tuple[object, ...], make: Callable[[], Result]) -> Result:
        key = (value, *(id(one) for one in beside))
        with self._lock:
            if found := self._found.get(key):
                self._found.move_to_end(key)
                return found[1]
        made = make()
        with self._lock:
            self._found[key] = beside, made
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._lock:
            self._found.clear()
