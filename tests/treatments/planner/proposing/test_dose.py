"""How often and how long: phase and goal first, constitution second; and how strongly, likewise."""

from __future__ import annotations

import pytest

from clinic.lib.complaints import complaints
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.rules import PhaseAt
from treatments.planner.proposing.dose import reviews, spread

WEAK = ("eased_by.rest", "quality.weak_hollow", "body.cold", "worsened_by.tiredness", "body.kidney_signs")
LEG = ("site.leg", "radiation.back_of_leg", "radiation.below_knee", "quality.electric")
STASIS = ("quality.stabbing_fixed", "worsened_by.pressure", "onset.accident")


def course_of(proposal):
    dose = proposal["treatment"]["dose"]
    return [(phase["per_week"], phase["weeks"]) for phase in dose["phases"]], [one["rule"] for one in dose["because"]]


@pytest.mark.parametrize(
    ("present", "days", "course", "rules"),
    [
        (STASIS, 10, [(2, 3)], ["dose.acute"]),
        (STASIS, 400, [(2, 4), (1, 2)], ["dose.chronic"]),
        ((*STASIS, "condition.frail"), 10, [(2, 3)], ["dose.acute"]),
        ((*STASIS, "condition.frail"), 400, [(1, 8)], ["dose.chronic", "sparing.weak"]),
        ((*STASIS, *LEG), 60, [(3, 2), (2, 2)], ["dose.sciatica"]),
        ((*STASIS, *LEG, "condition.frail"), 20, [(2, 5)], ["dose.sciatica", "sparing.weak_acute"]),
        ((*STASIS, *LEG, "condition.frail"), 400, [(1, 8)], ["dose.sciatica", "sparing.weak"]),
        (WEAK, 400, [(1, 8)], ["dose.chronic", "sparing.weak"]),
    ],
)
def test_phase_and_goal_first_constitution_second(answer, make_case, present, days, course, rules):
    assert course_of(answer(make_case(("site.low_back", "side.left", *present), days=days))) == (course, rules)


def test_once_the_pain_has_fallen_by_half_the_visits_are_further_apart(answer, make_case):
    case = make_case(("site.low_back", "side.left", *STASIS), days=400, visit=5, pain=2)
    case["complaint"]["pain_at_start"] = 7
    eased = answer(case)
    assert course_of(eased) == ([(1, 6)], ["dose.eased"])
    points = [point for stage in eased["treatment"]["stages"] for point in stage["points"]]
    assert {point["deqi"] for point in points} == {"mild"}
    assert {point["technique"] for point in points if point["role"] == "local"} == {"even"}
    case["complaint"]["pain_now"] = 7
    again = [point for stage in answer(case)["treatment"]["stages"] for point in stage["points"]]
    assert "clear" in {point["deqi"] for point in again}
    assert {point["technique"] for point in again if point["role"] == "local"} == {"reducing"}


def test_the_first_days_after_an_injury_are_mild_at_the_place(answer, make_case):
    fresh = answer(make_case(("site.low_back", "side.left", "onset.lifting", *STASIS[:2]), days=2))
    points = [point for stage in fresh["treatment"]["stages"] for point in stage["points"]]
    assert {point["deqi"] for point in points if point["role"] == "local"} == {"mild"}
    assert "clear" in {point["deqi"] for point in points if point["role"] == "distal"}


def test_a_course_that_is_spared_is_never_more_often_nor_more():
    for pack in complaints():
        knowledge = load_planner_knowledge(complaint=pack)
        for rule in knowledge.doses:
            for sparing in knowledge.sparings:
                phases = spread(rule.phases, sparing)
                assert phases and all(1 <= phase.per_week <= sparing.most_per_week for phase in phases)
                assert sum(phase.weeks for phase in phases) <= sparing.most_weeks
                visits = sum(phase.per_week * phase.weeks for phase in phases)
                assert visits <= 1 + sum(phase.per_week * phase.weeks for phase in rule.phases)
                assert max(reviews(sparing.review_at, visits)) <= visits


def test_visits_left_out_come_later():
    knowledge = load_planner_knowledge()
    weak = next(one for one in knowledge.sparings if one.id == "sparing.weak")
    assert [(one.per_week, one.weeks) for one in spread([PhaseAt(per_week=2, weeks=3)], weak)] == [(1, 6)]
