"""Guessing a password: all workers count together, and a restart does not start the count again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.plain_server import PlainServer

# a server and a database of its own: once is enough, with the suite on SQLite
pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="has a database of its own"
)
ALLOWED = 5
GUESSES = 16


def test_all_workers_count_together(tmp_path: Path) -> None:
    server = PlainServer(tmp_path, f"sqlite:///{tmp_path / 'ashi.sqlite3'}")
    server.prepare()

    def guess(number: int) -> str:
        data = {"login": "p@clinic.example", "password": f"a guess with number {number}"}
        _, _, page = server.ask("POST", "/accounts/login/", data=data)
        if "Too many failed login attempts" in page:
            return "refused"
        if "429 Too Many Requests" in page:  # whoever waits a second for the others to be counted is sent away
            return "not now"
        return "judged" if "are not correct" in page else page

    try:
        server.start(workers=3)
        with ThreadPoolExecutor(8) as guessers:
            answers = [guess(0), *guessers.map(guess, range(1, GUESSES))]
        assert answers[0] == "judged" and {"judged", "refused"} <= {*answers} <= {"judged", "refused", "not now"}
        assert answers.count("judged") <= ALLOWED
        server.kill()
        server.start(workers=3)
        assert guess(GUESSES) == "refused"
    finally:
        server.kill()
