"""Ashi knows no anatomy of a clinic's own point: whatever its row says, each rule of safety that stops a point of the
book in that region stops it, too, at the depth of its cap and on every side."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.rows import each_row
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.clinic_file import OwnRow, with_points
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Point
from treatments.planner.safety.guard import Guard, Place, build_guard
from treatments.planner.safety.stops import Stop
from treatments.planner.vocabulary.body import REGIONS, THORAX

BASE = load_planner_knowledge()
INTAKE = load_intake_knowledge()
REGION_OF_OWN = sorted(BASE.own_limits)


def loosest(region: str) -> dict[str, Any]:
    """A row that allows all that may be allowed."""
    limit = BASE.own_limits[region]
    return {
        "code": "T-1.1", "name": "Ours", "region": region, "sides": "bilateral", "location": "where we say",
        "uses": "pain", "depth_mm": [1, limit.cap_mm], "electro": "override", "pregnancy": "override",
        "moxa": limit.moxa, "sources": ["OWN-X"], "risks": list(limit.risks),
    }  # fmt: skip


def laid(*rows: dict[str, Any]) -> tuple[PlannerKnowledge, list[str]]:
    source = [{"key": "OWN-X", "title": "ours", "read": "KNOWN"}]
    whole, faults = with_points(BASE, [OwnRow({"source": source, "point": [row]}) for row in rows])
    return whole, [fault.text for of_row in faults for fault in of_row]


def guard_of(**findings: bool) -> Guard:
    told = {"patient": {"age": 40, "sex": "male"}, "findings": {"site.low_back": True, **findings}}
    case = parse_case(told, INTAKE)
    picture = ClinicalPicture(case, assess(case, INTAKE))
    return build_guard(picture, read_facts(picture), BASE, frozenset({"low_back"}))


GUARDS = {
    finding: guard_of(**{finding: True})
    for row in BASE.contraindications
    for finding in row.findings
    if finding in INTAKE.order
}
UNKNOWN = guard_of()


@pytest.mark.parametrize("region", REGION_OF_OWN)
def test_what_stops_the_book_there_stops_an_own_point(region: str) -> None:
    whole, faults = laid(loosest(region))
    assert faults == []
    own = whole.points["T-1.1"]
    book = [point for point in BASE.points.values() if point.region == region and point.code != "ASHI"]
    assert book, region
    for finding, guard in (*GUARDS.items(), ("nothing known", UNKNOWN)):
        for side in ("left", "right", "both"):
            mine = grades(guard, own, side)
            for other in book:
                shallow = min(other.cap_mm, own.cap_mm)
                for row, grade in grades(guard, other, side, shallow).items():
                    assert mine.get(row, -1) >= grade, (finding, other.code, row, side)


def grades(guard: Guard, point: Point, side: str, deepest: float = 0) -> dict[str, int]:
    """Row of the safety table -> how severe, for a needle at its full depth, but for the list of pregnancy."""
    place = Place(point.region, point.limb, side)
    found: dict[str, int] = {}
    for stop in guard.against_needle(point, place, deepest or point.cap_mm):
        if stop.row != "pregnancy_points":
            found[stop.row] = max(found.get(stop.row, -1), severity(stop))
    return found


def severity(stop: Stop) -> int:
    return int(stop.severity)


@pytest.mark.parametrize("region", REGION_OF_OWN)
def test_over_the_lung_the_risk_and_the_slant_are_given_by_the_region(region: str) -> None:
    row = {key: value for key, value in loosest(region).items() if key != "risks"}
    whole, faults = laid(row)
    assert faults == [] and {*BASE.own_limits[region].risks} <= {*whole.points["T-1.1"].risks}
    _, without_risks = laid({**row, "risks": []})
    assert bool(without_risks) == bool(BASE.own_limits[region].risks)
    if region in THORAX:
        assert "pneumothorax" in whole.points["T-1.1"].risks and whole.points["T-1.1"].angle != "perpendicular"
        assert laid({**row, "angle": "perpendicular"})[1]


@pytest.mark.parametrize("region", sorted({*REGIONS} - {*REGION_OF_OWN}))
def test_where_there_is_no_limit_there_is_no_own_point(region: str) -> None:
    assert region in {"face", "chest", "groin"}
    assert laid({**loosest("leg"), "region": region})[1]


LOOSE = {"depth_mm": [1, 90], "cap_mm": 90, "electro": "yes", "pregnancy": "ok", "use": "plan", "code": "BL25"}


@each_row("region, key", product(REGION_OF_OWN, LOOSE))
def test_a_row_that_loosens_is_no_point(region: str, key: str) -> None:
    whole, faults = laid({**loosest(region), key: LOOSE[key]})
    assert faults and whole is BASE


def test_one_bad_row_takes_no_other_with_it() -> None:
    whole, faults = laid({**loosest("leg"), "code": "T-2.2", "name": "Two", "cap_mm": 90}, loosest("leg"))
    assert faults and "T-1.1" in whole.points and "T-2.2" not in whole.points


def test_nobody_takes_the_name_of_another() -> None:
    _, faults = laid(loosest("leg"), {**loosest("hand"), "code": "T-3.3"})
    assert faults == ["duplicate"]
