"""How templates are written: short lines, so that a change to a page can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
LONGEST = 140

pytestmark = pytest.mark.pure


def test_no_line_of_a_template_is_longer_than_140_characters() -> None:
    files = sorted(TEMPLATES.rglob("*.html"))
    assert len(files) > 100, "the templates are not where this test looks"
    long_ones = [
        f"{file.relative_to(TEMPLATES)}:{number} has {len(line)}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert not long_ones, long_ones
