"""Parts of a treatment in one line: what is written is read back, and what is no such thing is refused in words."""

from __future__ import annotations

import itertools

import pytest

from tests.support.draws import drawn
from treatments.planner.treatment import written

pytestmark = pytest.mark.pure
CODES = ["BL25", "BL26", "EX-B2", "GB30", "LI4"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [("BL25-BL26", [["BL25", "BL26"]]), ("bl25 – bl26, EX-B2-BL54", [["BL25", "BL26"], ["EX-B2", "BL54"]])],
)
def test_pairs_are_read_as_people_write_them(text, pairs):
    assert written.read_pairs(text) == pairs


@pytest.mark.parametrize("text", ["BL25", "BL25-", "BL25-BL26-BL27", ",", "-", ""])
def test_what_is_no_pair_is_refused(text):
    with pytest.raises(ValueError, match="Write each pair"):
        written.read_pairs(text)


@drawn(lambda chance: [chance.choices(CODES, k=2) for _ in range(chance.randint(1, 4))])
def test_written_pairs_are_read_back(pairs):
    assert written.read_pairs(written.pairs_text(pairs)) == pairs
    assert written.read_pairs(written.pairs_text(pairs, "–")) == pairs


def test_levels_are_read_in_any_case_and_unknown_ones_named():
    assert written.read_levels("l4, L5  t12") == ["L4", "L5", "T12"] and written.read_levels("") == []
    with pytest.raises(ValueError, match="L9, X1"):
        written.read_levels("L4 L9 X1")


def test_every_written_needle_is_read_back():
    for hundredths, length in itertools.product(range(10, 51), range(5, 126)):
        needle = {"diameter_mm": hundredths / 100, "length_mm": length}
        assert written.read_needle(written.needle_text(needle)) == needle


@pytest.mark.parametrize("text", ["25x40", "0.25", "0.05x40", "0.25x4", "0.25x126", "a", ""])
def test_what_is_no_needle_is_refused(text):
    with pytest.raises(ValueError, match=r"0\.25x40"):
        written.read_needle(text)


def test_every_written_depth_is_read_back():
    for low, high in itertools.combinations_with_replacement(range(1, 121), 2):
        assert written.read_depth(written.depth_text(low, high)) == [low, high]


@pytest.mark.parametrize("text", ["25-15", "0", "121", "1-", "１２", ""])
def test_what_is_no_depth_is_refused(text):
    with pytest.raises(ValueError, match="depth in mm"):
        written.read_depth(text)


def test_phases_are_read_and_written():
    phases = [{"per_week": 2, "weeks": 4}, {"per_week": 1, "weeks": 2}]
    assert written.read_phases("2x4, 1×2") == phases and written.phases_text(phases) == "2×4, 1×2"


@pytest.mark.parametrize(
    ("text", "words"), [("2", "Write 2×4"), ("8x1", "1 to 7"), ("7x9", "at most 60"), ("", "Write 2×4")]
)
def test_what_is_no_course_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        written.read_phases(text)
