"""Parts of a page that say the same each time: made once in a process, not for each page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clinic.lib.by_value import ByValue

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
    return _draw(part, dict(values))


@register.simple_tag
def kept(part: str, **values: Any) -> SafeString:
    """As ``once``, for values that are documents: a row of a plan, the figure of a stage. The newest few hundred stay.

    Found again by all that is in them, so what is shown is what would be drawn. Plain data only: anything else is
    an error.
    """
    if settings.DEBUG:
        return _draw(part, values)
    told = (part.encode(), get_language(), *sorted(values.items()))
    return _documents.get(told, (), lambda: _draw(part, values))


DOCUMENTS = 600  # about 2 MB
_documents: ByValue[SafeString] = ByValue(DOCUMENTS, is_strict=True)


def _draw(part: str, values: dict[str, Any]) -> SafeString:
    return SafeString(get_template(part).render(values))
