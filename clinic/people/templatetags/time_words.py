"""Durations in everyday words: one unit, no "3 days, 1 hour"."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.timesince import timesince

register = template.Library()


@register.filter
def ago(moment: dt.datetime | None) -> str:
    """``just now``, ``5 minutes ago``, ``3 weeks ago``; empty for None."""
    if moment is None:
        return ""
    words = timesince(moment, depth=1)
    return "just now" if words.startswith("0") else f"{words} ago"
