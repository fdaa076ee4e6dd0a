"""The result of an assessment: frozen values, and their JSON for the external contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from intake.assessment.case import Case
from intake.assessment.shapes import (
    AlertJson,
    AskJson,
    AssessmentJson,
    AssessmentRecord,
    AxisJson,
    ContradictionJson,
    EvidenceJson,
    PatternJson,
)
from intake.assessment.text import TextSign

ACTIONS = ("treat", "caution", "need_information", "refer_before_treating", "emergency")  # mild to strict
LEVELS = ("note", "caution", "refer", "emergency")  # mild to grave


class Evidence(NamedTuple):
    """A finding that counts for or against. `weight`: how many times as likely it is with the pattern as in ordinary
    back pain; `present` is False if it is its absence that is so likely. `pattern` is empty in a pattern's own rows."""

    finding: str
    weight: float
    present: bool = True
    pattern: str = ""

    def as_json(self) -> EvidenceJson:
        row: EvidenceJson = {"finding": self.finding, "weight": plain(self.weight)}
        if self.pattern:
            row["pattern"] = self.pattern
        if not self.present:
            row["present"] = False
        return row


class AxisScore(NamedTuple):
    """Stagnation or deficiency: how likely it is in percent, alone or with the other."""

    score: int
    for_: tuple[Evidence, ...]
    against: tuple[Evidence, ...]
    missing: tuple[str, ...] = ()

    def as_json(self) -> AxisJson:
        return {
            "score": self.score,
            "for": [e.as_json() for e in self.for_],
            "against": [e.as_json() for e in self.against],
            "missing": list(self.missing),
        }


class PatternScore(NamedTuple):
    """One pattern with its evidence. `is_lead`: this patient's branch or root; `held_back` says why not."""

    id: str
    name: str
    icd11: tuple[str, ...]
    role: str  # branch | root
    score: int  # how likely it is, in percent
    for_: tuple[Evidence, ...]
    against: tuple[Evidence, ...]
    missing: tuple[str, ...]
    is_lead: bool
    qualifies: bool
    held_back: str | None
    principle: str

    def as_json(self) -> PatternJson:
        return {
            "id": self.id,
            "name": self.name,
            "icd11": list(self.icd11),
            "role": self.role,
            "score": self.score,
            "lead": self.is_lead,
            "for": [e.as_json() for e in self.for_],
            "against": [e.as_json() for e in self.against],
            "missing": list(self.missing),
            "held_back": self.held_back,
            "principle": self.principle,
        }


class Alert(NamedTuple):
    """A red flag or caution. `text` is for the practitioner, `patient_text` for the patient (may be empty),
    `lift` says how a licensed user can lift it. `is_private`: never on anything the patient takes home."""

    code: str
    level: str  # emergency | refer | caution | note
    text: str
    because: tuple[str, ...]
    source: str
    patient_text: str = ""
    lift: str = ""
    group: str = ""
    is_private: bool = False
    message: str = ""  # id of the patient's text in redflags.toml

    def as_json(self) -> AlertJson:
        return {
            "code": self.code,
            "level": self.level,
            "text": self.text,
            "because": list(self.because),
            "source": self.source,
            "patient_text": self.patient_text,
            "lift": self.lift,
            "group": self.group,
            "private": self.is_private,
        }


