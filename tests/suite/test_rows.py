"""A table that is one test: no row is left out after one that fails, and each that fails is told."""

from __future__ import annotations

import pytest

from tests.support.quick import ROWS
from tests.support.rows import each_row


def test_every_row_is_tried_with_the_fixtures_and_every_fault_is_told() -> None:
    tried: list[tuple[str, int, str]] = []

    @each_row("number, word", [(1, "one"), (2, "two"), (3, "three")])
    def is_even(fixture: str, number: int, word: str) -> None:
        tried.append((fixture, number, word))
        assert number % 2 == 0

    with pytest.raises(ExceptionGroup, match="2 of 3 rows") as caught:
        is_even(fixture="of pytest")
    assert tried == [("of pytest", 1, "one"), ("of pytest", 2, "two"), ("of pytest", 3, "three")]
    told = [fault.__notes__ for fault in caught.value.exceptions]
    assert told == [["Row: {'number': 1, 'word': 'one'}"], ["Row: {'number': 3, 'word': 'three'}"]]


@each_row("row", range(ROWS))
def test_one_column_is_a_row_by_itself(row: int) -> None:
    assert 0 <= row < ROWS


def test_a_table_without_rows_and_one_nobody_asks_for_are_refused() -> None:
    with pytest.raises(AssertionError, match="without rows"):
        each_row("row", [])
    with pytest.raises(AssertionError, match="does not ask for"):
        each_row("row", [1])(lambda other: None)
