"""The codes of adverse events: names, groups, usual severity, and which are always serious."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Review, Reviewed, Strict, Text
from treatments.planner.knowledge.load import FOLDER

FILE = "adverse_events.toml"


class EventKind(Reviewed):
    """One code with its usual severity."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=20)]
    name: Text
    group: Text  # heading it is offered under
    severity: Literal["mild", "moderate", "severe"]
    serious: bool = False
    source: Text


class EventsFile(Strict):
    review: Review
    event: Annotated[tuple[EventKind, ...], Field(min_length=1)]


@lru_cache(maxsize=4)
def event_kinds(folder: Path = FOLDER) -> Mapping[str, EventKind]:
    """All events by code, in file order; drafts are left out. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, EventsFile)
    kinds = file.event if file else ()
    codes = [kind.code for kind in kinds]
    read.faults += [
        Fault(FILE, f"event[{code}]", "duplicate") for code in dict.fromkeys(codes) if codes.count(code) > 1
    ]
    read.faults += [
        Fault(FILE, f"event[{kind.code}]", "serious: what is severe is serious, and what is serious is severe")
        for kind in kinds
        if kind.serious != (kind.severity == "severe")
    ]
    read.raise_faults()
    return MappingProxyType({kind.code: kind for kind in kinds if kind.status == "reviewed"})


def event_name(code: str) -> str:
    """The name of a code; the code itself if it is no longer in the file."""
    kind = event_kinds().get(code)
    return kind.name if kind else code
