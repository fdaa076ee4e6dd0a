"""Knowledge tables of how treatment is given: budget, needles, technique, current, dose; and all knowledge together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.complaints import Complaint
from clinic.lib.knowledge_files import Reviewed, Strict, Text
from treatments.planner.knowledge.besides import AdjunctRule, EarMethod, EarPoint, EarRule, EarUse, HomeRule
from treatments.planner.knowledge.numbers import Number, NumberId
from treatments.planner.knowledge.tables import (
    Contraindication,
    Minutes,
    Neutral,
    Point,
    PointRule,
    Rule,
    Serves,
    Site,
)
from treatments.planner.vocabulary.body import Limb, Position
from treatments.planner.vocabulary.modalities import Angle, Deqi
from treatments.planner.vocabulary.modalities import Technique as TechniqueId

Job = Serves | Literal["pair"]


class PatientProfile(Rule):
    """A kind of patient: how many needles, how long, how strong. Of several that match, the lowest counts."""

    first: Annotated[int, Field(ge=1, le=20)]
    later: Annotated[int, Field(ge=1, le=20)]
    retention: tuple[Minutes, Minutes]
    deqi_local: Deqi
    deqi_root: Deqi
    turn_cost: float


class Worth(Rule):
    """What each job of a plan is worth to this patient: needles go where they earn most (see proposing/compose.py).

    `pair`: a pair of needles that may carry the current. The first match counts.
    """

    worth: dict[Job, Annotated[float, Field(ge=0, le=100)]]
    turn_cost: float | None = None  # instead of that of the class


class Style(Reviewed):
    """Another way to put a plan together for the same patient, to be looked at beside the usual one: what each job is
    worth is multiplied. `fewest`: no more needles than it takes to serve what the usual number serves."""

    id: Text
    name: Text
    text: Text
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    times: dict[Job, Annotated[float, Field(gt=0, le=3)]] = Field(default_factory=dict)
    turn_cost: float | None = None
    fewest: bool = False


class Protocol(Rule):
    """How a later visit differs from the first: what each job is worth is multiplied; `turns` begins with the other
    face of the body, `turn_cost` in place of the usual one. All that match count."""

    name: Text
    times: dict[Job, Annotated[float, Field(gt=0, le=4)]] = Field(default_factory=dict)
    turns: bool = False
    turn_cost: float | None = None


class Retention(Rule):
    """How long the needles stay in for one goal, in all stages together; the kinds of patient cap it. The first match
    counts."""

    minutes: Minutes


class Technique(Rule):
    """Technique of the points that serve `serves`. The first match counts."""

    serves: tuple[Serves, ...]
    technique: TechniqueId


class Sensation(Rule):
    """How strongly the points that serve `serves` are felt, by phase and goal; the kinds of patient may only make it
    milder. The first match counts."""

    serves: tuple[Serves, ...]
    deqi: Deqi


class Gentle(Rule):
    """Whoever this holds for: what phase and goal would reduce is worked evenly."""


class NeedleSize(Rule):
    """Needle by region: usual and for thin, frail or needle-shy patients."""

    regions: tuple[str, ...]
    diameter_mm: float
    length_mm: int
    fine_diameter_mm: float
    fine_length_mm: int


class Stock(Reviewed):
    """The needles there are; `spare_mm`: how much longer than the depth. Diameter and length where no size is named."""

    lengths_mm: Annotated[tuple[int, ...], Field(min_length=1)]
    spare_mm: Annotated[int, Field(ge=1)]
    diameter_mm: float
    length_mm: int
    source: Text


class DepthRule(Rule):
    """Lowers the cap: `factor` of it, on the thorax only if stated; `transverse` lays the needle flat."""

    factor: Annotated[float, Field(gt=0, le=1)]
    on: Literal["all", "thorax", "abdomen"]
    transverse: bool = False


class AshiRegion(Reviewed):
    """Limits of a tender point by the region it lies in; the upper depth is its cap."""

    region: Text
    positions: Annotated[tuple[Position, ...], Field(min_length=1)]
    depth_mm: tuple[int, int]
    angle: Angle


class ByHand(Reviewed):
    """Defaults of a point added by hand, where a tender point has no row of its own; and of a whole plan by hand."""

    technique: Literal["reinforcing", "reducing", "even"]
    deqi: Deqi
    tender_depth_mm: tuple[int, int]
    tender_angle: Literal["perpendicular", "oblique", "transverse"]
    retention_min: Minutes
    per_week: Annotated[int, Field(ge=1, le=3)]
    weeks: Annotated[int, Field(ge=1, le=12)]
    review_at: Annotated[tuple[int, ...], Field(min_length=1)]
    source: Text


class ElectroGoal(Rule):
    """Current for one goal. The first match counts; `max_pairs` 0 proposes none."""

    frequency_hz: Text
    wave: Text
    felt_strength: Text
    minutes: Minutes
    max_pairs: Annotated[int, Field(ge=0, le=2)]
    pairs: Literal["any", "local", "limb"] = "any"
    from_visit: Annotated[int, Field(ge=1)]


class ElectroPair(Rule):
    """Two points that may be joined on one side. `level_a`, `level_b` name the EX-B2 level."""

    a: Text
    b: Text
    level_a: str = ""
    level_b: str = ""
    reach: Literal["local", "leg", "limb"]
    rank: int


class NoElectroRule(Rule):
    """No current although the goal calls for it; `because` is the fact or finding shown."""

    because: Text


class PhaseAt(Strict):
    """Visits a week for a number of weeks."""

    per_week: Annotated[int, Field(ge=1, le=3)]
    weeks: Annotated[int, Field(ge=1, le=12)]


class DoseRule(Rule):
    """A course, by phase and goal. The first match counts."""

    phases: Annotated[tuple[PhaseAt, ...], Field(min_length=1)]
    review_at: Annotated[tuple[int, ...], Field(min_length=1)]


class Sparing(Rule):
    """What a constitution makes of the course that phase and goal ask for: no more than `most_per_week`; what is left
    out comes later, for `most_weeks` at most. The first match counts."""

    most_per_week: Annotated[int, Field(ge=1, le=3)]
    most_weeks: Annotated[int, Field(ge=1, le=12)]
    review_at: Annotated[tuple[int, ...], Field(min_length=1)]


class Principle(Reviewed):
    """Treatment principle of one pattern, as branch or root."""

    pattern: Text
    text: Text
    sources: tuple[str, ...]


class Source(Strict):
    """Where a fact comes from and how it was read."""

    key: Text
    title: Text
    read: Text


class OwnLimit(Reviewed):
    """How far a clinic's own points may go in one region of the body; a region without a row allows none."""

    region: Text
    limb: Limb
    cap_mm: Annotated[int, Field(ge=1, le=20)]
    from_mm: Annotated[int, Field(ge=1)]
    positions: Annotated[tuple[Position, ...], Field(min_length=1)]
    risks: tuple[Text, ...]
    moxa: Literal["yes", "no"]
    source: Text


