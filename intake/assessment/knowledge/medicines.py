"""Medicines by name: their class, what it says about a finding, and why it matters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Review, Reviewed, Strict, Text
from intake.assessment.knowledge.load import DIRECTORY, load_intake_knowledge

FILE = "medicines.toml"


class MedicineClass(Reviewed):
    """``finding``: the condition it stands for, if any. ``names``: generic name -> brands and spellings."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    name: Text
    finding: str = ""
    strength: Literal["", "states", "asks"] = ""
    why: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    names: Annotated[dict[str, list[str]], Field(min_length=1)]


class MedicinesFile(Strict):
    review: Review
    class_: Annotated[tuple[MedicineClass, ...], Field(alias="class", min_length=1)]


@dataclass(frozen=True, slots=True)
class Medicine:
    """One name as written on a box or in a list."""

    name: str
    generic: str
    of: MedicineClass


@lru_cache(maxsize=4)
def load_medicines(directory: Path | None = None) -> Mapping[str, Medicine]:
    """Every name in small letters -> its medicine, in file order. Raises KnowledgeError."""
    folder = directory or DIRECTORY
    read = Reader(folder)
    file = read.whole(FILE, MedicinesFile)
    found: dict[str, Medicine] = {}
    known = load_intake_knowledge(folder).labels
    for row in file.class_ if file else ():
        if bool(row.finding) != bool(row.strength):
            read.faults.append(Fault(FILE, row.id, "a finding and its strength go together"))
        if row.finding and (row.finding not in known or not row.finding.startswith("condition.")):
            read.faults.append(Fault(FILE, row.id, f"no such condition: {row.finding}"))
        for generic, brands in row.names.items() if row.status == "reviewed" else ():
            for name in (generic, *brands):
                if name.casefold() in found:
                    read.faults.append(Fault(FILE, row.id, f"{name} appears twice"))
                found[name.casefold()] = Medicine(name, generic, row)
    read.raise_faults()
    return MappingProxyType(found)


def find_medicine(words: str) -> Medicine | None:
    """The medicine that these words name, whole or with a dose behind: ``Eliquis 5 mg``."""
    named = load_medicines()
    words = " ".join(words.casefold().split())
    if words in named:
        return named[words]
    starts = [name for name in named if words.startswith(f"{name} ")]
    return named[max(starts, key=len)] if starts else None


_BETWEEN = re.compile(r"[\n,;、，；]|(?<!\d)\.(?!\d)|\band\b|\by\b")


def entries_in(text: str) -> list[str]:
    """What a list of medicines or allergies names, each as written: one a line, or with commas between."""
    return [entry for piece in _BETWEEN.split(text) if (entry := piece.strip(" \t-•*"))]


def medicines_in(text: str) -> list[Medicine]:
    """The medicines that such a list names."""
    return [medicine for entry in entries_in(text) if (medicine := find_medicine(entry)) is not None]
