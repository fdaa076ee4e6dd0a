"""Pages and feeds are sent compressed, and padded so that their length tells nothing."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.test import Client

ASKS = {"Accept-Encoding": "gzip, deflate"}


def answer_to(client: Client, path: str) -> Any:
    answer = client.get(path, headers=ASKS)
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("path", ["/", "/schedule/?view=week", "/patients/"])
def test_pages_are_compressed(as_dora: Client, path: str) -> None:
    answer = answer_to(as_dora, path)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    page = gzip.decompress(answer.content)
    assert b"</html>" in page
    assert len(answer.content) < len(page) / 2


def test_who_does_not_ask_gets_it_plain(as_dora: Client) -> None:
    answer = as_dora.get("/")
    assert "Content-Encoding" not in answer
    assert b"</html>" in answer.content


def test_its_length_tells_nothing_of_what_is_secret_in_it(as_dora: Client) -> None:
    """The page is the same each time; its length is not, or a reader of the wire could guess letter by letter."""
    assert len({len(answer_to(as_dora, "/patients/").content) for _ in range(12)}) > 1
