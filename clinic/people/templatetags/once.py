"""Parts of a page that say the same each time: made once in a process, not for each page."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
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


@register.simple_tag(takes_context=True)
def kept_forms(context: Context, part: str, shared: str = "", **values: Any) -> SafeString:
    """As ``kept``, for a part with forms, in which each page has a token of its own and a newer ``draft_revision``.

    It is drawn with marks in their places, which are of this process and which nobody can know, and cut there: what
    differs from page to page is never kept. Values that are not plain, such as a form that was refused, are drawn anew.
    ``shared``: names that mean in the part what they mean on the page, with spaces between.
    """
    values = {name: context.get(name) for name in shared.split()} | values
    told = (part.encode(), get_language(), *sorted(values.items()))
    pieces = _pieces(part, values) if settings.DEBUG else _forms.get(told, (), lambda: _pieces(part, values))
    of_page = {mark: conditional_escape(context.get(name) or "") for name, mark in MARKS.items()}
    return SafeString("".join([of_page.get(piece, piece) for piece in pieces]))


def _pieces(part: str, values: dict[str, Any]) -> list[str]:
    return _CUT.split(_draw(part, {**values, **MARKS}))


DOCUMENTS = 600  # about 2 MB
_documents: ByValue[SafeString] = ByValue(DOCUMENTS, is_strict=True)
FORMS = 80  # some 20 kB each
_forms: ByValue[list[str]] = ByValue(FORMS)
MARKS = {name: secrets.token_hex(16) for name in ("csrf_token", "draft_revision")}
_CUT = re.compile(f"({'|'.join(MARKS.values())})")


def _draw(part: str, values: dict[str, Any]) -> SafeString:
    return SafeString(get_template(part).render(values))
