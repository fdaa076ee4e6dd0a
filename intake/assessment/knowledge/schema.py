"""The shape of the knowledge files of the assessment. Unknown keys are refused.

Each file of rules states who reviewed it; a single row can be a draft.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from clinic.lib import knowledge_files
from clinic.lib.knowledge_files import Text

Level = Literal["note", "caution", "refer", "emergency"]
Points = Annotated[int, Field(ge=0, le=3)]
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


class Weight(Reviewed):
    s: Points
    d: Points
    votes: Votes
    topic: Text
    source: Text
    only_if_absent: str | None = None  # counts only once this is known to be absent


class DurationRow(Strict):
    from_: Annotated[int, Field(ge=0, alias="from")]
    s: Points
    d: Points
    votes: Votes


class OldInjury(Strict):
    findings: list[str]
    after_days: Annotated[int, Field(ge=1)]
    votes: Votes


class WeightsFile(Strict):
    review: Review
    clinician_factor: Annotated[float, Field(ge=1, le=2, multiple_of=0.5)]  # halves, so that sums stay exact
    clinician_groups: list[str]
    never_alone: list[str]
    weightless_groups: list[str]
    weightless: list[str]
    speaks_against_deficiency: dict[str, Points]
    old_injury: OldInjury
    duration: list[DurationRow]
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
    refines: str | None = None
    against: list[str]
    tie_causes: list[str]
    tie_old_injury: bool = False
    look_alikes: Text


class PatternsFile(Strict):
    review: Review
    min_axis_points: Annotated[int, Field(ge=1)]
    min_points: Annotated[int, Field(ge=1)]
    min_without_never_alone: Annotated[int, Field(ge=1)]
    min_findings: Annotated[int, Field(ge=1)]
    refine_points: Annotated[int, Field(ge=1)]
    stagnation_share: Annotated[float, Field(gt=0.5, lt=1)]
    deficiency_share: Annotated[float, Field(gt=0, lt=0.5)]
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
    rule: list[ChannelRule]


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
    required: list[str]
    required_any: list[list[str]]
    required_of: dict[str, list[str]] = {}  # finding that says what the complaint is -> required instead
    asked_at_every_visit: list[str]
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
