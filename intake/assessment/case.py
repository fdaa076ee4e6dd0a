"""What is known about one patient today: frozen values, no behaviour beyond reading them.

A finding has three values: present, absent, not known. A key missing from `Case.findings` is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Patient:
    """Age in whole years, sex as reported, completed weeks of pregnancy; None: not known."""

    age: int | None = None
    sex: str | None = None  # female | male | other
    pregnancy_weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What it is (a pack of rules); days since it began; pain 0 to 10 in whole numbers (now, average, worst of the
    week, and at a later visit that of the first)."""

    id: str = "back"
    duration_days: int | None = None
    pain_now: int | None = None
    pain_average: int | None = None
    pain_worst: int | None = None
    pain_at_start: int | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """Sums of PHQ-2 and GAD-2 (0 to 6), and of the NICE count for axial spondyloarthritis (0 to 9)."""

    phq2: int | None = None
    gad2: int | None = None
    nice_spa: int | None = None


@dataclass(frozen=True, slots=True)
class AshiPlace:
    """One tender place found by palpation."""

    where: str
    side: str | None = None  # left | right | both | midline
    region: str | None = None  # a site key (low_back, buttock, ...)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the practitioner set by hand; None keeps the computed value, "none" means there is no such pattern."""

    picture_class: str | None = None
    branch: str | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Words in which a finding was read and which, the patient said when asked back, are over ("over") or meant
    something else ("else"). ``texts``: the keys of the texts they stand in."""

    said: str
    words: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One patient's findings, ready to be assessed."""

    case: str | None = None
    patient: Patient = Patient()
    complaint: Complaint = Complaint()
    findings: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    explained: Mapping[str, Explained] = field(default_factory=lambda: MappingProxyType({}))  # by finding
    visit: int = 1
    cleared: frozenset[str] = frozenset()
    screening: Screening = Screening()
    palpation: tuple[AshiPlace, ...] = ()
    levels: tuple[str, ...] = ()
    override: Confirmed = Confirmed()
    noted: frozenset[str] = frozenset()  # what is present by the practitioner's word, not by the patient's answer

    def is_told(self, finding: str) -> bool:
        """Whether the patient said it: a reason may quote it."""
        return self.findings.get(finding) is True and finding not in self.noted

    def is_present(self, finding: str) -> bool:
        return self.findings.get(finding) is True

    def is_absent(self, finding: str) -> bool:
        return self.findings.get(finding) is False

    def is_unknown(self, finding: str) -> bool:
        return self.findings.get(finding) is None
