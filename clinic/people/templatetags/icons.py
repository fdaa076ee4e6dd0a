"""``{% icon "x-lg" %}``: one of Bootstrap's icons, inline, in the size and colour of the surrounding text.

Inline, because a page shows ten of two thousand: a font with all of them was larger than everything else a page sends.
A template builtin (settings.TEMPLATES), so no page has to load it.
"""

from __future__ import annotations

import re
from functools import cache

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Parser, Token
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@cache
def drawn(name: str) -> SafeString:
    """The icon as SVG, hidden from screen readers: the text next to it says what it means.

    Raises ValueError if Bootstrap has no icon with that name.
    """
    path = settings.NODE_MODULES / "bootstrap-icons" / "icons" / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise ValueError(f"there is no icon {name!r}")
    inside = re.sub(r"^<svg[^>]*>|</svg>$|\n\s*", "", path.read_text(encoding="utf-8").strip())
    return mark_safe(f'<svg class="bi" viewBox="0 0 16 16" aria-hidden="true">{inside}</svg>')


class IconNode(template.Node):
    """An icon whose name is known only when the page is rendered."""

    def __init__(self, name: FilterExpression) -> None:
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        return drawn(self.name.resolve(context))


@register.tag
def icon(parser: Parser, token: Token) -> template.Node:
    """A name in quotes is rendered once, when the template is compiled: a wrong one fails there."""
    words = token.split_contents()
    if len(words) != 2:
        raise template.TemplateSyntaxError('write {% icon "name" %}')
    name = words[1]
    if name[0] == name[-1] == '"':
        return template.base.TextNode(drawn(name[1:-1]))
    return IconNode(parser.compile_filter(name))
