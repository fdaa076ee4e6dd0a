"""The actions of a plan's rows, drawn once in a process: a plan has twenty rows, and their buttons are the same."""

from __future__ import annotations

import re
from functools import cache

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# where a row's and a page's own words go
PLACES = {
    "at": "\ue000",
    "target": "\ue001",
    "was": "\ue002",
    "change_url": "\ue003",
    "item_url": "\ue004",
    "swap_url": "\ue005",
    "draft_revision": "\ue006",
    "csrf_token": "\ue007",
}
_CUT = re.compile("([\ue000-\ue007])")
_NAMES = {place: name for name, place in PLACES.items()}


@register.simple_tag(takes_context=True)
def row_actions(context: Context, at: str, was: str, is_first: bool, is_last: bool, swaps: bool = False) -> SafeString:
    """``plans/_row_actions.html`` with the words of this row and of this page.

    ``swaps``: something else could stand in its place.
    """
    swaps = swaps and at.startswith("stages.") and not context.get("no_rules")
    drawn = _drawn.__wrapped__ if settings.DEBUG else _drawn
    words = {"at": at, "target": at.replace(".", ""), "was": was}
    return mark_safe(  # our own template with escaped words inserted
        "".join(
            [
                piece if name is None else conditional_escape((words[name] if name in words else context[name]) or "")
                for piece, name in drawn(bool(was), is_first, is_last, swaps)
            ]
        )
    )


@cache
def _drawn(has_name: bool, is_first: bool, is_last: bool, swaps: bool) -> list[tuple[str, str | None]]:
    """The buttons in pieces, each with the name of what stands in its place, None for itself."""
    shape = {"was": PLACES["was"] if has_name else "", "is_first": is_first, "is_last": is_last, "swaps": swaps}
    text = get_template("plans/_row_actions.html").render({**PLACES, **shape})
    return [(piece, _NAMES.get(piece)) for piece in _CUT.split(text)]
