"""The shape of the questionnaire's files: unknown keys are refused, optional ones have their defaults here."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Strict
from intake.questionnaire.values import Kind


class Clause(Strict):
    question: str = ""
    about: Literal["", "age", "sex", "birth_known", "sex_known", "email_known", "duration_days", "onset_age"] = ""
    finding: str = ""
    is_: list[Any] = Field(default=[], alias="is")
    is_not: list[Any] = []
    at_least: float | None = None
    at_most: float | None = None
    if_unknown: bool = False


class Shown(Strict):
    show_when: list[Clause] = []
    show_when_any: list[Clause] = []


class Option(Shown):
    id: str
    label: str
    finding: str = ""
    findings: dict[str, bool] = {}
    score: int | None = None
    holds_days: int | None = None
    leaves_open: bool = False


class Question(Shown):
    id: str
    kind: Kind | Literal["yes_no"]
    label: str = ""
    help: str = ""
    required: bool = False
    private: bool = False
    finding: str = ""
    dont_know: Literal["", "yes", "open"] = ""
    decline: bool = False
    none: str = ""  # if empty, the shared one
    options: list[Option] = []
    gives: Literal[
        "", "pain_now", "pain_average", "pain_worst", "duration", "pregnancy_weeks", "date_of_birth", "sex"
    ] = ""
    minimum: int | None = None
    maximum: int | None = None
    low_label: str = ""
    high_label: str = ""
    autocomplete: str = "off"  # what the browser may fill in
    max_length: int = Field(default=2000, ge=1, le=10_000)
    suggests: Literal["", "medicines", "allergies"] = ""  # names offered while one types
    instrument: str = ""
    items: list[int] = []
    absent_when_any: list[Clause] = []
    once: bool = False


class Screen(Shown):
    id: str
    section: str
    part: Literal[1, 2] = 1
    each: bool = False
    whole: list[int] = Field(default=[], min_length=3, max_length=3)
    title: str
    intro: str = ""
    source: str = ""
    question: list[Question] = Field(min_length=1)


class Count(Strict):
    id: str
    needs: str
    at_least: int
    sets: str
    clauses: list[Clause]


class Words(Strict):
    """Answers shared by many questions, and the sides of the body chart."""

    yes: str
    no: str
    none: str
    dont_know: str
    decline: str
    left: str
    right: str
    of_one: str = "{complaint}: {title}"  # the heading of a screen about one complaint of several
    at_visit: str = ""  # said with a complaint about which not everything is asked
    foods: str = ""  # what many are allergic to, with commas between


class QuestionnaireFile(Strict):
    version: str
    also_reads: list[str] = []  # earlier versions whose answers it reads
    title: str
    words: Words
    screen: list[Screen] = Field(min_length=1)
    count: list[Count] = []


class Tab(Strict):
    id: str
    label: str


class View(Strict):
    """One picture of the body chart. ``outline``: what its regions are clipped to; none: they are the picture."""

    id: str
    tab: str
    label: str
    sides: tuple[Literal["left", "right"], Literal["left", "right"]]
    width: int
    height: int
    outline: str = ""


class PainKind(Strict):
    id: str
    label: str
    findings: list[str] = []
    numb: bool = False  # feeling is lost or false there


class Unsettled(Strict):
    """A finding whose "no" is not known any more where numbness is marked in one of the regions."""

    finding: str
    regions: list[str] = Field(min_length=1)
    both_sides: bool = False


class Region(Strict):
    id: str
    view: str
    label: str
    path: str
    mirrored: bool = True  # drawn for the viewer's left, flipped for the right
    findings: list[str]


class ChartFile(Strict):
    tab: list[Tab]
    view: list[View]
    kind: list[PainKind]
    unsettled: list[Unsettled] = []
    region: list[Region]

    @property
    def findings(self) -> frozenset[str]:
        """All that its places tell."""
        return frozenset(finding for region in self.region for finding in region.findings)
