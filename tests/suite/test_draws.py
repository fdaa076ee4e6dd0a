"""A property is tried with as many cases as it says, the same each time, and a case that fails is told whole."""

from __future__ import annotations

import random

import pytest

from tests.support.draws import THOROUGH, drawn, how_many, json_value


def a_number(chance: random.Random) -> int:
    return chance.randint(0, 999)


def test_each_case_comes_with_the_fixtures_before_it_and_the_same_ones_again() -> None:
    def tried() -> list[tuple[str, int, int]]:
        seen: list[tuple[str, int, int]] = []

        @drawn(a_number, a_number)
        def holds(fixture: str, one: int, other: int) -> None:
            seen.append((fixture, one, other))

        holds(fixture="of pytest")
        return seen

    assert len(tried()) == how_many(THOROUGH) and len({*tried()}) > how_many(THOROUGH) * 0.9
    assert tried() == tried()


def test_what_fails_is_told() -> None:
    @drawn(a_number, cases=600)
    def fails_at_times(number: int) -> None:
        assert number < 500

    with pytest.raises(AssertionError) as caught:
        fails_at_times()
    (told,) = caught.value.__notes__
    assert told.startswith("Draw ") and "{'number': " in told


@drawn(json_value)
def test_any_json_is_a_value_of_json(value: object) -> None:
    assert value is None or isinstance(value, bool | int | float | str | list | dict)


def test_any_json_is_sometimes_each_kind() -> None:
    made = [json_value(random.Random(number)) for number in range(THOROUGH)]
    assert {type(value) for value in made} == {type(None), bool, int, float, str, list, dict}
    assert any(isinstance(value, float) and value != value for value in made)  # not a number
    assert any(isinstance(value, str) and "\0" in value for value in made)
