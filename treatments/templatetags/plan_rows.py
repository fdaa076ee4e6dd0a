"""The actions of a plan's rows, rendered once per page: a plan has twenty rows, and their buttons are the same."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
AT, TARGET, WAS = "\ue000", "\ue001", "\ue002"  # placeholders for a row's own words; no plan has these characters


@register.simple_tag(takes_context=True)
def row_actions(context: Context, at: str, was: str, is_first: bool, is_last: bool, swaps: bool = False) -> SafeString:
    """``plans/_row_actions.html`` with the words of this row; the page's ``drawn`` keeps the rendered template.

    ``swaps``: something else could stand in its place.
    """
    swaps = swaps and at.startswith("stages.") and not context.get("no_rules")
    shape = (bool(was), is_first, is_last, swaps)
    drawn: dict[tuple[bool, bool, bool, bool], str] = context["drawn"]
    if shape not in drawn:
        buttons = context.template.engine.get_template("plans/_row_actions.html")  # type: ignore[union-attr]
        of_row = {"at": AT, "target": TARGET, "was": WAS if was else "", "is_first": is_first, "is_last": is_last}
        of_row["swaps"] = swaps
        with context.push(**of_row):
            drawn[shape] = buttons.render(context)
    words = ((AT, at), (TARGET, at.replace(".", "")), (WAS, was))
    text = drawn[shape]
    for place, word in words:
        text = text.replace(place, conditional_escape(word or ""))
    return mark_safe(text)  # our own template with escaped words inserted
