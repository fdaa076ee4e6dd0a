"""The pure mind as the web asks it: a patient's case in, a proposal or a safety review out, as plain JSON.

Nothing here writes. It is the only door of this app to ``intake.case`` and ``treatments.planner``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from intake.case import build_case, case_data

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge
from treatments import planner
from treatments.planner.merge import merge

Json = dict[str, Any]
NO_PLAN = ("emergency", "refer_before_treating", "need_information")


@dataclass(frozen=True)
class SafetyAlert:
    """One finding of the safety review. ``item``: point code, or what else of the plan it speaks of."""

    code: str
    level: str  # forbidden | needs_reason | caution
    text: str
    item: str
    because: tuple[str, ...]
    source: str

    @property
    def key(self) -> str:
        """The same fact has the same key after every edit, so that nobody is asked twice."""
        return f"{self.code}|{self.item}"

    def as_json(self) -> Json:
        return {**asdict(self), "because": list(self.because)}


def picture_of(assessment: Any, *, today: dt.date, visit: int = 1) -> ClinicalPicture:
    """Case and assessment of today: newly known safety facts count at once, also for an older plan."""
    case = build_case(assessment.patient, assessment, visit=visit, today=today)
    return ClinicalPicture(case, assess(case, load_intake_knowledge()))


def inputs_of(assessment: Any, *, today: dt.date) -> Json:
    """The contract's input object: read back by the command line, it gives the same proposal."""
    return case_data(assessment.patient, assessment, today=today)


def propose(picture: ClinicalPicture) -> Json:
    """The contract's output object."""
    return planner.propose(picture, planner.load_planner_knowledge()).as_json()


def safety_of(treatment: Json, picture: ClinicalPicture) -> tuple[SafetyAlert, ...]:
    """Every contraindication the treatment meets, gravest first, one for each fact."""
    raised = planner.review(treatment, picture, planner.load_planner_knowledge())
    alerts = {
        alert.key: alert
        for alert in (
            SafetyAlert(
                code=str(one.code),
                level=str(one.level),
                text=str(one.text),
                item=str(one.item or ""),
                because=_words(one.because),
                source=str(one.source),
            )
            for one in raised
        )
    }
    order = {"forbidden": 0, "needs_reason": 1, "caution": 2}
    return tuple(sorted(alerts.values(), key=lambda alert: order.get(alert.level, 3)))


def merged(last: Json, edited: Json, new: Json) -> tuple[Json, Json]:
    """Three-way merge: the new treatment, and {"kept", "taken", "conflicts"} as lists of sentences."""
    result = merge(last, edited, new)
    treatment = result.treatment
    account = {name: [_sentence(one) for one in getattr(result, name)] for name in ("kept", "taken", "conflicts")}
    return (treatment if isinstance(treatment, dict) else treatment.as_json()), account


def _words(because: Any) -> tuple[str, ...]:
    if not because:
        return ()
    if isinstance(because, str):
        return (because,)
    return tuple(str(one) for one in because if isinstance(because, Iterable))


def _sentence(one: Any) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, Mapping):
        return str(one.get("text") or one)
    return str(getattr(one, "text", one))
