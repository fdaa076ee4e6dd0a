"""An assessment as JSON: for the external contract, a signed assessment's column, and the page that shows it.

Some keys (`for`, `class`, `private`) are reserved words or the contract's: those types are written as calls.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict, final


@final
class EvidenceJson(TypedDict):
    """`weight`: how many times as likely with `pattern` (in a pattern's rows: with it) as in ordinary back pain.
    `present` is there, and False, if it is the absence that counts."""

    finding: str
    weight: int | float
    pattern: NotRequired[str]
    present: NotRequired[bool]


_Evidenced = TypedDict(
    "_Evidenced", {"for": list[EvidenceJson], "against": list[EvidenceJson], "missing": list[str], "score": int | float}
)


@final
class AxisJson(_Evidenced):
    """Stagnation or deficiency."""


@final
class PatternJson(_Evidenced):
    id: str
    name: str
    icd11: list[str]
    role: str
    lead: bool
    held_back: str | None
    principle: str


@final
class AlertJson(TypedDict):
    """Every alert has the first five; alerts added by a planner have no more."""

    code: str
    level: str
    text: str
    because: list[str]
    source: str
    patient_text: NotRequired[str]
    lift: NotRequired[str]
    group: NotRequired[str]
    private: NotRequired[bool]


@final
class AskJson(TypedDict):
    finding: str
    why: str
    blocks: bool
    together: list[str]
    by: str


@final
class ContradictionJson(TypedDict):
    findings: list[str]
    text: str


_Classed = TypedDict("_Classed", {"class": str})


class AssessmentJson(_Classed):
    """The contract's `assessment`, with more keys. `computed`: class, branch and root before the practitioner."""

    stagnation: AxisJson
    deficiency: AxisJson
    share: float | None
    likely: dict[str, int]
    patterns: list[PatternJson]
    considered: list[PatternJson]
    branch: str | None
    root: str | None
    causes: list[str]
    channels: list[str]
    contradictions: list[ContradictionJson]
    sites: list[str]
    sides: list[str]
    radiation: list[str]
    stage: str
    texts: list[dict[str, Any]]
    overruled: bool
    computed: dict[str, str | None]
    needs_reasoning: bool
    summary: str
    icd11: dict[str, Any]
    knowledge_version: str


@final
class AssessmentRecord(AssessmentJson):
    """Everything of it, as a signed assessment keeps it."""

    action: str
    alerts: list[AlertJson]
    ask: list[AskJson]
