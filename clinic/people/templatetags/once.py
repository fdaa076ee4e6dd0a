"""Parts that are on every page and say the same: made once in a process, not for each page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def once(part: str, **values: Any) -> SafeString:
    """The template ``part``, filled with ``values`` and nothing else, in the language of the page.

    Only for what depends on nothing but these: no request, no row, no clock. Kept by value, so a change is a new part.
    """
    made = _made.__wrapped__ if settings.DEBUG else _made
    return made(part, get_language(), tuple(sorted(values.items())))


@lru_cache(maxsize=2000)
def _made(part: str, language: str | None, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return SafeString(get_template(part).render(dict(values)))
