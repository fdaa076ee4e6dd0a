"""Point codes that stand for several needles, as EX-UE7 does for two on one hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from clinic.lib.knowledge_files import Reader, Review, Reviewed, Strict, Text

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
FILE = "needle_sets.toml"


class NeedleSet(Reviewed):
    """`needles`: on one side, or on the midline."""

    code: Text
    needles: Annotated[int, Field(ge=2, le=10)]
    source: Text


class NeedleSetsFile(Strict):
    review: Review
    set: tuple[NeedleSet, ...]


@lru_cache(maxsize=4)
def load_needle_sets(folder: Path = FOLDER) -> tuple[NeedleSet, ...]:
    """Read once. A draft counts all the same: a needle more is never overlooked. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, NeedleSetsFile)
    read.raise_faults()
    assert file
    return file.set


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, int]:
    return MappingProxyType({row.code: row.needles for row in load_needle_sets()})


def needles_in(code: str) -> int:
    """How many needles this code takes on one side."""
    return _by_code().get(code, 1)
