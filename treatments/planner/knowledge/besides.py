"""Knowledge tables of what is done besides the needles of the body: adjuncts, ear, home."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from clinic.lib.knowledge_files import Reviewed, Strict, Text
from treatments.planner.knowledge.tables import Minutes, Rule, SideRule
from treatments.planner.vocabulary.modalities import ADJUNCTS, Modality
from treatments.planner.vocabulary.modalities import EarMethod as EarMethodId


def _known_adjunct(kind: str) -> str:
    if kind not in ADJUNCTS:
        raise ValueError(f"no such kind of adjunct; known are {', '.join(ADJUNCTS)}")
    return kind


AdjunctId = Annotated[str, AfterValidator(_known_adjunct)]


class PointAt(Strict):
    """A point of an adjunct or of home care."""

    code: Text
    side: SideRule = "both"


class AdjunctRule(Rule):
    """One adjunct. Of several that match, the heaviest of each kind is proposed. One that `adds` is never proposed by
    itself: it lends the heaviest its points, its reason and its place."""

    kind: AdjunctId
    detail: Text
    where: Text
    size: str = ""
    minutes: Minutes
    from_visit: Annotated[int, Field(ge=1)] = 1
    weight: float
    order: Literal["before_needles", "during_retention", "after_needles", "own_visit"]
    points: tuple[PointAt, ...] = ()
    adds: bool = False


class EarChoice(Strict):
    """One ear zone and its weight."""

    code: Text
    weight: float


EarJob = Literal["pain", "place", "branch", "root", "cause"]


class EarRule(Rule):
    """Ear zones with weights. Pain, place and what leads (branch or root) get their heaviest zone first, then whatever
    is heaviest. `from_sites` adds the zones of
    the painful places."""

    serves: EarJob = "branch"
    points: tuple[EarChoice, ...]
    from_sites: bool = False


class EarMethod(Reviewed):
    """How ear points are worked, in the practitioner's words. `keep_days` 0: removed before the patient leaves."""

    id: EarMethodId
    modality: Modality
    detail: Text
    keep_days: int
    sources: tuple[str, ...]


class EarUse(Rule):
    """When a method is chosen: the heaviest that matches and is allowed, one for the visit and one to take home.

    `zones`: how many of the heaviest zones. `of_needles`: only if the visit has at least that many needles to spend;
    those of the ear count against them. 0 for methods without needles.
    """

    method: EarMethodId
    weight: float
    zones: Annotated[int, Field(ge=1, le=4)]
    of_needles: Annotated[int, Field(ge=0, le=20)] = 0


class EarPoint(Reviewed):
    """An ear zone of GB/T 13734."""

    code: Text
    name: Text
    pinyin: str
    hanzi: str
    place: Text
    use: Text
    group: Text
    pregnancy: Literal["ok", "override", "forbid", "forbid_t1"]
    methods: tuple[EarMethodId, ...]
    sources: tuple[str, ...]
    confidence: Literal["READ", "KNOWN", "UNSURE", "DESIGN"]


class HomeRule(Rule):
    """One thing to do at home. `modality` "" needs no safety check; `sheet` is what the patient reads."""

    kind: Text
    sheet: Text
    modality: Literal["", "acupressure", "moxa_heat"]
    weight: float
    group: Text
    points: tuple[PointAt, ...] = ()
