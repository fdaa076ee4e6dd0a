"""A course that moves: the other face of the body at every second visit, from branch to root as the pain falls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clinic.lib.complaints import complaints
from intake.assessment import ClinicalPicture, assess, read_case
from tests.support.any_mix import case_from
from tests.support.draws import drawn
from tests.support.sameness import PLACES, Who, needles, plan_for
from tests.support.worked_cases import load_cases
from treatments.clinic_knowledge import planner_knowledge
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing.later import propose_course
from treatments.planner.proposing.propose import needles_of, propose, worked_out
from treatments.planner.vocabulary.signs import load_signs


def plan_at(visit: int, pain: int, pattern: str = "blood_stasis", place: str = "low back") -> Any:
    return plan_for(Who(pattern, place, False, "", visit, pain))


def share_of(plan: Any, role: str) -> int:
    return sum(point["needles"] for stage in plan["treatment"]["stages"] for point in stage["points"]
               if point["role"] == role)  # fmt: skip


def first_position(plan: Any) -> str:
    return str(plan["treatment"]["stages"][0]["position"])


@pytest.mark.parametrize(
    ("visit", "position", "protocols"),
    [
        (1, "prone", None),
        (2, "prone", []),
        (3, "supine", ["protocol.other_face"]),
        (4, "prone", []),
        (5, "supine", ["protocol.other_face"]),
    ],
)
def test_the_faces_of_the_body_take_turns_from_the_third_visit_on(
    visit: int, position: str, protocols: list[str] | None
) -> None:
    plan = plan_at(visit, 6)
    assert first_position(plan) == position
    assert (plan["course"]["protocol"] if "course" in plan else None) == protocols


@pytest.mark.parametrize("pattern", ["kidney_qi_deficiency", "spleen_qi_deficiency"])
def test_as_the_pain_falls_the_root_gets_more_and_the_place_less(pattern: str) -> None:
    sore, eased = plan_at(4, 6, pattern), plan_at(4, 3, pattern)
    assert share_of(eased, "local") < share_of(sore, "local")
    assert needles(eased) != needles(sore)
    assert "protocol.eased" in eased["course"]["protocol"] and "protocol.eased" not in sore["course"]["protocol"]


def test_pain_counts_as_eased_by_half_or_where_the_start_is_not_known_by_a_low_number() -> None:
    course = load_signs().course
    assert [course.eased_to(start) for start in (8, 7, 1, None, 0)] == [4, 3, 0, 3, None]


def test_a_complaint_that_is_no_pain_has_none_that_eases() -> None:
    """Who sleeps badly and says "no pain" at the fourth visit is not told that it has eased."""
    knowledge, plans = planner_knowledge("sleep_stress"), 0
    for worked in load_cases():
        if worked.data["complaint"].get("id") != "sleep_stress":
            continue
        at_visit = {**worked.data, "visit": 4, "complaint": {**worked.data["complaint"], "pain_now": 0}}
        case, known = read_case(at_visit)
        picture = ClinicalPicture(case, assess(case, known))
        assert "course:eased" not in read_facts(picture).words
        first = ClinicalPicture(replace(case, visit=1), picture.assessment)
        treatment = propose_course(first, knowledge)["treatment"] or {}
        later = treatment.get("protocols", [])
        plans += bool(later)
        assert all("pain_at_most" not in protocol for protocol in later), worked.name
    assert plans


def test_the_account_says_what_came_and_went_and_why() -> None:
    before, now = plan_at(2, 6), plan_at(3, 6)
    step = now["course"]
    assert step["visit"] == 3 and step["came"] and step["went"]
    assert not {*step["came"]} & {*step["went"]}
    assert [why["rule"] for why in step["because"]] == step["protocol"]
    here = {f"{code} {where}".strip() + f" {side}" for code, where, side in needles(now)}
    there = {f"{code} {where}".strip() + f" {side}" for code, where, side in needles(before)}
    assert {*step["came"]} == here - there and {*step["went"]} == there - here


def test_a_visit_without_a_protocol_says_why_it_differs_as_well() -> None:
    for visit, rule in ((2, "course.more"), (4, "course.back")):
        step = plan_at(visit, 6)["course"]
        assert step["came"] and step["protocol"] == []
        assert [(why["rule"], bool(why["text"])) for why in step["because"]] == [(rule, True)]


@pytest.mark.thorough
@pytest.mark.parametrize("place", PLACES)
def test_every_visit_that_differs_says_why_and_none_that_does_not(place: str) -> None:
    """Also where the same point is needled on both sides now, and where a protocol is due that changes no needle."""
    for pattern in complaints()["back"].patterns:
        before = needles(plan_at(1, 6, pattern, place))
        for visit in range(2, 9):
            plan = plan_at(visit, 6, pattern, place)
            here, step = needles(plan), plan["course"]
            assert bool(step["because"]) == (here != before) == bool(step["came"] or step["went"]), (pattern, visit)
            before = here


def test_where_nothing_is_weak_no_needles_for_it_are_claimed() -> None:
    """From branch to root is a matter of weight: the words promise no number of needles."""
    for protocol in load_planner_knowledge().protocols:
        assert "needles" not in protocol.text and "root first" not in protocol.name


def test_a_fresh_strain_is_not_turned(proposed: Any) -> None:
    plan = proposed(("site.low_back", "side.left", "onset.lifting", "quality.spasm"), days=4, visit=3, pain=6)
    assert "protocol.other_face" not in plan["course"]["protocol"]


def test_what_lies_in_front_is_not_begun_behind() -> None:
    plan = plan_at(3, 6, "cold_damp", "knee")
    assert first_position(plan) == "supine" and plan["course"]["protocol"] == ["protocol.in_front"]


@drawn(case_from, lambda chance: chance.choice([(3, None), (4, None), (3, 1), (4, 2)]), cases=600)
def test_a_visit_planned_after_another_is_as_if_planned_alone(data: Any, later: tuple[int, int | None]) -> None:
    """What is taken over from the visit before is only what nothing that differs could have changed."""
    visit, pain = later
    case, known = read_case({**data, "visit": 1})
    picture = ClinicalPicture(case, assess(case, known))
    knowledge = planner_knowledge(case.complaint.id)
    at_start = case.complaint.pain_now
    complaint = replace(case.complaint, pain_now=at_start if pain is None else pain, pain_at_start=at_start)
    alone = ClinicalPicture(replace(case, visit=visit, complaint=complaint), picture.assessment)
    after = worked_out(picture, knowledge)[1].at_visit(2, case.complaint).at_visit(visit, complaint)
    assert after.facts == read_facts(alone)
    treatment = propose(alone, knowledge).treatment
    assert needles_of(after) == (treatment.stages if treatment else ())
