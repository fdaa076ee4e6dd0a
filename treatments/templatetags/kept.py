"""Parts of a page that are the same for everyone: rendered once, and kept as long as the data behind them."""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()


class Kept(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        kept: dict[str, SafeString] = context["kept"]
        if "drawn" not in kept:
            kept["drawn"] = self.nodelist.render(context)
        return kept["drawn"]


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """``{% kept %}…{% endkept %}``: must not depend on the user. ``kept``: a dict that lives as long as the data."""
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodelist)
