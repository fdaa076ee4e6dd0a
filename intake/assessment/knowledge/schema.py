"""The shape of the knowledge files of the assessment. Unknown keys are refused.

Each file of rules states who reviewed it; a single row can be a draft.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from clinic.lib import knowledge_files
from clinic.lib.knowledge_files import Text

Level = Literal["note", "caution", "refer", "emergency"]
Chance = Annotated[float, Field(ge=0.01, le=0.99)]
Part = Annotated[float, Field(gt=0, le=1)]
Votes = dict[str, Annotated[int, Field(ge=1, le=3)]]


class Strict(knowledge_files.Strict):
    """Strict types: a weight of "2" is refused."""

    model_config = ConfigDict(strict=True)


class Review(knowledge_files.Review, Strict):
    """Who checked the rows of a file against the sources, when, and their grade unless a row gives its own."""


class Reviewed(knowledge_files.Reviewed, Strict):
    """A row that can be a draft."""


class VersionFile(Strict):
    version: Text


class FindingGroup(Strict):
    by: Literal["P", "C", "PC"]
    label: Text
    findings: dict[str, Text]
    said: dict[str, Text] = {}
    was: dict[str, Text] = {}  # an id that is not used any more -> the finding that says it now


class Weight(Reviewed):
    common: Chance  # in the ordinary complaint, whatever the pattern
    votes: Votes = {}
    topic: Text
    said: Text | None = None  # findings with the same are one statement in several words
    source: Text
    only_if_absent: str | None = None  # counts only once this is known to be absent


class Chances(Strict):
    strong: Chance
    moderate: Chance
    weak: Chance
    against: Part


class OldInjury(Strict):
    findings: list[str]
    after_days: Annotated[int, Field(ge=1)]
    votes: Votes


class WeightsFile(Strict):
    review: Review
    said_again: Part
    unticked: Part
    unmentioned: Part
    clinician_factor: Annotated[float, Field(ge=1, le=2)]
    clinician_groups: list[str]
    never_alone: list[str]
    weightless_groups: list[str]
    weightless: list[str]
    chance: Chances
    old_injury: OldInjury
    weights: dict[str, Weight]
    topics: dict[str, Text]


class CodesWhen(Strict):
    any: list[str]
    codes: list[str]


class Pattern(Strict):
    name: Text
    role: Literal["branch", "root"]
    principle: Text
    icd11: list[str]
    icd11_when: list[CodesWhen] = []
    gate: list[str]
    gate_old_injury: list[str] = []
    within_days: Annotated[int, Field(ge=1)] | None = None  # leads only while the complaint is known to be this young
    contains: str | None = None
    against: list[str]
    look_alikes: Text


class PatternsFile(Strict):
    review: Review
    none: Chance
    min_class: Chance
    min_statements: Annotated[int, Field(ge=1)]
    min_underlying: Chance
    min_pattern: Chance
    min_findings: Annotated[int, Field(ge=1)]
    pattern: dict[str, Pattern]
    icd11_class: dict[Literal["stagnation", "deficiency", "mixed"], str]
    icd11_titles: dict[str, Text]


class ChannelRule(Reviewed):
    channel: Text
    all: list[str] = []
    any: list[str]
    weight: Annotated[int, Field(ge=1, le=9)]
    text: Text
    source: Text


class ChannelsFile(Strict):
    review: Review
    icd11: dict[str, str]
    rule: list[ChannelRule] = []


class ContradictionRule(Reviewed):
    all: list[str] = []
    any: list[str] = []  # at least one of these in addition to `all`; those present are shown
    absent: list[str] = []
    sex: Literal["female", "male", "other"] | None = None
    pregnancy_weeks: bool = False
    text: Text


class ContradictionsFile(Strict):
    review: Review
    contradiction: list[ContradictionRule]


class Flag(Reviewed):
    code: Text
    finding: Text
    group: Text
    level: Level
    reason: Text
    message: Text
    source: Text
    why: Text
    ask_if: list[str] | None = None  # asked along with a plan only if one of these holds; None: always
    answered_by: list[str] = []
    sex: Literal["female", "male"] | None = None
    private: bool = False


class FlagsFile(Strict):
    review: Review
    messages: dict[str, str]
    help: dict[str, Literal["ambulance", "hospital", "doctor", "heart", "crisis", "home", "none"]]
    lift: dict[str, Text]
    flag: list[Flag]


class FlagRule(Reviewed):
    code: Text
    group: Text
    level: Level
    all: list[str] = []
    any: list[str] = []
    also_any: list[str] = []
    not_absent: list[str] = []
    within_days: Annotated[int, Field(ge=1)] | None = None
    within_days_or_unknown: Annotated[int, Field(ge=1)] | None = None
    duration_unknown: bool = False
    age_not_over: Annotated[int, Field(ge=1)] | None = None
    pain_at_least: Annotated[int, Field(ge=1, le=10)] | None = None
    reason: Text
    message: Text
    source: Text


class Explanation(Reviewed):
    of: list[str]
    any: list[str] = []
    absent: list[str] = []
    unless: list[str] = []
    unless_another: list[str] = []
    to: Literal["caution", "note"]
    text: Text


class FlagRulesFile(Strict):
    review: Review
    sets: dict[str, list[str]]
    rule: list[FlagRule]
    explanation: list[Explanation]


class Passing(Reviewed):
    """A condition that passes with time: here the patient's newer "no" outweighs an older "yes" of the staff."""

    finding: Text
    text: Text
    source: Text


class PassingFile(Strict):
    review: Review
    passing: list[Passing]
