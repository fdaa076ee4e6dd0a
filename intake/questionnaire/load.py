"""Reads ``knowledge/questionnaire.toml``, the body chart and the instruments, and names every fault with file and key.

Pure apart from reading files. Unknown keys are refused; so is an instrument that must not be embedded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clinic.lib.complaints import beside, folders
from clinic.lib.file_words import ENGLISH, TranslatedReader
from clinic.lib.knowledge_files import Reader, Table
from intake.questionnaire import schema
from intake.questionnaire.asking import check_asking
from intake.questionnaire.chart import chart_faults, drawing_of
from intake.questionnaire.checks import check
from intake.questionnaire.complaints import with_complaints
from intake.questionnaire.instruments import InstrumentFile, read_instruments
from intake.questionnaire.values import (
    ALWAYS,
    Clause,
    Count,
    Instrument,
    Option,
    Question,
    Questionnaire,
    Screen,
    SharedWords,
    When,
)

DIRECTORY = Path(__file__).resolve().parents[1] / "knowledge"
FILE = "questionnaire.toml"
PAST = "past"  # the folder of the forms asked before
# what a patient reads in these files; the rest is the same in every language
_OF_A_FORM = frozenset({"title", "section", "intro", "label", "help", "none", "low_label", "high_label", "words"})
SPOKEN = {
    "questionnaire.toml": _OF_A_FORM,
    "questions.toml": _OF_A_FORM,  # of a complaint, in its folder
    "body_chart.toml": frozenset({"label"}),
    "instruments": frozenset({"items", "answers"}),
}
MESSAGES = {"redflags.toml": frozenset({"messages"})}


def load_questionnaire(directory: Path | None = None, language: str = ENGLISH, *, version: str = "") -> Questionnaire:
    """The questionnaire of ``directory`` (the app's own when None), once for each language. Raises KnowledgeError.

    ``version``: that of a form begun earlier, which is read as it was asked, in English; "" or one unknown: today's.
    """
    folder = directory or DIRECTORY
    past = past_files(folder).get(version, "")
    return _load(folder, ENGLISH if past else language, past or FILE, folders())


@lru_cache(maxsize=8)
def past_files(directory: Path) -> Mapping[str, str]:
    """Version -> the file that reads the answers given under it; today's version has none here."""
    read = Reader(directory)
    found: dict[str, str] = {}
    for path in sorted((directory / PAST).glob("*.toml")):
        name = f"{PAST}/{path.name}"
        file = read.file(name)
        found |= dict.fromkeys((file.get("version", ""), *file.get("also_reads", ())), name)
    read.raise_faults()
    return MappingProxyType(found)


@lru_cache(maxsize=8)
def load_messages(directory: Path | None = None, language: str = ENGLISH) -> dict[str, str]:
    """What a patient reads with a red flag, by the message's id (``redflags.toml``). Raises KnowledgeError."""
    read = TranslatedReader(directory or DIRECTORY, language, MESSAGES)
    messages = dict(read.file("redflags.toml").get("messages", {}))
    read.raise_faults()
    return messages


@lru_cache(maxsize=4)
def load_chart(directory: Path | None = None, language: str = ENGLISH) -> schema.ChartFile:
    """The drawing of the body chart: its tabs and views. Raises KnowledgeError."""
    read = TranslatedReader(directory or DIRECTORY, language, SPOKEN)
    chart = read.whole("body_chart.toml", schema.ChartFile)
    read.raise_faults()
    assert chart
    return chart


@lru_cache(maxsize=8)
def _load(directory: Path, language: str, name: str, where: tuple[Path, ...]) -> Questionnaire:
    read = TranslatedReader(directory, language, SPOKEN)
    form = read.file(name)
    if name == FILE and directory == DIRECTORY:
        form = with_complaints(form, read)
    read.raise_faults()
    instruments = read_instruments(read)
    form = _without({one.id for one in instruments.values() if one.left_out}, form)
    file = read.table(name, "", schema.QuestionnaireFile, form)
    chart = read.whole("body_chart.toml", schema.ChartFile)
    files = ["findings.toml", *(read.add(label, path) for label, path in beside("findings.toml"))]
    findings = {
        f"{group}.{key}"
        for label in files
        for group, table in read.file(label).items()
        for key in table.get("findings", {})
    }
    read.raise_faults()
    assert file and chart
    drawing = drawing_of(chart, file.words)
    read.faults += chart_faults(chart, findings)
    questionnaire = Questionnaire(
        version=file.version,
        title=file.title,
        screens=tuple(_screen(s, drawing, instruments, file.words) for s in file.screen),
        counts=tuple(Count(c.id, c.needs, _clauses(c.clauses), c.at_least, c.sets) for c in file.count),
        instruments=MappingProxyType(
            {
                i.id: Instrument(
                    i.id,
                    i.name,
                    tuple(i.items),
                    i.scoring,
                    i.maximum,
                    i.higher_is_better,
                    i.credit_line,
                    i.embeddable,
                    i.needs_every_item,
                )
                for i in instruments.values()
            }
        ),
        words=SharedWords(file.words.yes, file.words.no, file.words.none),
        of_one=file.words.of_one,
        at_visit=file.words.at_visit,
    )
    read.faults += check(questionnaire, findings, name)
    if name == FILE:
        read.faults += check_asking(questionnaire, name)
    read.raise_faults()
    return questionnaire


def _without(left_out: Collection[str], form: Table) -> Table:
    """The form without the measures that may not be used in this language."""
    if not left_out:
        return form
    screens = [
        {**screen, "question": [q for q in screen.get("question", ()) if q.get("instrument") not in left_out]}
        for screen in form.get("screen", ())
    ]
    return {**form, "screen": [screen for screen in screens if screen["question"]]}


def _clauses(clauses: list[schema.Clause]) -> tuple[Clause, ...]:
    return tuple(
        Clause(c.question, c.about, c.finding, tuple(c.is_), tuple(c.is_not), c.at_least, c.at_most, c.if_unknown)
        for c in clauses
    )


def _when(shown: schema.Shown) -> When:
    if not shown.show_when and not shown.show_when_any:
        return ALWAYS
    return When(_clauses(shown.show_when), _clauses(shown.show_when_any))


def _screen(
    screen: schema.Screen,
    drawing: dict[str, Any],
    instruments: Mapping[str, InstrumentFile],
    words: schema.Words,
) -> Screen:
    return Screen(
        screen.id,
        screen.section,
        screen.title,
        screen.intro,
        tuple(_question(q, drawing, instruments.get(q.instrument), words) for q in screen.question),
        _when(screen),
        _credit(screen, instruments),
        screen.part,
        screen.each,
        tuple(screen.whole),
    )


def _credit(screen: schema.Screen, instruments: Mapping[str, InstrumentFile]) -> str:
    """The source; of a measure in another language the credit of its translation."""
    measure = instruments.get(screen.question[0].instrument)
    return (measure and measure.translation and measure.translation.credit_line) or screen.source


def _question(
    q: schema.Question, drawing: dict[str, Any], instrument: InstrumentFile | None, words: schema.Words
) -> Question:
    label = q.label
    if not label and instrument is not None and len(q.items) == 1 and 1 <= q.items[0] <= len(instrument.items):
        label = instrument.items[q.items[0] - 1]
    return Question(
        id=q.id,
        kind="one" if q.kind == "yes_no" else q.kind,
        autocomplete=q.autocomplete,
        label=label,
        help=q.help,
        required=q.required,
        options=_options(q, instrument, words),
        gives=q.gives,
        minimum=q.minimum,
        maximum=q.maximum,
        low_label=q.low_label,
        high_label=q.high_label,
        max_length=q.max_length,
        suggests=q.suggests,
        offers=tuple(words.foods.split(", ")) if q.suggests == "allergies" and words.foods else (),
        instrument=q.instrument,
        private=q.private,
        show=_when(q),
        once=q.once,
        absent=When(any_of=_clauses(q.absent_when_any)) if q.absent_when_any else None,
        **(drawing if q.kind == "chart" else {}),
    )


def _options(q: schema.Question, instrument: InstrumentFile | None, words: schema.Words) -> tuple[Option, ...]:
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
            Option("yes", words.yes, sets),
            Option("no", words.no, tuple((f, False) for f, _ in sets)),
        ]
    elif q.kind == "statements" and instrument is not None:
        options = [Option(str(n), instrument.items[n - 1], score=1) for n in q.items if n <= len(instrument.items)]
        options.append(Option("none", q.none or words.none, is_none=True))  # else: was it read?
    elif q.kind == "one" and instrument is not None and instrument.answers:
        options = [Option(str(n), text, score=n) for n, text in enumerate(instrument.answers, instrument.answers_from)]
    elif q.kind == "many":
        options.append(Option("none", q.none or words.none, is_none=True))
    if q.dont_know:
        counts_as_yes = q.dont_know == "yes"
        sets = ((q.finding, True),) if counts_as_yes and q.finding else ()
        options.append(Option("dont_know", words.dont_know, sets, leaves_open=True))
    if q.decline:
        options.append(Option("decline", words.decline, leaves_open=True))
    return tuple(options)
