"""What a plan weighs, counts and limits is data with a source: no number of its own stands in the planner's code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLANNER = Path(__file__).resolve().parents[4] / "treatments" / "planner"
SMALL = {0, 1, 2, 100}  # none, one, both sides, of 100
# What is no clinical number, by file: the numbers that a fact is named after (`age:over_75`), a place in a sorted row,
# the size of a cache, the vertebrae at which a region of the back ends.
NAMED: dict[str, set[float]] = {
    "facts.py": {16, 65, 75, 12, 36, 3},
    "proposing/explanation.py": {64},
    "proposing/parameters.py": {200},
    "proposing/quotes.py": {64},
    "vocabulary/body.py": {6, 11},
}
HELD = ["facts.py", *sorted(f"proposing/{path.name}" for path in (PLANNER / "proposing").glob("*.py"))]
HELD += ["outcomes/reevaluation.py", "knowledge/needle_sizes.py", "knowledge/empty_plan.py", "vocabulary/body.py"]


def numbers_in(path: Path) -> Iterator[float]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            yield node.value


@pytest.mark.parametrize("name", HELD)
def test_a_number_of_the_plan_is_data(name: str) -> None:
    found = {*numbers_in(PLANNER / name)} - SMALL - NAMED.get(name, set())
    assert not found, f"{name}: {sorted(found)} belong into a knowledge file, with a source or DESIGN"
