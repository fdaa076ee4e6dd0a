"""A page taken apart once, for all who read it: Python's parser costs more than what is done with its parts."""

from __future__ import annotations

from functools import lru_cache
from html.parser import HTMLParser
from typing import Protocol

Attributes = list[tuple[str, str | None]]


class Reader(Protocol):
    """Hears of the parts in their order, as of ``HTMLParser``."""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None: ...
    def handle_endtag(self, tag: str) -> None: ...
    def handle_data(self, data: str) -> None: ...


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Attributes]] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.found.append(("start", tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("end", tag, []))

    def handle_data(self, data: str) -> None:
        self.found.append(("data", data, []))


@lru_cache(maxsize=1)
def _parts(html: str) -> list[tuple[str, str, Attributes]]:
    parser = _Parts()
    parser.feed(html)
    return parser.found


def read(html: str, reader: Reader) -> None:
    for kind, text, attrs in _parts(html):
        if kind == "start":
            reader.handle_starttag(text, attrs)
        elif kind == "end":
            reader.handle_endtag(text)
        else:
            reader.handle_data(text)
