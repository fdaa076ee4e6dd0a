"""A page's HTML as tests read it: how its template is wrapped and indented says nothing."""

from __future__ import annotations

import re

from django.http import HttpResponseBase

BLOCKS = "div|p|li|td|th|dt|dd|header|section|ul|ol|h1|h2|h3|form|legend|summary|button|option|label|text"
AFTER_OPENING = re.compile(rf"(<(?:{BLOCKS})(?:\s[^<>]*)?>) ")
BEFORE_CLOSING = re.compile(rf" (</(?:{BLOCKS})>)")


def page_text(response: HttpResponseBase) -> str:
    """The response's HTML with each run of white space as one blank, and none at the ends of block elements."""
    text = re.sub(r"\s+", " ", response.content.decode())
    return BEFORE_CLOSING.sub(r"\1", AFTER_OPENING.sub(r"\1", text))
