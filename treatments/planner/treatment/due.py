"""Which needles of a plan are due at a visit: those of the plan itself, or those of one of its later protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from treatments.planner.treatment.shapes import PointJson, ProtocolJson, StageJson, TreatmentJson
from treatments.planner.treatment.visit_shapes import ChartedPoint, ChartedStage

Stages = StageJson | ChartedStage


class Due(NamedTuple):
    """`protocol` is None for the stages of the plan itself."""

    protocol: ProtocolJson | None
    stages: list[StageJson]


def due_at(treatment: TreatmentJson, visit: int, pain: int | None) -> Due:
    """The last protocol that fits: later ones are more special. Pain that is not known has not come down."""
    found: ProtocolJson | None = None
    for protocol in treatment.get("protocols", []):
        since = visit - protocol["from_visit"]
        most = protocol.get("pain_at_most")
        if since >= 0 and since % protocol["every"] == 0 and (most is None or (pain is not None and pain <= most)):
            found = protocol
    return Due(found, treatment["stages"] if found is None else found["stages"])


def changed_places(before: Sequence[Stages], now: Sequence[Stages]) -> tuple[list[str], list[str]]:
    """Which places came and which went between two lists of stages."""
    old, new = ([_place(point) for stage in stages for point in stage["points"]] for stages in (before, now))
    return [place for place in new if place not in old], [place for place in old if place not in new]


def _place(point: PointJson | ChartedPoint) -> str:
    words = (point["code"], "+".join(point.get("levels") or []), point.get("where", ""))
    side = "" if point["side"] == "midline" else point["side"]
    return " ".join(word for word in (*words, side) if word)


def all_stages(treatment: TreatmentJson) -> list[StageJson]:
    """Those of the plan itself and of every later protocol."""
    later = (stage for protocol in treatment.get("protocols", []) for stage in protocol["stages"])
    return [*treatment["stages"], *later]


def stages_of_visits(treatment: TreatmentJson) -> list[list[StageJson]]:
    """The stages of one visit, for each kind of visit in the course."""
    return [treatment["stages"], *(protocol["stages"] for protocol in treatment.get("protocols", []))]
