"""The items of a plan: needled places, current, stages, other treatments, ear, home care, the course.

Frozen values, each with its `as_json()`. Lengths are millimetres, times are minutes, frequencies are hertz. Sides are
left, right, both or midline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from treatments.planner.treatment.needles import needle_count
from treatments.planner.treatment.shapes import (
    AdjunctJson,
    DoseJson,
    EarJson,
    EarPointJson,
    ElectroJson,
    HomeCareJson,
    NeedleJson,
    PhaseJson,
    PointJson,
    PointRefJson,
    ReasonJson,
    StageJson,
)
from treatments.planner.vocabulary.body import Side
from treatments.planner.vocabulary.modalities import Role


class Reason(NamedTuple):
    """Why an item is in the plan: the rule, plain words, keys of sources.toml, and the findings that the words quote as
    said by the patient."""

    rule: str
    text: str
    sources: tuple[str, ...]
    said: tuple[str, ...] = ()

    def as_json(self) -> ReasonJson:
        shown: ReasonJson = {"rule": self.rule, "text": self.text, "sources": list(self.sources)}
        if self.said:
            shown["said"] = list(self.said)
        return shown


@dataclass(frozen=True, slots=True)
class Needle:
    """One needle size."""

    diameter_mm: float
    length_mm: int

    def as_json(self) -> NeedleJson:
        return {"diameter_mm": self.diameter_mm, "length_mm": self.length_mm}


class PlannedPoint(NamedTuple):
    """One needled place of a stage. `where` is set for ASHI; `levels` for EX-B2 (a needle a level and side)."""

    code: str
    name: str
    side: Side
    role: Role
    technique: str
    needle: Needle
    depth_mm: tuple[int, int]
    angle: str
    deqi: str
    because: tuple[Reason, ...]
    cautions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    where: str = ""
    with_movement: bool = False

    @property
    def needles(self) -> int:
        return needle_count(self.code, self.levels, self.side)

    def as_json(self) -> PointJson:
        shown: PointJson = {
            "code": self.code,
            "name": self.name,
            "side": self.side,
            "levels": list(self.levels),
            "role": self.role,
            "technique": self.technique,
            "needle": self.needle.as_json(),
            "depth_mm": list(self.depth_mm),
            "angle": self.angle,
            "deqi": self.deqi,
            "needles": self.needles,
            "because": [reason.as_json() for reason in self.because],
            "cautions": list(self.cautions),
        }
        if self.where:
            shown["where"] = self.where
        if self.with_movement:
            shown["with_movement"] = True
        return shown


@dataclass(frozen=True, slots=True)
class Electro:
    """Current between needles of one stage and one side. `lead_levels`: level of an EX-B2 lead, else ""."""

    leads: tuple[tuple[str, str], ...]
    side: Side
    frequency_hz: str
    wave: str
    felt_strength: str
    minutes: int
    because: tuple[Reason, ...]
    cautions: tuple[str, ...] = ()
    from_visit: int = 1
    lead_levels: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> ElectroJson:
        return {
            "leads": [list(pair) for pair in self.leads],
            "lead_levels": [list(pair) for pair in self.lead_levels],
            "side": self.side,
            "frequency_hz": self.frequency_hz,
            "wave": self.wave,
            "felt_strength": self.felt_strength,
            "minutes": self.minutes,
            "from_visit": self.from_visit,
            "because": [reason.as_json() for reason in self.because],
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """One position of the body, in which every point can be reached. Points are in needling order."""

    position: str
    side_up: str | None
    retention_min: int
    points: tuple[PlannedPoint, ...]
    electro: tuple[Electro, ...] = ()

    @property
    def needles(self) -> int:
        return sum(point.needles for point in self.points)

    def as_json(self) -> StageJson:
        return {
            "position": self.position,
            "side_up": self.side_up,
            "retention_min": self.retention_min,
            "needles": self.needles,
            "points": [point.as_json() for point in self.points],
            "electro": [electro.as_json() for electro in self.electro],
        }


@dataclass(frozen=True, slots=True)
class PointRef:
    """A point named by an adjunct or by home care."""

    code: str
    side: Side

    def as_json(self) -> PointRefJson:
        return {"code": self.code, "side": self.side}


@dataclass(frozen=True, slots=True)
class Adjunct:
    """Cupping, gua sha, moxa, lamp, acupressure or tuina: where, how long, from which visit."""

    kind: str
    detail: str
    where: str
    minutes: int
    because: tuple[Reason, ...]
    points: tuple[PointRef, ...] = ()
    from_visit: int = 1
    size: str = ""
    order: str = "after_needles"
    cautions: tuple[str, ...] = ()

    def as_json(self) -> AdjunctJson:
        return {
            "kind": self.kind,
            "detail": self.detail,
            "where": self.where,
            "size": self.size,
            "order": self.order,
            "points": [point.as_json() for point in self.points],
            "minutes": self.minutes,
            "from_visit": self.from_visit,
            "because": [reason.as_json() for reason in self.because],
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class EarPointRef:
    """An ear zone: its code and its English name."""

    code: str
    name: str

    def as_json(self) -> EarPointJson:
        return {"code": self.code, "name": self.name}


@dataclass(frozen=True, slots=True)
class EarItem:
    """Ear points of one ear and one method."""

    method: str
    side: str
    points: tuple[EarPointRef, ...]
    because: tuple[Reason, ...]
    detail: str = ""
    keep_days: int = 0
    cautions: tuple[str, ...] = ()

    def as_json(self) -> EarJson:
        return {
            "method": self.method,
            "side": self.side,
            "points": [point.as_json() for point in self.points],
            "detail": self.detail,
            "keep_days": self.keep_days,
            "because": [reason.as_json() for reason in self.because],
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class HomeCare:
    """What the patient does at home, in plain words."""

    kind: str
    text: str
    because: tuple[Reason, ...]
    points: tuple[PointRef, ...] = ()
    cautions: tuple[str, ...] = ()

    def as_json(self) -> HomeCareJson:
        return {
            "kind": self.kind,
            "text": self.text,
            "points": [point.as_json() for point in self.points],
            "because": [reason.as_json() for reason in self.because],
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class Phase:
    """A number of visits a week for a number of weeks."""

    per_week: int
    weeks: int

    def as_json(self) -> PhaseJson:
        return {"per_week": self.per_week, "weeks": self.weeks}


@dataclass(frozen=True, slots=True)
class Dose:
    """The course. Its phases add up to `sessions`; `review_at` holds session numbers."""

    phases: tuple[Phase, ...]
    review_at: tuple[int, ...]
    because: tuple[Reason, ...]

    @property
    def sessions(self) -> int:
        return sum(phase.per_week * phase.weeks for phase in self.phases)

    @property
    def weeks(self) -> int:
        return sum(phase.weeks for phase in self.phases)

    def as_json(self) -> DoseJson:
        return {
            "per_week": self.phases[0].per_week,
            "weeks": self.weeks,
            "sessions": self.sessions,
            "phases": [phase.as_json() for phase in self.phases],
            "review_at": list(self.review_at),
            "because": [reason.as_json() for reason in self.because],
        }
