"""Reads ``knowledge/questionnaire.toml``, the body chart and the instruments, and names every fault with file and key.

Pure apart from reading files. Unknown keys are refused; so is an instrument that may not be embedded.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake.assessment.knowledge import KnowledgeError, KnowledgeFault
from intake.questionnaire import (
    ALWAYS,
    Clause,
    Count,
    Instrument,
    Option,
    Question,
    Questionnaire,
    Region,
    Screen,
    When,
)

DIRECTORY = Path(__file__).resolve().parent / "knowledge"
FILE = "questionnaire.toml"
_TILES = {
    "back": ("left", "right"),
    "front": ("right", "left"),
}  # the side that the viewer sees on the left, then right


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Clause(_Strict):
    question: str = ""
    about: Literal["", "age", "sex", "birth_known", "sex_known", "duration_days", "onset_age"] = ""
    finding: str = ""
    is_: list[Any] = Field(default=[], alias="is")
    is_not: list[Any] = []
    at_least: float | None = None
    at_most: float | None = None
    if_unknown: bool = False


class _Shown(_Strict):
    show_when: list[_Clause] = []
    show_when_any: list[_Clause] = []


class _Option(_Shown):
    id: str
    label: str
    finding: str = ""
    findings: dict[str, bool] = {}
    score: int | None = None
    holds_days: int | None = None
    leaves_open: bool = False


class _Question(_Shown):
    id: str
    kind: Literal[
        "yes_no", "one", "many", "statements", "chart", "scale", "number", "text", "date", "duration", "activities"
    ]
    label: str = ""
    help: str = ""
    required: bool = False
    private: bool = False
    finding: str = ""
    dont_know: Literal["", "yes", "open"] = ""
    decline: bool = False
    none: str = "None of these"
    options: list[_Option] = []
    gives: Literal[
        "", "pain_now", "pain_average", "pain_worst", "duration", "pregnancy_weeks", "date_of_birth", "sex"
    ] = ""
    minimum: int | None = None
    maximum: int | None = None
    low_label: str = ""
    high_label: str = ""
    max_length: int = Field(default=2000, ge=1, le=10_000)
    instrument: str = ""
    items: list[int] = []
    absent_when_any: list[_Clause] = []


class _Screen(_Shown):
    id: str
    section: str
    title: str
    intro: str = ""
    source: str = ""
    question: list[_Question] = Field(min_length=1)


class _Count(_Strict):
    id: str
    needs: str
    at_least: int
    sets: str
    clauses: list[_Clause]


class _QuestionnaireFile(_Strict):
    version: str
    title: str
    screen: list[_Screen] = Field(min_length=1)
    count: list[_Count] = []


class _Region(_Strict):
    id: str
    view: Literal["back", "front"]
    label: str
    path: str
    mirrored: bool = True  # drawn for the viewer's left, flipped for the right
    findings: list[str]


class _ChartFile(_Strict):
    width: int
    height: int
    outline: dict[Literal["back", "front"], str]
    region: list[_Region]


class InstrumentFile(_Strict):
    """One instrument with its licence, as ``/clinical/outcomes.md`` asks for."""

    id: str
    name: str
    items: list[str]
    scoring: Literal["ticked", "sum", "mean"]
    maximum: int
    higher_is_better: bool = False
    licence: str
    licence_url: str
    licence_checked_on: str
    credit_line: str
    embeddable: bool
    confidence: str
    change_that_matters: str
    answers: list[str] = []
    answers_from: int = 0


Model = TypeVar("Model", bound=BaseModel)


def load_questionnaire(directory: Path | None = None) -> Questionnaire:
    """The questionnaire of ``directory`` (the app's own when None), read once. Raises KnowledgeError."""
    return _load(directory or DIRECTORY)


def load_instruments(directory: Path | None = None) -> dict[str, InstrumentFile]:
    """Every instrument file by id. Raises KnowledgeError."""
    faults: list[KnowledgeFault] = []
    found = _instruments(directory or DIRECTORY, faults)
    if faults:
        raise KnowledgeError(faults)
    return found


@lru_cache(maxsize=4)
def load_chart(directory: Path | None = None) -> _ChartFile:
    """The drawing of the body chart: width, height, outlines. Raises KnowledgeError."""
    faults: list[KnowledgeFault] = []
    chart = _read(directory or DIRECTORY, "body_chart.toml", _ChartFile, faults)
    if chart is None:
        raise KnowledgeError(faults)
    return chart


@lru_cache(maxsize=4)
def _load(directory: Path) -> Questionnaire:
    faults: list[KnowledgeFault] = []
    file = _read(directory, FILE, _QuestionnaireFile, faults)
    chart = _read(directory, "body_chart.toml", _ChartFile, faults)
    instruments = _instruments(directory, faults)
    findings = _known_findings(directory, faults)
    if file is None or chart is None or faults:
        raise KnowledgeError(faults)
    regions = tuple(r for region in chart.region for r in _regions(region))
    questionnaire = Questionnaire(
        version=file.version,
        title=file.title,
        screens=tuple(_screen(s, regions, instruments) for s in file.screen),
        counts=tuple(Count(c.id, c.needs, _clauses(c.clauses), c.at_least, c.sets) for c in file.count),
        instruments=MappingProxyType(
            {
                i.id: Instrument(
                    i.id, i.name, tuple(i.items), i.scoring, i.maximum, i.higher_is_better, i.credit_line, i.embeddable
                )
                for i in instruments.values()
            }
        ),
    )
    faults += _check(questionnaire, findings)
    if faults:
        raise KnowledgeError(faults)
    return questionnaire


def _read(directory: Path, name: str, model: type[Model], faults: list[KnowledgeFault]) -> Model | None:
    try:
        return model.model_validate(tomllib.loads((directory / name).read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(KnowledgeFault(name, "file", str(error)))
    except ValidationError as error:
        for fault in error.errors():
            faults.append(KnowledgeFault(name, ".".join(str(part) for part in fault["loc"]), fault["msg"]))
    return None


def _instruments(directory: Path, faults: list[KnowledgeFault]) -> dict[str, InstrumentFile]:
    read = (_read(directory, f"instruments/{path.name}", InstrumentFile, faults) for path in _files(directory))
    return {file.id: file for file in read if file is not None}


def _files(directory: Path) -> list[Path]:
    return sorted((directory / "instruments").glob("*.toml"))


def _known_findings(directory: Path, faults: list[KnowledgeFault]) -> set[str]:
    try:
        groups = tomllib.loads((directory / "findings.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(KnowledgeFault("findings.toml", "file", str(error)))
        return set()
    return {f"{group}.{key}" for group, table in groups.items() for key in table.get("findings", {})}


def _clauses(clauses: list[_Clause]) -> tuple[Clause, ...]:
    return tuple(
        Clause(c.question, c.about, c.finding, tuple(c.is_), tuple(c.is_not), c.at_least, c.at_most, c.if_unknown)
        for c in clauses
    )


def _when(shown: _Shown) -> When:
    if not shown.show_when and not shown.show_when_any:
        return ALWAYS
    return When(_clauses(shown.show_when), _clauses(shown.show_when_any))


def _screen(screen: _Screen, regions: tuple[Region, ...], instruments: dict[str, InstrumentFile]) -> Screen:
    return Screen(
        screen.id,
        screen.section,
        screen.title,
        screen.intro,
        tuple(_question(q, regions, instruments.get(q.instrument)) for q in screen.question),
        _when(screen),
        screen.source,
    )


def _question(q: _Question, regions: tuple[Region, ...], instrument: InstrumentFile | None) -> Question:
    label = q.label
    if not label and instrument is not None and len(q.items) == 1 and 1 <= q.items[0] <= len(instrument.items):
        label = instrument.items[q.items[0] - 1]
    return Question(
        id=q.id,
        kind="one" if q.kind == "yes_no" else q.kind,
        label=label,
        help=q.help,
        required=q.required,
        options=_options(q, instrument),
        regions=regions if q.kind == "chart" else (),
        gives=q.gives,
        minimum=q.minimum,
        maximum=q.maximum,
        low_label=q.low_label,
        high_label=q.high_label,
        max_length=q.max_length,
        instrument=q.instrument,
        private=q.private,
        show=_when(q),
        absent=When(any_of=_clauses(q.absent_when_any)) if q.absent_when_any else None,
    )


def _options(q: _Question, instrument: InstrumentFile | None) -> tuple[Option, ...]:
    options = [
        Option(
            id=o.id,
            label=o.label,
            sets=((o.finding, True),) if o.finding else tuple(o.findings.items()),
            leaves_open=o.leaves_open,
            score=o.score,
            holds_days=o.holds_days,
            show=_when(o),
        )
        for o in q.options
    ]
    if q.kind == "yes_no":
        sets = ((q.finding, True),) if q.finding else ()
        options = [
            Option("yes", "Yes", sets),
            Option("no", "No", tuple((f, False) for f, _ in sets)),
        ]
    elif q.kind == "statements" and instrument is not None:
        options = [Option(str(n), instrument.items[n - 1], score=1) for n in q.items if n <= len(instrument.items)]
    elif q.kind == "one" and instrument is not None and instrument.answers:
        options = [Option(str(n), text, score=n) for n, text in enumerate(instrument.answers, instrument.answers_from)]
    elif q.kind == "many":
        options.append(Option("none", q.none, is_none=True))
    if q.dont_know:
        counts_as_yes = q.dont_know == "yes"
        sets = ((q.finding, True),) if counts_as_yes and q.finding else ()
        options.append(Option("dont_know", "I don’t know", sets, leaves_open=True))
    if q.decline:
        options.append(Option("decline", "I’d rather not say", leaves_open=True))
    return tuple(options)


def _regions(region: _Region) -> list[Region]:
    if not region.mirrored:
        return [Region(region.id, region.view, region.label, region.path, False, tuple(region.findings))]
    return [
        Region(
            f"{region.id}_{side}",
            region.view,
            f"{region.label}, {side}",
            region.path,
            place == 1,
            (*region.findings, f"side.{side}"),
        )
        for place, side in enumerate(_TILES[region.view])
    ]


def _check(questionnaire: Questionnaire, findings: set[str]) -> list[KnowledgeFault]:
    faults: list[KnowledgeFault] = []

    def fault(key: str, text: str) -> None:
        faults.append(KnowledgeFault(FILE, key, text))

    seen: set[str] = set()
    told: set[str] = set()
    screens: set[str] = set()
    for screen in questionnaire.screens:
        if screen.id in screens:
            fault(screen.id, "another screen has this id")
        screens.add(screen.id)
        before = frozenset(seen)  # a condition may look back to earlier screens only: a screen stands still
        for key, when in [(screen.id, screen.show), *_conditions(screen)]:
            for clause in when.clauses:
                if sum(map(bool, (clause.question, clause.about, clause.finding))) != 1:
                    fault(key, "a condition names one of question, about, finding")
                if clause.question and clause.question not in before:
                    fault(key, f"the condition looks at “{clause.question}”, which no earlier screen asks")
                if clause.finding and clause.finding not in told:
                    fault(key, f"the condition looks at “{clause.finding}”, which no earlier screen tells")
        for question in screen.questions:
            if question.id in seen:
                fault(question.id, "another question has this id")
            seen.add(question.id)
            for finding in question.findings:
                if finding not in findings:
                    fault(question.id, f"no such finding: “{finding}”")
            if question.kind in ("one", "many", "statements") and not question.options:
                fault(question.id, "a question to choose from needs options")
            ids = [o.id for o in question.options]
            if len(set(ids)) != len(ids):
                fault(question.id, "two options have the same id")
            if question.instrument:
                instrument = questionnaire.instruments.get(question.instrument)
                if instrument is None:
                    fault(question.id, f"no such instrument: “{question.instrument}”")
                elif not instrument.embeddable:
                    fault(question.id, f"“{question.instrument}” may not be embedded (embeddable is not true)")
        told |= {f for q in screen.questions for f in q.findings}
    for count in questionnaire.counts:
        for clause in count.clauses:
            if clause.question and clause.question not in seen:
                fault(count.id, f"no such question: “{clause.question}”")
        if count.needs not in seen:
            fault(count.id, f"no such question: “{count.needs}”")
        if count.sets not in findings:
            fault(count.id, f"no such finding: “{count.sets}”")
    return faults


def _conditions(screen: Screen) -> list[tuple[str, When]]:
    found: list[tuple[str, When]] = []
    for question in screen.questions:
        found.append((question.id, question.show))
        if question.absent is not None:
            found.append((question.id, question.absent))
        found += [(f"{question.id}.{option.id}", option.show) for option in question.options]
    return found
