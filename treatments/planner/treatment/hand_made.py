"""A plan made by hand as values to review. None: not given; `path`: where it is in the plan's JSON."""

from __future__ import annotations

from dataclasses import dataclass

from treatments.planner.treatment.needles import needle_count


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """One needled place. `depth_mm`: least and most, in mm; None: not given."""

    path: str
    code: str
    side: str | None
    levels: tuple[str, ...]
    where: str
    technique: str
    diameter_mm: float | None
    length_mm: float | None
    depth_mm: tuple[float, float] | None
    angle: str
    with_movement: bool

    @property
    def needles(self) -> int:
        return needle_count(self.code, self.levels, self.side)

    @property
    def shown(self) -> str:
        """As a practitioner writes it: `EX-B2 L4 L5`, `ASHI (over the left buttock)`."""
        if self.where:
            return f"{self.code} ({self.where})"
        return " ".join((self.code, *self.levels))


@dataclass(frozen=True, slots=True)
class ReadElectro:
    """Current: pairs of leads by point code, their levels, the side, minutes."""

    path: str
    leads: tuple[tuple[str, str], ...]
    lead_levels: tuple[tuple[str, str], ...]
    side: str | None
    frequency_hz: str
    felt_strength: str
    minutes: float | None
    from_visit: int


@dataclass(frozen=True, slots=True)
class ReadStage:
    path: str
    position: str | None
    side_up: str | None
    retention_min: float | None
    points: tuple[ReadPoint, ...]
    electro: tuple[ReadElectro, ...]


@dataclass(frozen=True, slots=True)
class ReadRef:
    """A point named by an adjunct, an ear item or home care."""

    path: str
    code: str
    side: str | None


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An adjunct (`kind`, `detail`), an ear item (`kind` is its method) or one thing to do at home.
    `order`: before_needles, during_retention, after_needles or own_visit; "": not given."""

    path: str
    kind: str
    detail: str
    where: str
    side: str | None
    minutes: float | None
    from_visit: int
    keep_days: float | None
    order: str
    points: tuple[ReadRef, ...]


@dataclass(frozen=True, slots=True)
class ReadDose:
    """`sessions` and `review_at` are None if the plan does not give them."""

    sessions: int | None
    review_at: tuple[int, ...]
    per_week: float | None


@dataclass(frozen=True, slots=True)
class ReadProtocol:
    """The stages of later visits."""

    from_visit: int
    stages: tuple[ReadStage, ...]


@dataclass(frozen=True, slots=True)
class ReadPlan:
    stages: tuple[ReadStage, ...]
    adjuncts: tuple[ReadItem, ...]
    ear: tuple[ReadItem, ...]
    home_care: tuple[ReadItem, ...]
    dose: ReadDose | None
    protocols: tuple[ReadProtocol, ...] = ()

    @property
    def needles(self) -> int:
        return sum(point.needles for stage in self.stages for point in stage.points)
