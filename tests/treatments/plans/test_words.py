"""Words that people read: dose, reviews, names, durations, the line of scores."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import pytest

from intake.presenters.assessment import duration
from treatments.front.presenters.curves import sparkline
from treatments.planner.treatment.shapes import DoseJson
from treatments.plans.presenters.plan import dose_words, review_words, split_name


@pytest.mark.parametrize(
    ("phases", "sessions", "words"),
    [
        ([(2, 4), (1, 2)], 10, "Twice a week for 4 weeks, then once a week for 2 weeks: 10 visits"),
        ([(1, 1)], 1, "Once a week for 1 week: 1 visit"),
        ([(3, 2)], 6, "Three times a week for 2 weeks: 6 visits"),
        ([(7, 1)], 7, "Daily for 1 week: 7 visits"),
    ],
)
def test_the_dose_in_words(phases: list[tuple[int, int]], sessions: int, words: str) -> None:
    rows = [{"per_week": often, "weeks": weeks} for often, weeks in phases]
    assert dose_words(cast(DoseJson, {"phases": rows, "sessions": sessions})) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ([], "No review planned"),
        ([5], "Review at visit 5"),
        ([5, 10], "Review at visits 5 and 10"),
        ([4, 8, 12], "Review at visits 4, 8 and 12"),
    ],
)
def test_the_reviews_in_words(at: list[int], words: str) -> None:
    assert review_words(cast(DoseJson, {"review_at": at})) == words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dachangshu 大肠俞", ("Dachangshu", "大肠俞")),
        ("Jiaji", ("Jiaji", "")),
        ("", ("", "")),
        ("Da Zhui 大椎", ("Da Zhui", "大椎")),
    ],
)
def test_a_name_is_pinyin_and_characters(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (13, "13 days"),
        (14, "2 weeks"),
        (45, "6 weeks"),
        (270, "9 months"),
        (365, "1 year"),
        (1095, "3 years"),
    ],
)
def test_a_duration_as_people_say_it(days: int, words: str) -> None:
    assert duration(days) == words


def test_the_line_of_scores_stays_in_its_box() -> None:
    line = sparkline([Decimal("10.00"), Decimal("0.00"), Decimal("2.50")], low=0, high=10)
    dots = [tuple(map(float, dot.split(","))) for dot in line["line"].split()]
    assert dots == [(4.0, 4.0), (60.0, 24.0), (116.0, 19.0)]
    assert (line["first"], line["last"]) == ("10", "2.5")
    assert sparkline([Decimal(3)], low=0, high=10)["line"] == "4.0,18.0"
