"""A try inside a test, undone at its end, in which our transactions end as they do without it: events are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def taken_back() -> Iterator[None]:
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django marks the one around each test
    with block:
        yield
        transaction.set_rollback(True)
