"""Published cases: floors one below what was measured on 30 November 2026.

`untouched.toml` is measured and never repaired for.
"""

from __future__ import annotations

import pytest

from .published import Figures, answers, figures

# file -> least right of class, pattern and points; how many there are of each
FLOORS = {
    "cases.toml": Figures((16, 18), (14, 17), (48, 102)),
    "untouched.toml": Figures((8, 9), (6, 8), (26, 81)),
}


@pytest.mark.parametrize("file", FLOORS)
def test_published_cases(file: str) -> None:
    found, floor = figures(file), FLOORS[file]
    for got, least in zip((found.classes, found.patterns, found.points),
                          (floor.classes, floor.patterns, floor.points), strict=True):  # fmt: skip
        assert got[1] == least[1] and got[0] >= least[0], (file, found)


def test_a_third_is_set_aside() -> None:
    seen, kept = ({one.id for one in answers(file)} for file in FLOORS)
    assert seen.isdisjoint(kept) and (len(seen), len(kept)) == (26, 14)
