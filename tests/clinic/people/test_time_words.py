"""Durations as people say them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from clinic.people.templatetags.time_words import ago


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (dt.timedelta(seconds=20), "just now"),
        (dt.timedelta(minutes=5, seconds=5), "5\xa0minutes ago"),
        (dt.timedelta(days=3, hours=1), "3\xa0days ago"),
        (dt.timedelta(days=22), "3\xa0weeks ago"),
    ],
)
def test_one_unit(passed, words):
    assert ago(timezone.now() - passed) == words


def test_no_moment():
    assert ago(None) == ""
