"""The numbers by which a course is judged, each with a sentence that says it: reevaluation.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Review, Reviewed, Strict, Text
from treatments.planner.knowledge.load import FOLDER

FILE = "reevaluation.toml"
ThresholdId = Literal[
    "first_review_acute", "first_review", "change_from", "worse_visits", "matters", "slight", "half", "extension",
    "most_without_improvement",
]  # fmt: skip


class Threshold(Reviewed):
    """One number, what it means, and where it is from."""

    id: ThresholdId
    value: Annotated[int, Field(ge=1, le=100)]
    text: Text
    source: Text


class ThresholdsFile(Strict):
    review: Review
    number: tuple[Threshold, ...]


@lru_cache(maxsize=4)
def load_thresholds(folder: Path = FOLDER) -> Mapping[ThresholdId, Threshold]:
    """All of them by id, read once. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, ThresholdsFile)
    rows = {row.id: row for row in file.number} if file else {}
    if file:
        read.faults += [Fault(FILE, f"number[{one}]", "missing") for one in get_args(ThresholdId) if one not in rows]
        order = [rows[one].value for one in ("slight", "matters", "half") if one in rows]
        if order != sorted(order):
            read.faults.append(Fault(FILE, "number", "slight, matters and half must rise"))
    read.raise_faults()
    return rows


def threshold(of: ThresholdId) -> int:
    """One of them."""
    return load_thresholds()[of].value


def first_review(stage: str) -> int:
    """The visit from which a course is judged, by its phase."""
    return threshold("first_review_acute" if stage == "acute" else "first_review")
