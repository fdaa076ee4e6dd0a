"""The page that asks back: what was chosen for each thing read in the patient's words."""

from __future__ import annotations

from django.http import QueryDict

from intake.asking_back import Offer

CHOICES = ("yes", "over", "else")


def read_said(rows: list[Offer], data: QueryDict) -> dict[str, str]:
    """Finding -> what was said. Only of what is offered, and of the same words that the page showed."""
    said: dict[str, str] = {}
    for row in rows:
        if data.get(f"mark:{row.finding}") != row.mark:
            continue
        if row.is_chip:
            said[row.finding] = "yes" if row.finding in data.getlist("chip") else "open"
        elif (chosen := data.get(f"said:{row.finding}")) in CHOICES:
            said[row.finding] = str(chosen)
    return said
