"""The pure mind as the web asks it: a patient's case in, a proposal or a safety review out, as plain JSON.

Nothing here writes. It is the only door of this app to ``intake.case_building`` and ``treatments.planner``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from intake.case_building import build_case, case_data
from treatments.clinic_knowledge import planner_knowledge
from treatments.planner.merge.merge import compare, merge
from treatments.planner.proposing.propose import propose as propose_treatment
from treatments.planner.proposing.what_if import WhatIf, what_if
from treatments.planner.review.review import review
from treatments.planner.safety.passing import passing

Json = dict[str, Any]
STOPS = ("forbidden", "needs_reason")
NO_PLAN = ("emergency", "refer_before_treating", "need_information")


@dataclass(frozen=True)
class SafetyAlert:
    """One finding of the safety review. ``item``: what it speaks of, as a point code; ``places``: where that stands
    in the plan, as addresses of ``plan_edits``. ``key`` (rule and item) is the same after every edit; ``value`` is
    what the rule judged, so that a reason stands only for what it was given for."""

    key: str
    code: str
    level: str  # forbidden | needs_reason | caution
    text: str
    item: str
    places: tuple[str, ...]
    because: tuple[str, ...]
    source: str
    value: str = ""

    @property
    def is_stop(self) -> bool:
        return self.level in STOPS

    @property
    def stamp(self) -> str:
        """The same only for the same rule, item and value."""
        return f"{self.key}|{self.value}"

    def passed_by(self, overrides: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """The reason that was given for this very stop, or None. What is forbidden no reason passes."""
        if self.level == "forbidden":
            return None
        return passing(overrides, code=self.code, item=self.item, value=self.value, text=self.text)

    @classmethod
    def read(cls, kept: Json) -> SafetyAlert:
        """From its JSON; alerts kept before values were have none."""
        lists = {name: tuple(kept.get(name, ())) for name in ("places", "because")}
        return cls(**{"value": "", **kept, **lists})

    def as_json(self) -> Json:
        return {**asdict(self), "because": list(self.because), "places": list(self.places)}


def picture_of(assessment: Any, *, today: dt.date, visit: int = 1) -> ClinicalPicture:
    """Case and assessment of today: newly known safety facts count at once, also for an older plan."""
    case = build_case(assessment.patient, assessment, visit=visit, today=today)
    return ClinicalPicture(case, assess(case, load_intake_knowledge()))


def inputs_of(assessment: Any, *, today: dt.date) -> Json:
    """The contract's input object: read back by the command line, it gives the same proposal."""
    return case_data(assessment.patient, assessment, today=today)


def propose(picture: ClinicalPicture) -> Json:
    """The contract's output object."""
    return propose_treatment(picture, planner_knowledge()).as_json()


def propose_again(case: Json) -> Json:
    """The answer to stored inputs. Raises CaseError for inputs that the knowledge of today does not accept."""
    intake = load_intake_knowledge()
    parsed = parse_case(case, intake)
    return propose(ClinicalPicture(parsed, assess(parsed, intake)))


def versions() -> tuple[str, str]:
    """The versions of the knowledge in use: of the planner, and of the assessment."""
    return planner_knowledge().version, load_intake_knowledge().version


def what_if_result(picture: ClinicalPicture, changes: Mapping[str, bool | None]) -> WhatIf:
    """What would be proposed otherwise if these findings were present, absent or not known.

    Raises CaseError for an unknown finding.
    """
    return what_if(picture, changes, load_intake_knowledge(), planner_knowledge())


def safety_of(treatment: Json, picture: ClinicalPicture) -> tuple[SafetyAlert, ...]:
    """Every contraindication the treatment meets, gravest first."""
    return tuple(
        SafetyAlert(
            key=alert.key,
            code=alert.code,
            level=alert.level,
            text=alert.text,
            item=alert.subject,
            places=tuple(_address(place) for place in alert.items),
            because=tuple(alert.because),
            source=alert.source,
            value=alert.value,
        )
        for alert in review(treatment, picture, planner_knowledge())
    )


def _address(place: str) -> str:
    """``stages[0].points[3] GB21`` as ``stages.0.points.3``."""
    return place.partition(" ")[0].replace("[", ".").replace("]", "")


def merged(last: Json, edited: Json, new: Json) -> tuple[Json, Json]:
    """Three-way merge: the new treatment, and {"kept", "taken", "conflicts"} as lists of sentences."""
    result = merge(last, edited, new)
    account = {name: [note.text for note in getattr(result, name)] for name in ("kept", "taken", "conflicts")}
    return result.treatment, account


def compared(before: Json, after: Json) -> list[str]:
    """What the second treatment has otherwise than the first, one sentence each."""
    return [note.text for note in compare(before, after)]
