"""The registry of measures: a file in ``knowledge/instruments`` is all the program needs to know about one.

Its items and licence; its range; which change matters; whether it decides about the course; how it is asked at a
review and whether it has a curve. Forms, tables, curves and the rules of re-evaluation read it from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Strict, Text, nearest

FOLDER = Path(__file__).resolve().parents[1] / "knowledge"
Number = int | float  # whole numbers stay as they are written
MeasureId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=12)]
Decides = Literal["pain", "function", "other", "word", "screen", ""]


class Change(Strict):
    """Which change matters, in points of the scale in the good direction unless stated otherwise.

    ``percent_from``: the lowest first value at which 30 percent counts; without it there is no such rule. ``worse``:
    points in the wrong direction. ``recovered``: at or below.
    """

    points: float | None = None
    percent_from: float | None = None
    worse: float | None = None
    recovered: float | None = None


class Word(Strict):
    """The one question about the overall change: the name of each answer, and what it means for the course."""

    called: Annotated[tuple[Text, ...], Field(min_length=2)]
    responder_to: int
    agrees_to: int  # up to here the patient feels better at all
    worse_from: int


class AtReview(Strict):
    """How it is asked at a review. ``statements``: ticked one by one, or the total typed; ``rows``: one number each."""

    ask: Literal["number", "statements", "choice", "rows"]
    label: Text


class Translation(Strict):
    """Whose words a measure has in another language, and under which licence."""

    translator: Text
    version: Text  # of the country or region it was made for
    source: Text
    source_url: str
    checked_on: str
    licence: Text
    credit_line: str = ""


class InstrumentFile(Strict):
    """One measure, with its licence.

    In another language: whose ``translation`` it is, or why it is ``left_out`` there.
    """

    id: MeasureId
    name: Text
    short: Text  # in tables, sentences and next to curves
    order: int  # its place in tables and forms
    items: tuple[str, ...]
    rows: int = 0  # how many items it has, if they are not printed here or are the patient's own
    answers: tuple[Text, ...] = ()
    answers_from: int = 0
    scoring: Literal["ticked", "sum", "mean"]
    needs_every_item: bool = True
    minimum: Number = 0
    maximum: Number
    whole: bool = True
    higher_is_better: bool = False

    change: Change = Change()
    change_that_matters: str  # in words, for the reader of the file
    positive_from: float | None = None  # a short screen: from here on it calls for a talk
    word: Word | None = None
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    confidence: Text

    decides: Decides = ""  # its role in the rules of re-evaluation
    rank: int = 1  # the first of its kind that can be judged decides
    review: AtReview | None = None
    curve: str = ""  # heading of its curve; "" for none
    drawn_beside: str = ""  # as a thinner line on the curve of this measure, if that has values

    licence: Text
    licence_url: str
    licence_checked_on: str
    credit_line: str
    embeddable: bool
    translation: Translation | None = None
    left_out: str = ""

    @property
    def item_count(self) -> int:
        return self.rows or len(self.items)


def load_instruments(directory: Path | None = None) -> Mapping[str, InstrumentFile]:
    """All measures by id, in the order of tables and forms, read once. Raises KnowledgeError."""
    return _load(directory or FOLDER)


def measures_that(decides: Decides) -> tuple[InstrumentFile, ...]:
    """The measures for pain, for function and so on, the leading one first."""
    found = (measure for measure in load_instruments().values() if measure.decides == decides)
    return tuple(sorted(found, key=lambda measure: measure.rank))


def calls_for_a_talk(screen: str, score: float | None) -> bool:
    """Whether a short screen (PHQ-2, GAD-2) reaches its limit; one that nobody filled in does not."""
    limit = load_instruments()[screen].positive_from
    assert limit is not None, f"{screen} is a screen"
    return score is not None and score >= limit


@lru_cache(maxsize=8)
def _load(directory: Path) -> Mapping[str, InstrumentFile]:
    read = Reader(directory)
    found = read_instruments(read)
    read.raise_faults()
    return found


def read_instruments(read: Reader) -> Mapping[str, InstrumentFile]:
    """The instruments in the reader's folder; the reader keeps the faults."""
    names = sorted(f"instruments/{path.name}" for path in (read.folder / "instruments").glob("*.toml"))
    files = {name: read.whole(name, InstrumentFile) for name in names}
    sound = {name: file for name, file in files.items() if file is not None}
    for name, file in sound.items():
        read.faults += _faults(name, file, sound)
    return MappingProxyType({file.id: file for file in sorted(sound.values(), key=lambda file: file.order)})


def _faults(name: str, file: InstrumentFile, every: Mapping[str, InstrumentFile]) -> Iterator[Fault]:
    ids = [other.id for other in every.values()]
    if name != f"instruments/{file.id}.toml":
        yield Fault(name, "id", f"{file.id!r} must be the name of the file")
    if [other.order for other in every.values()].count(file.order) > 1:
        yield Fault(name, "order", f"{file.order} is taken by another measure")
    if file.minimum >= file.maximum:
        yield Fault(name, "minimum", "must be below maximum")
    if file.drawn_beside and file.drawn_beside not in ids:
        yield Fault(name, "drawn_beside", f"no measure named {file.drawn_beside}{nearest(file.drawn_beside, ids)}")
    if (file.decides == "word") != (file.word is not None):
        yield Fault(name, "word", 'needed where decides = "word", and nowhere else')
    if (file.decides == "screen") != (file.positive_from is not None):
        yield Fault(name, "positive_from", 'needed where decides = "screen", and nowhere else')
    if file.word is not None and len(file.word.called) != file.maximum - file.minimum + 1:
        yield Fault(name, "word.called", "one for each step from minimum to maximum")
    if file.higher_is_better and file.change.recovered is not None:
        yield Fault(name, "change.recovered", "is told only of scales on which lower is better")
    ask = file.review.ask if file.review else ""
    if ask == "statements" and (file.scoring != "ticked" or len(file.items) != file.maximum):
        yield Fault(name, "review.ask", 'statements need scoring = "ticked" and one item for each point')
    if ask == "choice" and (file.answers_from, len(file.answers)) != (file.minimum, file.maximum - file.minimum + 1):
        yield Fault(name, "review.ask", "a choice needs one answer for each step from minimum to maximum")
    if ask == "rows" and (file.scoring != "mean" or not file.item_count):
        yield Fault(name, "review.ask", 'rows need scoring = "mean" and how many there are')
