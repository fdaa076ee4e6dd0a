"""The record of a visit as JSON: what `visits/record.py` makes from a plan and the visit page fills in.

What is observed starts empty. `uid` never changes during the life of the visit. What is NotRequired is missing from
records begun before it was kept, or until there is something to say.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict, final

from treatments.planner.treatment.shapes import EarPointJson, NeedleJson, PointRefJson, ReasonJson


@final
class MannerJson(TypedDict):
    """What a plan says about a point."""

    side: str
    levels: list[str]
    technique: str
    needle: NeedleJson
    depth_mm: list[int]
    deqi: str


@final
class ChartedPoint(TypedDict):
    """`planned` None: added on the day, then with `usual_depth_mm`. `depth_mm`: as reached; older records hold the
    plan's range. `done`: "" (not said yet), "done" or "not_done"."""

    uid: str
    also: NotRequired[bool]  # for the second complaint alone
    code: str
    name: str
    where: str
    role: str
    angle: str
    side: str
    levels: list[str]
    technique: str
    needle: NeedleJson
    depth_mm: int | list[int] | None
    deqi: str
    done: str
    note: str
    planned: MannerJson | None
    as_last_time: bool
    found: NotRequired[str]
    usual_depth_mm: NotRequired[list[int]]
    because: NotRequired[list[ReasonJson]]
    cautions: NotRequired[list[str]]


@final
class ChartedElectro(TypedDict):
    """`felt`: 0, nothing felt, to 10, the strongest bearable."""

    uid: str
    also: NotRequired[bool]  # for the second complaint alone
    leads: list[list[str]]
    lead_levels: list[list[str]]
    side: str
    frequency_hz: str
    wave: str
    minutes: int | None
    planned_minutes: int | None
    felt: int | None
    done: str
    note: str


@final
class ChartedAdjunct(TypedDict):
    uid: str
    also: NotRequired[bool]  # for the second complaint alone
    kind: str
    detail: str
    where: str
    points: list[PointRefJson]
    minutes: int | None
    planned_minutes: int | None
    done: str
    note: str


@final
class ChartedEar(TypedDict):
    """`remove_on`: the day when what stays in the ear comes off, or ""."""

    uid: str
    also: NotRequired[bool]  # for the second complaint alone
    method: str
    side: str
    points: list[EarPointJson]
    done: str
    remove_on: str
    out: int | None
    note: str


ChartedItem = ChartedPoint | ChartedElectro | ChartedAdjunct | ChartedEar


@final
class ChartedStage(TypedDict):
    """Times of day are "HH:MM" in the clinic's zone. `in_corrected`: needles counted by hand."""

    uid: str
    position: str
    side_up: str | None
    retention_min: int | None
    planned_retention_min: int
    first_insertion: str
    in_corrected: int | None
    out: int | None
    out_at: str
    points: list[ChartedPoint]
    electro: list[ChartedElectro]


@final
class StartJson(TypedDict, total=False):
    """`flags`: finding -> "yes", "no" or "". `about`: the complaint whose questions are asked; none: the back. A visit
    for two complaints has `about_also`, and the pain of the second."""

    pain_now: int | None
    pain_average: int | None
    since_last: str
    unwanted: str
    unwanted_text: str
    pregnant: str
    tongue: str
    pulse: str
    medicines: str
    flags: dict[str, str]
    about: str
    about_also: str
    also_pain_now: int | None
    also_pain_average: int | None


@final
class CloseJson(TypedDict, total=False):
    response: str
    pain_after: int | None
    advice: str
    notes: str
    mismatch_code: str
    mismatch_where: str
    mismatch_by: str
    mismatch_reason: str
    needle_maker: str
    needle_material: str
    not_treated: str
    flag_action: str


@final
class UnsaidJson(TypedDict, total=False):
    """Why something is not in the note: a reason of override_reasons.toml for `unsaid`."""

    pain: str
    time: str
    response: str


class RuleJson(TypedDict):
    """A rule that applied; a reason is given for it together with `item` and `value`."""

    code: str
    item: str
    value: str
    text: str
    source: str


@final
class SafetySaid(RuleJson):
    """What the safety review said about the visit at signing."""

    level: str


@final
class VisitReason(TypedDict, total=False):
    """Why a stop was overridden. Older ones name rule and item in one word, `key`."""

    code: str
    item: str
    value: str
    text: str
    source: str
    reason_code: str
    reason: str
    by: str
    at: str
    key: str


@final
class GivenJson(RuleJson):
    """Something ruled out that happened. `uids`: the items, each with the way it was done."""

    uids: dict[str, str]
    incident: int
    by: str
    at: str


@final
class RefusedJson(TypedDict):
    """What was typed but not taken over, and the rules against it."""

    item: ChartedItem
    rules: list[RuleJson]


@final
class MarkedJson(TypedDict):
    """What "All done as planned" marked."""

    uids: list[str]
    by: str
    at: str


@final
class ChartedProtocol(TypedDict):
    """Which protocol of the plan the visit was begun with, why, and which places came and went since the last visit."""

    name: str
    why: list[str]
    came: list[str]
    went: list[str]


@final
class VisitRecord(TypedDict):
    start: StartJson
    stages: list[ChartedStage]
    protocol: NotRequired[ChartedProtocol]
    adjuncts: list[ChartedAdjunct]
    ear: list[ChartedEar]
    close: CloseJson
    reasons: list[VisitReason]
    unsaid: NotRequired[UnsaidJson]
    refused: NotRequired[dict[str, RefusedJson]]
    given: NotRequired[list[GivenJson]]
    marked: NotRequired[MarkedJson]
    shared: NotRequired[list[str]]  # points that the plans of both complaints ask for
    safety: NotRequired[list[SafetySaid]]