LimitId = Literal[
    "current_least_min", "stages", "needles", "long_retention_min", "gentle_needles",
    "current_min", "current_pairs", "strong_current",
    "cupping_min", "cupping_gentle_min", "guasha_min", "guasha_gentle_min", "moxa_heat_min", "moxa_heat_gentle_min",
    "ear_keep_days", "chronic_visits", "visits_per_week",
]  # fmt: skip


class Limit(Reviewed):
    """A limit that a finished plan is checked against. A draft counts too: it only tightens."""

    id: LimitId
    value: Annotated[int, Field(ge=1)]
    text: Text
    source: Text


@dataclass(frozen=True, eq=False)  # compared by identity, however alike: caches are keyed by the object
class PlannerKnowledge:
    """Everything the planner knows, checked and cross-referenced; `points` maps a code to its point."""

    version: str
    complaint: Complaint
    sources: Mapping[str, Source]
    sites: Mapping[str, Site]
    rules: tuple[PointRule, ...]
    persons: tuple[PatientProfile, ...]
    worths: tuple[Worth, ...]
    styles: Mapping[str, Style]
    protocols: tuple[Protocol, ...]
    retentions: tuple[Retention, ...]
    techniques: tuple[Technique, ...]
    sensations: tuple[Sensation, ...]
    gentle: tuple[Gentle, ...]
    needles: tuple[NeedleSize, ...]
    stock: Stock
    depths: tuple[DepthRule, ...]
    ashi: Mapping[str, AshiRegion]
    by_hand: ByHand
    goals: tuple[ElectroGoal, ...]
    pairs: tuple[ElectroPair, ...]
    exclusions: tuple[NoElectroRule, ...]
    adjuncts: tuple[AdjunctRule, ...]
    ear_rules: tuple[EarRule, ...]
    ear_uses: tuple[EarUse, ...]
    ear_methods: Mapping[str, EarMethod]
    ear_points: Mapping[str, EarPoint]
    home: tuple[HomeRule, ...]
    doses: tuple[DoseRule, ...]
    sparings: tuple[Sparing, ...]
    principles: Mapping[str, Principle]
    contraindications: tuple[Contraindication, ...]
    neutral: tuple[Neutral, ...]
    limits: Mapping[LimitId, Limit]
    numbers: Mapping[NumberId, Number]
    points: Mapping[str, Point]
    own_limits: Mapping[str, OwnLimit]
    draft_rules: tuple[Rule, ...] = ()  # read and shown, inert
    switched_off: tuple[Rule, ...] = ()  # by the clinic's file
    silent: frozenset[str] = frozenset()  # switched off, but keeping their place: the next heaviest does not step in

    @property
    def drafts(self) -> tuple[str, ...]:
        """The ids of the drafts."""
        return tuple(rule.id for rule in self.draft_rules)

    def every_rule(self) -> tuple[Rule, ...]:
        """All tables that are rules, in the order the planner uses them."""
        return (
            *self.rules, *self.persons, *self.worths, *self.protocols, *self.retentions, *self.techniques,
            *self.sensations, *self.gentle,
            *self.needles, *self.depths, *self.goals, *self.pairs,
            *self.exclusions, *self.adjuncts, *self.ear_rules, *self.ear_uses, *self.home, *self.doses, *self.sparings,
        )  # fmt: skip
