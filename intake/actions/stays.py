"""Counts how long screens take, from the server's own times: with scripts or without."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

LONGEST = 300  # seconds: whoever stays longer on one screen has been called away (DESIGN)
_PASSED = """
    INSERT INTO intake_screenstay (response_id, screen, seconds, came_at) VALUES (%s, %s, %s, %s), (%s, %s, NULL, %s)
    ON CONFLICT (response_id, screen)
    DO UPDATE SET seconds = COALESCE(intake_screenstay.seconds, 0) + excluded.seconds
    WHERE excluded.seconds IS NOT NULL
"""


def note_stay(response_id: int, *, screen: str, seconds: int, following: str) -> None:
    """A screen was left with Next for another one (an id, or what comes after all screens). One statement."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    counted = min(max(seconds, 0), LONGEST)
    with connection.cursor() as cursor:
        cursor.execute(_PASSED, [response_id, screen, counted, now, response_id, following, now])
