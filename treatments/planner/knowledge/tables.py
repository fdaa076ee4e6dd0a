"""The shape of the planner's knowledge files: strict, frozen pydantic models, one for each kind of table.

Unknown keys are refused, so a misspelt key in a clinical rule cannot vanish. Lengths are millimetres, times
minutes. Rules carry an id, a plain reason, sources (keys of sources.toml), status and evidence grade; drafts are
read and inert.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Reviewed, Strict, Text
from treatments.planner.vocabulary.body import Area, Limb, Position, Region
from treatments.planner.vocabulary.modalities import Angle, Modality, Technique
from treatments.planner.vocabulary.severity import OF_CELL, Cell, Severity

Serves = Literal["local", "segmental", "distal", "branch", "root", "calm", "cause", "ashi"]
SideRule = Literal["painful", "both", "opposite", "one", "midline"]
Minutes = Annotated[int, Field(ge=1, le=60)]


class When(Strict):
    """Facts that must hold: every one of `all`, at least one of `any`, none of `none`. An empty one always holds."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def facts(self) -> tuple[str, ...]:
        return self.all + self.any + self.none


class Rule(Reviewed):
    """What every rule says about itself. A draft rule is read and inert.

    A draft among the rows that limit (contraindications, caps), which are not rules, still counts: what is not
    reviewed yet never loosens a plan.
    """

    id: Text
    when: When = When()
    text: Text
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    quotes: tuple[str, ...] = ()  # facts whose answers the reason quotes before those behind `when`


class Choice(Strict):
    """One candidate point of a rule. Higher weight is chosen first; `side` overrides the rule's."""

    code: Text
    weight: Annotated[float, Field(gt=0, le=100)]
    text: str = ""
    side: SideRule | None = None
    levels: tuple[str, ...] = ()
    technique: Technique | None = None


class PointRule(Rule):
    """Facts -> candidate points that serve one purpose.

    `owed`: so many of them are a debt of their own (the signature of a pattern, a cause, a place or a channel), which
    counts on top of what they serve; once paid, the others of the rule are points like any other.
    """

    serves: Serves
    owed: Annotated[int, Field(ge=0, le=2)] = 0
    side: SideRule = "painful"
    points: Annotated[tuple[Choice, ...], Field(min_length=1)]
    with_movement: bool = False
    position: Position | None = None


class Site(Reviewed):
    """A place that hurts: the positions to treat it in, where cups and lamp go, the spinal levels."""

    id: Text
    name: Text
    plain: Text
    positions: Annotated[tuple[Position, ...], Field(min_length=1)]
    levels: tuple[str, ...]
    region: Text
    regions: tuple[str, ...]
    ashi: Annotated[tuple[str, ...], Field(min_length=1)]
    rank: int
    ear: tuple[str, ...] = ()
    cups: str = ""
    warm: str = ""
    one_sided: bool = False


class Point(Reviewed):
    """A body point; see the POINTS table in the docs. Depths in mm; `cap_mm` is never exceeded."""

    code: Text
    name: Text
    pinyin: Text
    hanzi: Text
    hanzi_traditional: Text
    english: Text
    aliases: tuple[str, ...]
    channel: Literal[
        "bladder", "gallbladder", "governor_vessel", "belt_vessel", "small_intestine", "kidney", "liver",
        "stomach", "spleen", "lung", "large_intestine", "heart", "pericardium", "triple_energizer", "conception_vessel",
        "yang_heel_vessel", "extra",
    ]  # fmt: skip
    region: Region
    limb: Limb
    sides: Literal["bilateral", "midline"]
    location: Text
    level: str = ""
    depth_cun: tuple[float, float]
    depth_mm: tuple[int, int]
    cap_mm: int
    angle: Angle
    angle_note: str
    positions: tuple[Position, ...]
    electro: Literal["yes", "override", "no"]
    pregnancy: Literal["ok", "override", "forbid", "forbid_t1"]
    moxa: Literal["yes", "no"]
    risks: tuple[
        Literal[
            "pneumothorax", "kidney", "spinal_cord", "peritoneum", "nerve", "vessel", "eye", "fontanelle",
            "heart", "bladder", "bowel",
        ],
        ...,
    ]  # fmt: skip
    risk_note: str
    classes: tuple[str, ...]
    uses: Text
    technique: str
    caution: str
    use: Literal["plan", "manual", "never"]
    depth_of_data: Literal["deep", "basic"]
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    confidence: Literal["READ", "KNOWN", "UNSURE", "DESIGN"]
    pregnancy_caution: str = ""  # said where pregnancy is possible
    thoracic_caution: str = ""  # said at a thoracic level
    thoracic_cap_mm: int | None = None
    lumbar_cap_mm: int | None = None
    thoracic_depth_mm: tuple[int, int] | None = None
    lumbar_depth_mm: tuple[int, int] | None = None

    def limits_at(self, *, thoracic: bool) -> tuple[tuple[int, int], int]:
        """The usual depth and the cap: EX-B2 has others beside the ribs than below them."""
        if thoracic:
            return self.thoracic_depth_mm or self.depth_mm, self.thoracic_cap_mm or self.cap_mm
        return self.lumbar_depth_mm or self.depth_mm, self.lumbar_cap_mm or self.cap_mm

    @property
    def cautions(self) -> tuple[str, ...]:
        """Everything to mind at this point, whoever the patient is."""
        return tuple(filter(None, (self.caution, self.thoracic_caution, self.pregnancy_caution)))

    @property
    def shown_name(self) -> str:
        """Pinyin and characters, as a practitioner writes it: `Dachangshu 大肠俞`; an own point may have one name."""
        return self.name if self.hanzi == self.name else f"{self.name} {self.hanzi}"


class Gate(Strict):
    """What stays out while this is unknown, and how it is asked; the row forbids `modalities`."""

    modalities: tuple[Modality, ...]
    ask: Text
    why: Text
    rank: int
    when: When = When()
    ruled_out_by: tuple[str, ...] = ()  # findings whose absence answers the question: never had cancer, so not now


class Neutral(Reviewed):
    """A condition that affects no modality, and why that is right."""

    finding: Text
    text: Text
    source: Text


class Shallow(Strict):
    """Where a needle may be shallow instead of gone: the row's word on deep needles holds for those deeper than `mm`.
    `source` is a key of its own, since it carries a needle that the row would keep out."""

    mm: Annotated[int, Field(ge=5, le=15)]
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    text: Text
    source: Text


class Contraindication(Reviewed):
    """One row of the safety table: facts -> level for each of the ten modalities."""

    id: Text
    name: Text
    findings: tuple[str, ...]  # the row holds if any of these is present; the first is asked
    when: When = When()  # facts besides the findings, for rows by age or week of pregnancy
    scope: Literal["whole", "thorax", "neck", "field", "left_leg", "right_leg", "left_arm", "right_arm", "arms"]
    alert: Literal["caution", "note", "none"]
    text: Text
    source: Text
    confidence: Text
    needle: Cell
    deep_trunk: Cell
    ea: Cell
    tacks: Cell
    seeds: Cell
    magnets: Cell
    cupping: Cell
    guasha: Cell
    moxa_heat: Cell
    acupressure: Cell
    only_at: dict[Modality, Area] = {}  # the cell's level counts there alone; elsewhere it is a caution
    spares: tuple[str, ...] = ()  # kinds of adjunct and home care that the row says nothing about: a lamp has no smoke
    gate: Gate | None = None
    shallow: Shallow | None = None

    def level(self, modality: str) -> Severity | None:
        """Its severity for one modality; None if the row says nothing."""
        return OF_CELL.get(getattr(self, modality))
