"""Textbook patients are read as what they were drawn from, also among ordinary complaints and with other numbers."""

from __future__ import annotations

import random

import pytest

from intake.assessment import load_intake_knowledge
from tests.figures.assessment import CLASSES, figures, shaken

NUMBER = 120
FLOOR = 0.85  # class and first pattern with three ordinary complaints, no tongue, no pulse
SHAKEN_FLOOR = 0.75


@pytest.mark.thorough
@pytest.mark.parametrize("complaints", [0, 1, 2, 3])
@pytest.mark.parametrize("hands", [False, True])
def test_class_and_first_pattern_are_right(complaints: int, hands: bool) -> None:
    found = figures(NUMBER, complaints, hands=hands)
    for name in CLASSES:
        by_class, by_pattern = found[name]
        assert by_class >= FLOOR and by_pattern >= (0.8 if name == "mixed" else 0.9), (name, found)


def test_tongue_pulse_and_hands_carry_five_complaints() -> None:
    for name, (by_class, by_pattern) in figures(NUMBER, 5, hands=True).items():
        assert by_class >= 0.9 and by_pattern >= FLOOR, name


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
def test_every_number_shaken_by_a_fifth(seed: int) -> None:
    """No single number carries the result: each moved at random by up to 20 %, all at once."""
    knowledge = shaken(load_intake_knowledge(), random.Random(seed), 0.2)
    assert knowledge.signs != load_intake_knowledge().signs
    for name, (by_class, by_pattern) in figures(NUMBER, 3, hands=False, knowledge=knowledge).items():
        assert by_class >= SHAKEN_FLOOR and by_pattern >= SHAKEN_FLOOR, name
