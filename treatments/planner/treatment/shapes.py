"""A treatment as JSON: what the planner returns, a plan keeps in its column, and the forms change.

`as_json()` of items.py makes it, parse.py reads one made by hand. What is NotRequired is missing from some plans: it
was added later, or is only there when it says something. Names ending in Fields hold what is edited.
Lengths are millimetres, times are minutes, frequencies hertz.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict, final

from intake.assessment.shapes import AlertJson, AssessmentJson


@final
class ReasonJson(TypedDict):
    """`said`: findings that `text` quotes, for paper on which the patient is "you"."""

    rule: str
    text: str
    sources: list[str]
    said: NotRequired[list[str]]


@final
class NeedleJson(TypedDict):
    diameter_mm: float
    length_mm: int


@final
class PointRefJson(TypedDict):
    """A point named by an adjunct or by home care."""

    code: str
    side: NotRequired[str]


@final
class EarPointJson(TypedDict):
    code: str
    name: str


class PointFields(TypedDict):
    side: str
    role: str
    technique: str
    angle: str
    deqi: str
    levels: list[str]
    needle: NeedleJson
    depth_mm: list[int]
    where: NotRequired[str]


@final
class PointJson(PointFields):
    code: str
    name: str
    because: list[ReasonJson]
    cautions: list[str]
    needles: NotRequired[int]
    with_movement: NotRequired[bool]


class ElectroFields(TypedDict):
    leads: list[list[str]]
    side: str
    frequency_hz: str
    wave: str
    felt_strength: str
    minutes: int
    from_visit: NotRequired[int]


@final
class ElectroJson(ElectroFields):
    because: list[ReasonJson]
    lead_levels: NotRequired[list[list[str]]]
    cautions: NotRequired[list[str]]


class StageFields(TypedDict):
    position: str
    side_up: str | None
    retention_min: int


@final
class StageJson(StageFields):
    points: list[PointJson]
    electro: list[ElectroJson]
    needles: NotRequired[int]


class AdjunctFields(TypedDict):
    kind: str
    detail: str
    where: str
    minutes: int
    from_visit: NotRequired[int]


@final
class AdjunctJson(AdjunctFields):
    points: list[PointRefJson]
    because: list[ReasonJson]
    size: NotRequired[str]
    order: NotRequired[str]
    cautions: NotRequired[list[str]]


class EarFields(TypedDict):
    method: str
    side: str
    points: list[EarPointJson]
    keep_days: NotRequired[int]


@final
class EarJson(EarFields):
    because: list[ReasonJson]
    detail: NotRequired[str]
    cautions: NotRequired[list[str]]


class HomeCareFields(TypedDict):
    kind: str
    text: str


@final
class HomeCareJson(HomeCareFields):
    points: list[PointRefJson]
    because: list[ReasonJson]
    cautions: NotRequired[list[str]]


@final
class PhaseJson(TypedDict):
    per_week: int
    weeks: int


class DoseFields(TypedDict):
    phases: list[PhaseJson]
    review_at: list[int]


@final
class DoseJson(DoseFields):
    per_week: int
    weeks: int
    sessions: int
    because: list[ReasonJson]


@final
class ProtocolJson(TypedDict):
    """The stages of some later visits. Due from `from_visit` on at every `every`th; with `pain_at_most` only once the
    pain has come down to it."""

    name: str
    from_visit: int
    every: int
    stages: list[StageJson]
    because: list[ReasonJson]
    pain_at_most: NotRequired[int]


@final
class TreatmentJson(TypedDict):
    principle: str
    stages: list[StageJson]
    adjuncts: list[AdjunctJson]
    ear: list[EarJson]
    home_care: list[HomeCareJson]
    dose: DoseJson
    needles: NotRequired[int]
    cautions: NotRequired[list[str]]
    protocols: NotRequired[list[ProtocolJson]]


ListedItem = StageJson | PointJson | ElectroJson | AdjunctJson | EarJson | HomeCareJson
PlanItem = StageJson | PointJson | ElectroJson | AdjunctJson | EarJson | HomeCareJson | DoseJson
ItemFields = PointFields | ElectroFields | StageFields | AdjunctFields | EarFields | HomeCareFields | DoseFields


@final
class WithheldJson(TypedDict):
    item: str
    modality: str
    level: str
    because: str
    text: str
    source: str


@final
class QuestionJson(TypedDict):
    finding: str
    why: str


@final
class CourseStepJson(TypedDict):
    """A later visit in the course: the protocols that shape it, and the needles that came and went since the last."""

    visit: int
    protocol: list[str]
    name: str
    came: list[str]
    went: list[str]
    because: list[ReasonJson]


@final
class ProposalJson(TypedDict):
    """The contract's output."""

    case: str | None
    knowledge_version: str
    action: str
    alerts: list[AlertJson]
    assessment: AssessmentJson
    treatment: TreatmentJson | None
    withheld: list[WithheldJson]
    ask: list[QuestionJson]
    course: NotRequired[CourseStepJson]


@final
class ReviewAlertJson(TypedDict):
    """An alert of the safety review. `item`: what it is about, as a point code. `places`: where that is,
    as addresses (`stages.0.points.2`). `value`: what the rule judged; older alerts have none."""

    key: str
    code: str
    level: str
    text: str
    item: str
    places: list[str]
    because: list[str]
    source: str
    value: NotRequired[str]


@final
class OverrideJson(TypedDict):
    """The reason given for one rule, item and value; older ones have no value and are matched by their text."""

    item: str
    code: str
    text: str
    reason_code: str
    reason: str
    by: str
    at: str
    value: NotRequired[str]


@final
class MergeJson(TypedDict):
    """What a merge did, one sentence each."""

    kept: list[str]
    taken: list[str]
    conflicts: list[str]


@final
class PlanReviewJson(TypedDict, total=False):
    """`seen`: stamps of the cautions already read. `merge`: that of the last proposal, until it has been read."""

    alerts: list[ReviewAlertJson]
    action: str
    seen: list[str]
    merge: MergeJson | None


@final
class PlanEditJson(TypedDict):
    """One line of a plan's history. `changes`: what it changed, if it was more than one thing."""

    at: str
    by: str
    verb: str
    text: str
    changes: NotRequired[list[str]]
