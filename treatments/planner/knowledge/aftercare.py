"""The aftercare advice for patients, sentence by sentence."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Review, Reviewed, Strict, Text
from treatments.planner.knowledge.load import FOLDER
from treatments.planner.vocabulary.modalities import EarMethod

FILE = "aftercare.toml"
Part = Literal["common", "care", "ear", "call_us", "emergency", "lung", "hospital", "same_day", "this_week"]


class Sentence(Reviewed):
    """One sentence. `methods`: given only after these ear methods."""

    part: Part
    text: Text
    methods: tuple[EarMethod, ...] = ()
    source: Text


class AftercareFile(Strict):
    review: Review
    sentence: Annotated[tuple[Sentence, ...], Field(min_length=1)]


@lru_cache(maxsize=4)
def load_aftercare(folder: Path = FOLDER) -> tuple[Sentence, ...]:
    """All reviewed sentences, in file order. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, AftercareFile)
    sentences = tuple(row for row in file.sentence if row.status == "reviewed") if file else ()
    if file:
        told = {row.part for row in sentences}
        read.faults += [Fault(FILE, part, "nothing is told of it") for part in get_args(Part) if part not in told]
    read.faults += [
        Fault(FILE, f"{row.part}: {row.text[:30]}…", "methods: told for ear, and for nothing else")
        for row in sentences
        if (row.part == "ear") != bool(row.methods)
    ]
    read.raise_faults()
    return sentences


def told(part: Part, methods: frozenset[str] | None = None) -> list[str]:
    """The sentences of one part; for the ear those for `methods`, or for all methods."""
    return [
        row.text
        for row in load_aftercare()
        if row.part == part and (methods is None or not row.methods or not methods.isdisjoint(row.methods))
    ]
