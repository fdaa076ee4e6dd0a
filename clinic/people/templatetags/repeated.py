"""``{% repeated "a/_row.html" rows may_write=may.write %}``: a part of a page for each of many rows, fast.

Django renders the part once for each *shape* of a row (a status, whether there is a note), with gaps where its texts
belong; each row then fills the gaps, escaped as Django escapes. A day of a hundred visits is a hundred string
substitutions instead of some thousand template nodes. In the part only what is in the shape may be asked (``if``,
``for``); texts, and the CSRF token, are written and nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from html import escape  # what Django escapes with, without its wrapping for lazy texts
from typing import Protocol

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
OPENS, CLOSES = "\ue000", "\ue001"  # of private use: no template has them
TOKEN = "csrf_token"
MARK = secrets.token_hex(16)  # of this process: nobody can type it
Shape = tuple[tuple[str, Hashable], ...]


class Repeatable(Hashable, Protocol):
    """``shape``: names and values that the part may ask about. ``texts``: what is filled in, by name. Both follow from
    the row's own values, by which it is found again: a named tuple."""

    @property
    def shape(self) -> Shape: ...

    @property
    def texts(self) -> Mapping[str, str]: ...


@register.simple_tag(takes_context=True)
def repeated(context: template.Context, part: str, rows: Iterable[Repeatable], **asked: Hashable) -> SafeString:
    more, language = tuple(sorted(asked.items())), get_language()
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn  # with DEBUG a changed template is seen at once
    drawn = "".join([draw(part, language, more, row) for row in rows])
    return mark_safe(drawn.replace(MARK, str(context.get(TOKEN, ""))))


@lru_cache(maxsize=600)  # some 2 kB each: the rows of a busy day, most of which stay as they are
def _drawn(part: str, language: str | None, more: Shape, row: Repeatable) -> str:
    """With ``MARK`` for the token, which each page has its own of."""
    find, texts = _pattern.__wrapped__ if settings.DEBUG else _pattern, row.texts
    pattern = find(part, language, (*row.shape, *more), tuple(texts))
    return pattern % {**{name: escape(text) for name, text in texts.items()}, TOKEN: MARK}


@lru_cache(maxsize=1024)
def _pattern(part: str, language: str | None, shape: Shape, names: tuple[str, ...]) -> str:
    gaps = {name: mark_safe(f"{OPENS}{name}{CLOSES}") for name in (*names, TOKEN)}
    drawn = render_to_string(part, {**dict(shape), **gaps})
    return drawn.replace("%", "%%").replace(OPENS, "%(").replace(CLOSES, ")s")
