"""The languages that patients may read in, each by its own name."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def own_names() -> list[tuple[str, str]]:
    """(code, "Español"): Django's own list would call it by its name in the language of the page."""
    return list(settings.LANGUAGES)
