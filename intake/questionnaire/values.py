"""The questionnaire as values: screens, questions, conditions. Pure: no Django, clock or files.

``intake.questionnaire.answers`` interprets answers; ``intake.questionnaire.load`` loads the file.

Answers are a mapping of question id to value. The value's shape follows the question's kind:

- ``one``: option id · ``many``, ``statements``: list of option ids · ``ranked``: the same, what matters most first
- ``chart``: list of region ids, and of "region:kind" for how it feels there
- ``scale``, ``number``: int · ``text``, ``line``, ``email``: str · ``date``: "YYYY-MM-DD"
- ``duration``: ``{"number": int, "unit": "days|weeks|months|years"}``
- ``phone``: ``{"number": "+12025550123"}`` or ``{"none": option id}``
- ``person``: ``{"name": str, "phone": str, "relation": str}`` or ``{"none": option id}``
- ``activities``: list of ``{"name": str, "score": int | None}``

No value means not answered, so nothing is known. A *finding* has three values: True, False, and not in the mapping.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Answers = Mapping[str, Any]
Kind = Literal[
    "one",
    "many",
    "ranked",
    "statements",
    "chart",
    "scale",
    "number",
    "text",
    "line",
    "email",
    "date",
    "duration",
    "activities",
    "phone",
    "person",
]
DONE = "_done"  # key of the answers that lists the screens passed with Next
DAYS_IN = {"days": 1.0, "weeks": 7.0, "months": 30.44, "years": 365.25}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition on an earlier answer, on a fact about the person, or on a finding reported so far.

    Exactly one of ``question``, ``about`` and ``finding`` is set. The unknown gives ``if_unknown``.
    """

    question: str = ""
    about: str = ""  # age, sex, birth_known, sex_known, email_known, duration_days, onset_age
    finding: str = ""
    is_: tuple[Any, ...] = ()
    is_not: tuple[Any, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    if_unknown: bool = False

    def holds(self, value: Any) -> bool:
        """Whether it holds for a value; None or an empty value is unknown."""
        if value is None or value == "" or value == []:
            return self.if_unknown
        if isinstance(value, list | tuple):  # several options ticked
            return (not self.is_ or any(v in self.is_ for v in value)) and not any(v in self.is_not for v in value)
        if self.is_ and value not in self.is_:
            return False
        if self.is_not and value in self.is_not:
            return False
        if self.at_least is not None and value < self.at_least:
            return False
        return not (self.at_most is not None and value > self.at_most)


@dataclass(frozen=True, slots=True)
class When:
    """All of ``all_of`` hold, and one of ``any_of`` if there are any. Without clauses it always holds."""

    all_of: tuple[Clause, ...] = ()
    any_of: tuple[Clause, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return self.all_of + self.any_of


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. ``sets``: findings it makes present or absent. ``leaves_open``: "don't know" or similar."""

    id: str
    label: str
    sets: tuple[tuple[str, bool], ...] = ()
    leaves_open: bool = False
    is_none: bool = False  # "none of these": alone, and everything else is absent
    score: int | None = None
    holds_days: int | None = None  # what is true today may not be true next month
    show: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Region:
    """One place of the body chart. ``path`` is SVG path data in the chart's own units; ``mirrored`` flips it."""

    id: str
    view: str  # back | front
    label: str
    path: str
    mirrored: bool
    sets: tuple[str, ...]
    place: str = ""  # the id without the side


@dataclass(frozen=True, slots=True)
class PainKind:
    """How it feels at a place of the body chart. ``numb``: feeling is lost or false there."""

    id: str
    label: str
    sets: tuple[str, ...] = ()
    numb: bool = False


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A finding whose "no" is not known any more where numbness is marked, of one side or on both."""

    finding: str
    places: frozenset[str]
    both_sides: bool = False


def kind_at(region: Region, kind: PainKind) -> str:
    """What an answer of the chart holds for a kind of pain at a place."""
    return f"{region.id}:{kind.id}"


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    regions: tuple[Region, ...] = ()
    kinds: tuple[PainKind, ...] = ()  # of the body chart
    unsettles: tuple[Unsettled, ...] = ()
    gives: str = ""  # pain_now, pain_average, pain_worst, duration, pregnancy_weeks, date_of_birth, sex
    minimum: int | None = None
    maximum: int | None = None
    low_label: str = ""
    high_label: str = ""
    max_length: int = 2000
    autocomplete: str = "off"
    suggests: str = ""  # which names are offered while one types; each line is an entry
    offers: tuple[str, ...] = ()  # offered besides them
    instrument: str = ""
    private: bool = False  # never shown again on the patient's screen or on paper to take home
    show: When = ALWAYS
    absent: When | None = None  # not asked because it cannot apply: its findings are then absent
    once: bool = False  # of several complaints asked with the one that matters most: it is of the person
    options_vary: bool = field(init=False, repr=False, compare=False, default=False)  # some are not always offered
    _findings: tuple[str, ...] | None = field(init=False, repr=False, compare=False, default=None)  # once asked for

    def __post_init__(self) -> None:
        object.__setattr__(self, "options_vary", any(option.show is not ALWAYS for option in self.options))

    @property
    def findings(self) -> tuple[str, ...]:
        """All findings an answer could report, each once."""
        if self._findings is None:
            told = [f for o in self.options for f, _ in o.sets]
            told += [f for region in self.regions for f in region.sets] + [f for kind in self.kinds for f in kind.sets]
            object.__setattr__(self, "_findings", tuple(dict.fromkeys(told)))
        return self._findings or ()

    @property
    def scored_words(self) -> tuple[str, ...]:
        """The words of the answers of one sentence of an instrument; () for any other question."""
        if self.kind != "one" or any(o.score is None for o in self.options):
            return ()
        return tuple(o.label for o in self.options)

    def option(self, option_id: str) -> Option | None:
        return next((o for o in self.options if o.id == option_id), None)

    @property
    def ticks(self) -> tuple[str, ...]:
        """All that can be ticked, in the order of the form: a place of the chart, then how it feels there."""
        if self.kind != "chart":
            return tuple(o.id for o in self.options)
        return tuple(one for r in self.regions for one in (r.id, *(kind_at(r, kind) for kind in self.kinds)))

    def kinds_at(self, region: Region, ticked: Collection[str]) -> tuple[PainKind, ...]:
        """How it feels at a place that is marked."""
        return tuple(kind for kind in self.kinds if kind_at(region, kind) in ticked) if region.id in ticked else ()


@dataclass(frozen=True, slots=True)
class Screen:
    id: str
    section: str
    title: str
    intro: str
    questions: tuple[Question, ...]
    show: When = ALWAYS
    source: str = ""  # credit line or short reason, shown small
    part: int = 1  # 1: before the first needle, 2: when there is time
    each: bool = False  # asked about each complaint, in a copy of its own
    whole: tuple[int, ...] = ()  # see left_out.py
    about: str = ""  # the complaint that it asks about, in short, where a form has several


@dataclass(frozen=True, slots=True)
class Count:
    """How many statements apply; ``at_least`` of them make ``sets`` present. ``needs``: the question it depends on."""

    id: str
    needs: str
    clauses: tuple[Clause, ...]
    at_least: int
    sets: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A measure with its licence. ``scoring``: ticked (count), sum or mean (of all, or of those answered)."""

    id: str
    name: str
    items: tuple[str, ...]
    scoring: str
    maximum: float
    higher_is_better: bool
    credit_line: str
    embeddable: bool
    needs_every_item: bool = True


@dataclass(frozen=True, slots=True)
class SharedWords:
    """Answers that many questions have."""

    yes: str = "Yes"
    no: str = "No"
    none: str = "None of these"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    version: str
    title: str
    screens: tuple[Screen, ...]
    counts: tuple[Count, ...]
    instruments: Mapping[str, Instrument]
    words: SharedWords = SharedWords()
    of_one: str = ""  # how a screen about one complaint of several is headed
    at_visit: str = ""  # said with a complaint about which not everything is asked
    each: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    each_findings: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    routes: Any = field(init=False, repr=False, compare=False, default=None)  # found so far, see route.py

    def __post_init__(self) -> None:
        """The questions that are asked about each complaint, and what these can tell."""
        asked = [question for screen in self.screens if screen.each for question in screen.questions]
        object.__setattr__(self, "each", frozenset(q.id for q in asked))
        object.__setattr__(self, "each_findings", frozenset(f for q in asked for f in q.findings))

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(q for s in self.screens for q in s.questions)

    def screen(self, screen_id: str) -> Screen | None:
        return next((s for s in self.screens if s.id == screen_id), None)

    def question(self, question_id: str) -> Question | None:
        return next((q for q in self.questions if q.id == question_id), None)


@dataclass(frozen=True, slots=True)
class About:
    """What the clinic knew before the first question. ``on``: the day of answering, for ages."""

    age: int | None = None
    sex: str | None = None
    birth_known: bool = False
    sex_known: bool = False
    email_known: bool = False
    on: date | None = None


STRANGER = About()  # nothing known before the first question
ACTIVITY_LETTERS = 120


def is_too_long(question: Question, value: Any) -> bool:
    """Whether the stored text is longer than may be submitted."""
    if question.kind == "activities":
        return any(len(row.get("name", "")) > ACTIVITY_LETTERS for row in value or ())
    return question.kind in ("text", "line", "email") and len(value or "") > question.max_length


def lacks_a_name(question: Question, value: Any) -> bool:
    """Whether a number was given for an activity without a name."""
    return question.kind == "activities" and any(
        row.get("score") is not None and not row.get("name") for row in value or ()
    )


def is_answered(question: Question, value: Any) -> bool:
    """Whether the person answered: an empty list is not an answer, "none of these" is one."""
    if question.kind == "activities":
        return any(row.get("name") or row.get("score") is not None for row in value or ())
    return value is not None and value != "" and value != []