class Ask(NamedTuple):
    """An open question. `blocks`: no plan before it is answered. `together`: asked together with it."""

    finding: str
    why: str
    blocks: bool = False
    together: tuple[str, ...] = ()
    by: str = "P"  # P patient, C practitioner, PC either

    def as_json(self) -> AskJson:
        return {
            "finding": self.finding,
            "why": self.why,
            "blocks": self.blocks,
            "together": list(self.together),
            "by": self.by,
        }


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two contradictory answers; shown, never averaged away."""

    findings: tuple[str, ...]
    text: str

    def as_json(self) -> ContradictionJson:
        return {"findings": list(self.findings), "text": self.text}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The complete assessment of one case. Same case and knowledge, same assessment."""

    action: str
    alerts: tuple[Alert, ...]
    ask: tuple[Ask, ...]
    picture_class: str  # stagnation | deficiency | mixed | undetermined
    stagnation: AxisScore
    deficiency: AxisScore
    share: float | None  # stagnation as a part of stagnation and deficiency; None when nothing weighs
    likely: Mapping[str, int]  # stagnation, deficiency, mixed: how likely each is as the class, in percent
    patterns: tuple[PatternScore, ...]  # those that qualify, leading ones first
    considered: tuple[PatternScore, ...]  # those with points that do not qualify, with the reason
    branch: str | None
    root: str | None
    causes: tuple[str, ...]  # accident, lifting, sport, stress, overwork, cold_damp, illness_or_birth, ...
    channels: tuple[str, ...]  # strongest first
    contradictions: tuple[Contradiction, ...]
    sites: tuple[str, ...]  # low_back, buttock, ... in the order of the vocabulary
    sides: tuple[str, ...]  # left, right, midline
    radiation: tuple[str, ...]
    stage: str  # acute | subacute | chronic | unknown
    marks: tuple[TextSign, ...]  # what the texts say and nobody cleared
    is_overruled: bool  # the practitioner's class, branch or root replaces the computed one
    computed: Mapping[str, str | None]  # class, branch and root before the practitioner
    needs_reasoning: bool  # cautions from two groups: the practitioner writes one line
    summary: str
    icd11: Mapping[str, Any]
    knowledge_version: str

    @property
    def must_know(self) -> tuple[Ask, ...]:
        """The safety questions without an answer: nothing is planned before, by whomever."""
        return tuple(ask for ask in self.ask if ask.blocks and ask.finding.startswith("flag."))

    @property
    def action_by_hand(self) -> str:
        """The action for a plan that a practitioner makes: it needs no place and no class, which only rules ask for.
        Red flags and open safety questions stop it like any other."""
        if self.action != "need_information" or self.must_know:
            return self.action
        return "caution" if self.alerts and self.alerts[0].level == "caution" else "treat"

    def as_json(self) -> AssessmentJson:
        """The contract's `assessment` object, with more keys."""
        return {
            "class": self.picture_class,
            "stagnation": self.stagnation.as_json(),
            "deficiency": self.deficiency.as_json(),
            "share": None if self.share is None else round(self.share, 4),
            "likely": dict(self.likely),
            "patterns": [p.as_json() for p in self.patterns],
            "considered": [p.as_json() for p in self.considered],
            "branch": self.branch,
            "root": self.root,
            "causes": list(self.causes),
            "channels": list(self.channels),
            "contradictions": [c.as_json() for c in self.contradictions],
            "sites": list(self.sites),
            "sides": list(self.sides),
            "radiation": list(self.radiation),
            "stage": self.stage,
            "texts": [asdict(m) for m in self.marks],
            "overruled": self.is_overruled,
            "computed": dict(self.computed),
            "needs_reasoning": self.needs_reasoning,
            "summary": self.summary,
            "icd11": {k: dict(v) if isinstance(v, Mapping) else v for k, v in self.icd11.items()},
            "knowledge_version": self.knowledge_version,
        }

    def as_record(self) -> AssessmentRecord:
        """All of it: what a signed assessment stores, and the page shows."""
        return {
            **self.as_json(),
            "action": self.action,
            "alerts": [alert.as_json() for alert in self.alerts],
            "ask": [ask.as_json() for ask in self.ask],
        }


@dataclass(frozen=True, slots=True)
class ClinicalPicture:
    """Case and assessment together: all a planner may look at.

    `is_present` also counts what the texts state about the patient. `is_suspected` is true if words only raise the
    question: a planner then withholds as for an unknown condition, even with a ticked no.
    What a practitioner cleared is absent. A reported condition stays: clearing cancer lifts the referral but does not
    make the cancer go away, so what it forbids stays forbidden until the answer itself is corrected.

    `is_by_hand`: it is for a plan that a practitioner made where there was no proposal.
    """

    case: Case
    assessment: Assessment
    is_by_hand: bool = False
    present: frozenset[str] = field(init=False, repr=False, compare=False)
    absent: frozenset[str] = field(init=False, repr=False, compare=False)
    suspected: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The findings, sorted once: a plan asks for about a hundred of them."""
        findings, cleared = self.case.findings, self.case.cleared
        marks = [mark for mark in self.assessment.marks if mark.finding not in cleared]
        stated = {mark.finding for mark in marks if mark.strength == "states"}
        lifted = {finding for finding in cleared if self._is_cleared(finding)}
        present = {finding for finding, told in findings.items() if told is True} - lifted | stated
        denied = {finding for finding, told in findings.items() if told is False}
        asked = {mark.finding for mark in marks if mark.strength == "asks"}
        object.__setattr__(self, "present", frozenset(present))
        object.__setattr__(self, "absent", frozenset(denied.difference(mark.finding for mark in marks) | lifted))
        object.__setattr__(self, "suspected", frozenset(asked - present))

    @property
    def action(self) -> str:
        return self.assessment.action_by_hand if self.is_by_hand else self.assessment.action

    def is_present(self, finding: str) -> bool:
        return finding in self.present

    def is_absent(self, finding: str) -> bool:
        return finding in self.absent

    def is_unknown(self, finding: str) -> bool:
        return finding not in self.present and finding not in self.absent

    def is_suspected(self, finding: str) -> bool:
        return finding in self.suspected

    @property
    def is_pregnant(self) -> bool:
        """Reported as pregnant, or weeks are given: of two contradictory answers the cautious one counts."""
        if self._is_cleared("condition.pregnant"):
            return False
        return self.is_present("condition.pregnant") or self.case.patient.pregnancy_weeks is not None

    def _is_cleared(self, finding: str) -> bool:
        told = finding.startswith("condition.") and self.case.findings.get(finding) is True
        return finding in self.case.cleared and not told


def plain(number: float) -> int | float:
    """7.0 as 7, 4.5 as 4.5."""
    return int(number) if number == int(number) else number
