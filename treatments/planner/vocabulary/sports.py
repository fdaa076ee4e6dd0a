"""Which sport a patient means, by the own words of the form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clinic.lib.knowledge_files import Fault, Reader, Review, Reviewed, Strict, Text
from treatments.planner.vocabulary.facts import kinds

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
FILE = "sports.toml"


class SportRow(Reviewed):
    id: Text
    words: Text
    source: Text


class SportsFile(Strict):
    review: Review
    sport: tuple[SportRow, ...]


@dataclass(frozen=True, slots=True)
class Sports:
    rows: tuple[SportRow, ...]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]  # fact and what it is read by

    def named_in(self, texts: Iterable[str]) -> set[str]:
        """`sport:running` and so on, for each sport that the texts name."""
        words = "\n".join(texts).lower()
        return {fact for fact, pattern in self.patterns if pattern.search(words)} if words else set()


@lru_cache(maxsize=4)
def load_sports(folder: Path = FOLDER) -> Sports:
    """Read once; drafts have no effect. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, SportsFile)
    read.raise_faults()
    assert file
    patterns = []
    for row in file.sport:
        if row.id not in kinds()["sport"]:
            read.faults.append(Fault(FILE, row.id, "no such sport among the facts of the rules"))
        if row.words != row.words.lower():
            read.faults.append(Fault(FILE, row.id, "words: in small letters only, as a text is read"))
        try:
            pattern = re.compile(rf"\b(?:{row.words})")
        except re.error as error:
            read.faults.append(Fault(FILE, row.id, f"words: {error}"))
            continue
        if row.status == "reviewed":
            patterns.append((f"sport:{row.id}", pattern))
    read.raise_faults()
    return Sports(file.sport, tuple(patterns))
