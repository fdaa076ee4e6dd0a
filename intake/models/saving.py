"""What open pages have saved into a draft, and answers on which two of them differ. Both are deleted on submission."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, models

from .responses import IntakeResponse

# by hand, as after every answer: Django takes four times as long to write it
_KEEP = """
    INSERT INTO intake_openedpage (response_id, page, seq, told) VALUES (%s, %s, %s, %s)
    ON CONFLICT (response_id, page) DO UPDATE SET seq = excluded.seq, told = excluded.told
"""


class OpenedPage(models.Model):
    """One rendering of a screen that has saved something: what it saved last, so that only later changes count.

    ``seq`` grows with every save of that page: a save that arrives after a newer one changes nothing.
    """

    response = models.ForeignKey(IntakeResponse, on_delete=models.CASCADE, related_name="opened_pages")
    page = models.CharField(max_length=24)
    seq = models.PositiveIntegerField(default=0)
    told = models.JSONField(default=dict)  # question id -> value

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "page"], name="opened_page_once")]

    def __str__(self) -> str:
        return f"page {self.page} of {self.response_id}"

    @staticmethod
    def keep(response_id: int, page: str, seq: int, told: dict[str, Any]) -> None:
        """What a page has saved last."""
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [response_id, page, seq, json.dumps(told)])


class Clash(models.Model):
    """An answer given differently on two pages: ``others`` are kept with the newest until the patient chooses."""

    response = models.ForeignKey(IntakeResponse, on_delete=models.CASCADE, related_name="clashes")
    question = models.CharField(max_length=60)
    others = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="clash_once")]

    def __str__(self) -> str:
        return f"{self.question} of {self.response_id}"
