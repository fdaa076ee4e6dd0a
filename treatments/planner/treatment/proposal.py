"""What the planner returns: frozen values whose `as_json()` is exactly the contract's output.

A plan made by hand is stored as JSON of the same shape as `Treatment.as_json()`; parse.py reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from intake.assessment import Assessment
from intake.assessment.shapes import AlertJson, AssessmentJson
from treatments.planner.treatment.items import Adjunct, Dose, EarItem, HomeCare, Reason, Stage
from treatments.planner.treatment.shapes import CourseStepJson, ProposalJson, QuestionJson, TreatmentJson, WithheldJson
from treatments.planner.vocabulary.severity import OF_WITHHELD, WithheldLevel, rank


@dataclass(frozen=True, slots=True)
class Treatment:
    """A plan for one course."""

    principle: str
    stages: tuple[Stage, ...]
    adjuncts: tuple[Adjunct, ...]
    ear: tuple[EarItem, ...]
    home_care: tuple[HomeCare, ...]
    dose: Dose
    cautions: tuple[str, ...] = ()

    @property
    def needles(self) -> int:
        return sum(stage.needles for stage in self.stages)

    def as_json(self) -> TreatmentJson:
        return {
            "principle": self.principle,
            "needles": self.needles,
            "stages": [stage.as_json() for stage in self.stages],
            "adjuncts": [adjunct.as_json() for adjunct in self.adjuncts],
            "ear": [ear.as_json() for ear in self.ear],
            "home_care": [care.as_json() for care in self.home_care],
            "dose": self.dose.as_json(),
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class CourseStep:
    """One visit in the course: the protocols that shape it and why; which needles came and went since the last."""

    visit: int
    protocol: tuple[str, ...]
    name: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    because: tuple[Reason, ...]

    def as_json(self) -> CourseStepJson:
        return {
            "visit": self.visit,
            "protocol": list(self.protocol),
            "name": self.name,
            "came": list(self.came),
            "went": list(self.went),
            "because": [reason.as_json() for reason in self.because],
        }


class Withheld(NamedTuple):
    """What was withheld and why: `because` is the id of a finding, or an `age:`/`pregnancy:` fact."""

    item: str
    level: WithheldLevel
    because: str
    text: str
    source: str
    modality: str = "needle"

    @property
    def severity(self) -> int:
        return rank(OF_WITHHELD[self.level])

    def as_json(self) -> WithheldJson:
        return {
            "item": self.item,
            "modality": self.modality,
            "level": self.level,
            "because": self.because,
            "text": self.text,
            "source": self.source,
        }


class Question(NamedTuple):
    """An unknown finding that would change the result."""

    finding: str
    why: str

    def as_json(self) -> QuestionJson:
        return {"finding": self.finding, "why": self.why}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The whole answer to one case. `treatment` is None if the case must not or cannot be treated now."""

    case: str | None
    knowledge_version: str
    action: str
    alerts: tuple[AlertJson, ...]
    assessed: Assessment
    treatment: Treatment | None
    withheld: tuple[Withheld, ...] = ()
    ask: tuple[Question, ...] = field(default=())
    course: CourseStep | None = None  # from the second visit on

    @property
    def assessment(self) -> AssessmentJson:
        """As JSON, made anew each time."""
        return self.assessed.as_json()

    def as_json(self) -> ProposalJson:
        """The contract's output object: plain dicts, lists, strings and numbers."""
        shown: ProposalJson = {
            "case": self.case,
            "knowledge_version": self.knowledge_version,
            "action": self.action,
            "alerts": [alert.copy() for alert in self.alerts],
            "assessment": self.assessment,
            "treatment": None if self.treatment is None else self.treatment.as_json(),
            "withheld": [item.as_json() for item in self.withheld],
            "ask": [question.as_json() for question in self.ask],
        }
        if self.course is not None:
            shown["course"] = self.course.as_json()
        return shown
