"""A clock the demo can set: records of past weeks are written with the same actions as today's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Inside, ``django.utils.timezone.now()`` is ``moment``. For the demo clinic only."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield
