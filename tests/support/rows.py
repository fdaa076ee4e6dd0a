"""A long table as one test: each row is tried, and each that fails is told. pytest takes three milliseconds around each
test, in each worker and on each engine that collects it: longer than such a row takes itself.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from tests.support.draws import IS_QUICK
from tests.support.quick import sample


def each_row(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Any]:
    """As ``pytest.mark.parametrize``, for rows of which none changes what another finds."""
    called, table = names.replace(",", " ").split(), [*rows]
    assert table, "a table without rows tries nothing"

    def around(test: Callable[..., None]) -> Callable[..., None]:
        asked = inspect.signature(test).parameters
        assert asked.keys() >= {*called}, f"{test.__qualname__} does not ask for {names}"

        @functools.wraps(test)
        def every_row(**fixtures: Any) -> None:
            faults = []
            tried = sample(table, test.__qualname__) if IS_QUICK else table
            for row in tried:
                given = dict(zip(called, row if len(called) > 1 else (row,), strict=True))
                try:
                    test(**fixtures, **given)
                except Exception as fault:
                    fault.add_note(f"Row: {given}")
                    faults.append(fault)
            if faults:
                raise ExceptionGroup(f"{len(faults)} of {len(tried)} rows", faults)

        kept = [one for name, one in asked.items() if name not in called]
        every_row.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
        return every_row

    return around
