"""Reports from a replica: as fresh as their question or from the main database, never silently old.

With a real replica: tests/reliability/test_many_servers.py. Here its answers are played.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.db import OperationalError

from clinic.lib import reports


class Played:
    """A connection whose cursor answers what it was given, one row after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.is_closed = list(answers), False
        self.asked: list[Any] = []

    def cursor(self) -> Any:
        return nullcontext(self)

    def execute(self, sql: str, params: Any = None) -> None:
        self.asked.append(params)

    def fetchone(self) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.is_closed = True


class Connections(dict[str, Any]):
    @property
    def settings(self) -> dict[str, Any]:
        return self


def play(monkeypatch: pytest.MonkeyPatch, *replica: Any) -> Connections:
    there = Connections(default=Played(("cluster 1", "0/50")))
    if replica:
        there["reports"] = Played(*replica)
    monkeypatch.setattr(reports, "connections", there)
    return there


def test_without_a_replica_reports_come_from_the_main_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    there = play(monkeypatch)
    with reports.reading() as source:
        assert source == reports.Source("default") and reports.Router().db_for_read(None) == "default"
    assert not there["default"].asked and not caplog.messages


def test_a_replica_that_has_all_is_read_and_nothing_is_written_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    there, router = play(monkeypatch, (True, True, False), (True, True, True)), reports.Router()
    with reports.reading() as source:
        assert source == reports.Source("reports") and source.connection is there["reports"]
        assert (router.db_for_read(None), router.db_for_write(None)) == ("reports", "default")
    assert router.db_for_read(None) == "default" and not router.allow_migrate("reports", "people")
    assert there["reports"].asked == [["cluster 1", "0/50"]] * 2, "it was waited for until it had caught up"
    assert not caplog.messages


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((True, True, False), "the replica is more than 0 s behind"),
        ((True, False, None), "is no replica of it"),
        ((False, True, True), "is no replica of it"),
        (OperationalError("connection refused"), "the replica cannot be asked (OperationalError)"),
    ],
    ids=["behind", "promoted", "of another cluster", "away"],
)
def test_what_cannot_be_trusted_is_not_read_and_the_log_says_why(
    answer: Any, why: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    play(monkeypatch, answer)
    with reports.reading(patience=0) as source:
        assert source.alias == reports.Router().db_for_read(None) == "default"
        assert why in source.why
    assert [message for message in caplog.messages if why in message]


def test_reading_ends_with_a_fault_too(monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, (True, True, True))
    with pytest.raises(ZeroDivisionError), reports.reading():
        raise ZeroDivisionError
    assert reports.Router().db_for_read(None) == "default"
