"""The owner turns the pages of the trail: each event once, none left out, without a count."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.audit import trail
from clinic.audit import views as audit_views
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"No\. </span>(\d+)")
LINK = r'href="(\?[^"]*)">{}</a>'


def turn(client: Client, query: str) -> tuple[list[int], dict[str, str]]:
    """Numbers of the events on a page, and where Newer and Older lead."""
    text = page_text(client.get(f"/audit/{query}"))
    links = {word: re.search(LINK.format(word), text) for word in ("Newer", "Older")}
    return [int(one) for one in NUMBER.findall(text)], {
        word: found[1].replace("&amp;", "&") for word, found in links.items() if found
    }


def test_older_and_newer(as_olive: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_views, "PAGE", 4)
    for number in range(11):
        trail.record("test.read", by=None, patient=number % 2)
    seen, query, pages = [], "?action=test.", []
    while query:
        numbers, links = turn(as_olive, query)
        pages.append(numbers)
        seen += numbers
        query = links.get("Older", "")
        assert ("Newer" in links) == (len(pages) > 1)
    assert [len(page) for page in pages] == [4, 4, 3]
    assert seen == sorted(set(seen), reverse=True) and len(seen) == 11
    back, links = turn(as_olive, f"?action=test.&after={pages[2][0]}")
    assert back == pages[1] and {"Newer", "Older"} == set(links)
    assert turn(as_olive, links["Newer"])[0] == pages[0]
    assert turn(as_olive, "?action=test.&patient=1")[0] == [one for one in seen if one % 2 == seen[1] % 2][:4]


def test_an_event_that_is_none_shows_no_fault(as_olive: Client) -> None:
    for query in ("?before=0", "?after=999999999999", "?before=x", "?after=", "?before=1&after=1"):
        assert as_olive.get(f"/audit/{query}").status_code == 200, query


def test_nothing_is_counted(as_olive: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        as_olive.get("/audit/")
        as_olive.get("/patients/")
        as_olive.get("/patients/?q=mus")
    assert not [one["sql"] for one in asked if "COUNT(" in one["sql"].upper()]
