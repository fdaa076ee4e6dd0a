"""A needle may be shallower instead of gone, where the table says so; and what is lost is made up for."""

from __future__ import annotations

import pytest

from tests.support.any_mix import needled
from tests.support.review_plans import picture, plan, point, stage
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.review.review import review
from treatments.planner.vocabulary.body import THORAX

KNOWLEDGE = load_planner_knowledge()
SHALLOW = {row.id: row for row in KNOWLEDGE.contraindications if row.shallow is not None}
BACK = ("site.low_back", "side.left", "onset.accident", "quality.stabbing_fixed", "worsened_by.pressure")


@pytest.mark.parametrize("row", SHALLOW.values(), ids=str)
def test_the_loins_get_shallow_needles_with_the_reason_and_the_bound(answer, make_case, row):
    proposal = answer(make_case((*BACK, row.findings[0]), days=400))
    known = KNOWLEDGE.points
    trunk = [one for one in needled(proposal) if known[one["code"]].region in row.shallow.regions]
    assert trunk
    for planned in trunk:
        assert planned["depth_mm"][1] <= row.shallow.mm
        text = f"No deeper than {row.shallow.mm} mm here. {row.shallow.text}"
        assert any(one == f"shallow.{row.id}" for one in (reason["rule"] for reason in planned["because"]))
        assert text in planned["cautions"]
    codes = {planned["code"] for planned in trunk}
    stages = proposal["treatment"]["stages"]
    leads = {code for one in stages for item in one["electro"] for lead in item["leads"] for code in lead}
    assert leads.isdisjoint(codes)
    regions = {known[one["code"]].region for one in needled(proposal) if one["code"] != "ASHI"}
    assert regions.isdisjoint(THORAX | {"buttock"})


@pytest.mark.parametrize(("mm", "level"), [(10, "caution"), (11, "needs_reason"), (None, "needs_reason")])
def test_deeper_by_hand_is_a_stop_and_as_shallow_is_a_caution(mm, level):
    one = point("BL25", depth_mm=None if mm is None else [5, mm])
    found = review(plan(stage(one)), picture("condition.anticoagulant"), KNOWLEDGE)
    assert [alert.level for alert in found if alert.code == "anticoag"] == [level]


def test_a_job_that_no_needle_does_any_more_is_pressed(answer, make_case):
    """Screws in the spine keep every needle from the place; the hand goes there, once, where it may."""
    free = answer(make_case(BACK, days=400))
    metal = answer(make_case((*BACK, "condition.metal_implant"), days=400))
    pressed = [item for item in metal["treatment"]["adjuncts"] if item["because"][0]["rule"] == "pressure.instead"]
    assert [rule.id for rule in KNOWLEDGE.every_rule() if "needles:fewer" in rule.when.facts()] == ["pressure.instead"]
    assert len(pressed) == 1 and pressed[0]["points"]
    assert not [item for item in free["treatment"]["adjuncts"] if item["because"][0]["rule"] == "pressure.instead"]
    roles = {one["role"] for one in needled(metal)}
    assert "local" not in roles


def test_bone_that_may_break_is_not_pressed(answer, make_case):
    both = answer(make_case((*BACK, "condition.metal_implant", "condition.osteoporosis"), days=400))
    assert not [item for item in both["treatment"]["adjuncts"] if item["because"][0]["rule"] == "pressure.instead"]
