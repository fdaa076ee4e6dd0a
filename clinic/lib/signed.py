"""What a signed text says, checked once in a process: a phone sends the same cookie, and a page the same seal, with
every answer. Found again by the whole text, its salt and the key. What was not signed here raises, and is not kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import signing


def told_by(text: str, *, salt: str) -> Any:
    """As ``signing.loads`` without an age. Shared, so it must not be changed. Raises `signing.BadSignature`."""
    return _told(text, salt, settings.SECRET_KEY)


@lru_cache(maxsize=256)
def _told(text: str, salt: str, key: str) -> Any:
    return signing.loads(text, salt=salt)
