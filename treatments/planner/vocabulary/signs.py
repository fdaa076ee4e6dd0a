"""Which findings indicate heat, cold and stress, and which places are reached from the front or from behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Review, Reviewed, Strict, Text, nearest
from treatments.planner.vocabulary.facts import sites

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
FILE = "signs.toml"
Words = Annotated[tuple[Text, ...], Field(min_length=1)]
SIGNS = ("empty_heat", "cold", "stress")


class SignRow(Reviewed):
    """Any one of these makes `sign:<id>` hold."""

    id: Literal["empty_heat", "cold", "stress"]
    any: Words
    source: Text


class HeatRow(Reviewed):
    """One sign of full heat. `alone`: it is enough. `outweighed_by`: if one of these holds, it is only a doubt."""

    id: Text
    any: Words
    alone: bool = False
    outweighed_by: tuple[Text, ...] = ()
    source: Text


class FaceRow(Reviewed):
    """Places that are reached from one face of the body."""

    id: Literal["front", "back"]
    sites: Words
    source: Text


class AnswersRow(Reviewed):
    """Answers that a computed fact rests on, those that say most first: a reason that names the fact quotes them."""

    facts: Words
    any: Words
    source: Text

    @property
    def id(self) -> str:
        return self.facts[0]


class Course(Strict):
    """When the second protocol is due, and when pain counts as eased: at most `eased_share` of that at the start; where
    that is not known, at most `eased_at_most`."""

    second_from: Annotated[int, Field(ge=2)]
    eased_share: Annotated[float, Field(gt=0, lt=1)]
    eased_at_most: Annotated[int, Field(ge=0, le=10)]
    more: Text  # why the second visit differs from the first
    back: Text  # why one between differs from the one before it
    source: Text

    def is_second(self, visit: int) -> bool:
        return visit >= self.second_from and (visit - self.second_from) % 2 == 0

    def eased_to(self, at_start: int | None) -> int | None:
        """The most pain that counts as eased; None where there was none."""
        if at_start is None:
            return self.eased_at_most
        return int(at_start * self.eased_share) if at_start else None


class Limits(Strict):
    """Where a number of the picture becomes a fact: see the file."""

    severe_from: Annotated[int, Field(ge=1, le=10)]
    heat_voices: Annotated[int, Field(ge=1)]
    fertile_ages: tuple[int, int]
    source: Text


class SignsFile(Strict):
    review: Review
    course: Course
    limits: Limits
    sign: tuple[SignRow, ...]
    heat: tuple[HeatRow, ...]
    face: tuple[FaceRow, ...]
    answers: tuple[AnswersRow, ...]


Row = TypeVar("Row", SignRow, FaceRow)


@dataclass(frozen=True, slots=True)
class Voice:
    any: frozenset[str]
    alone: bool
    outweighed_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Signs:
    """The file, ready to match."""

    rows: tuple[SignRow | HeatRow | FaceRow | AnswersRow, ...]
    signs: Mapping[str, frozenset[str]]
    heat: tuple[Voice, ...]
    answers: Mapping[str, tuple[str, ...]]  # fact -> findings
    course: Course
    limits: Limits
    front: frozenset[str]
    back: frozenset[str]

    def words(self) -> frozenset[str]:
        """Every finding and fact named in the file."""
        named = (
            row.any + getattr(row, "outweighed_by", ()) + getattr(row, "facts", ())
            for row in self.rows
            if not isinstance(row, FaceRow)
        )
        return frozenset(word for words in named for word in words)


@lru_cache(maxsize=4)
def load_signs(folder: Path = FOLDER) -> Signs:
    """Read once; drafts have no effect. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, SignsFile)
    read.raise_faults()
    assert file
    signs, faces = _live(file.sign), _live(file.face)
    read.faults += [Fault(FILE, f"sign[{one}]", "missing") for one in SIGNS if one not in signs]
    read.faults += [Fault(FILE, f"face[{one}]", "missing") for one in ("front", "back") if one not in faces]
    read.faults += [
        Fault(FILE, f"face[{face.id}]", f"no site named {site}{nearest(site, sites())}")
        for face in file.face
        for site in face.sites
        if site not in sites()
    ]
    read.raise_faults()
    return Signs(
        rows=(*file.sign, *file.heat, *file.face, *file.answers),
        signs={row.id: frozenset(row.any) for row in signs.values()},
        heat=tuple(
            Voice(frozenset(row.any), row.alone, frozenset(row.outweighed_by))
            for row in file.heat
            if row.status == "reviewed"
        ),
        answers=_answers(file),
        course=file.course,
        limits=file.limits,
        front=frozenset(faces["front"].sites),
        back=frozenset(faces["back"].sites),
    )


def _answers(file: SignsFile) -> dict[str, tuple[str, ...]]:
    found = {f"sign:{row.id}": row.any for row in file.sign if row.status == "reviewed"}
    heat = [finding for row in file.heat if row.status == "reviewed" for finding in row.any]
    found |= dict.fromkeys(("sign:heat", "sign:heat_unclear"), tuple(heat))
    return found | {fact: row.any for row in file.answers if row.status == "reviewed" for fact in row.facts}


def _live(rows: tuple[Row, ...]) -> dict[str, Row]:
    return {row.id: row for row in rows if row.status == "reviewed"}
