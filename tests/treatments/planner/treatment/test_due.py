"""Which protocol of a plan is due at a visit; and a plan as it is made for a whole course."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.sameness import Who, _case
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing.later import propose_course
from treatments.planner.review.review import review
from treatments.planner.treatment.due import all_stages, due_at
from treatments.visits.record import as_treatment, new_record

TODAY = dt.date(2026, 11, 30)


def picture() -> ClinicalPicture:
    case = parse_case(_case(Who("blood_stasis", "low back", False, "", 1, 6)), load_intake_knowledge())
    return ClinicalPicture(case, assess(case, load_intake_knowledge()))


@pytest.fixture(scope="module")
def treatment() -> Any:
    return propose_course(picture(), load_planner_knowledge())["treatment"]


def codes(stages: Any) -> set[str]:
    return {point["code"] for stage in stages for point in stage["points"]}


@pytest.mark.parametrize(
    ("visit", "pain", "every", "most"),
    [(2, 6, 1, None), (3, 6, 2, None), (4, 6, 1, None), (5, None, 2, None), (4, 3, 1, 3), (5, 2, 2, 3)],
)
def test_the_last_protocol_that_fits_is_due(
    treatment: Any, visit: int, pain: int | None, every: int, most: int | None
) -> None:
    protocol = due_at(treatment, visit, pain).protocol
    assert protocol is not None
    assert (protocol["every"], protocol.get("pain_at_most")) == (every, most)


def test_the_first_visit_has_the_needles_of_the_plan(treatment: Any) -> None:
    assert due_at(treatment, 1, 0) == (None, treatment["stages"])


def test_what_is_due_is_what_a_proposal_for_that_visit_would_needle(treatment: Any) -> None:
    for visit, pain in ((2, 6), (3, 6), (4, 2), (5, 2)):
        data = _case(Who("blood_stasis", "low back", False, "", visit, pain))
        case = parse_case(data, load_intake_knowledge())
        later = propose_course(ClinicalPicture(case, picture().assessment), load_planner_knowledge())["treatment"]
        assert later is not None and "protocols" not in later
        assert due_at(treatment, visit, pain).stages == later["stages"]


def test_a_plan_for_a_course_passes_its_own_review(treatment: Any) -> None:
    assert [alert for alert in review(treatment, picture(), load_planner_knowledge()) if alert.is_stop] == []


def test_what_is_wrong_in_a_later_protocol_is_found_where_it_is(treatment: Any) -> None:
    wrong = copy.deepcopy(treatment)
    wrong["protocols"][1]["stages"][0]["points"][0]["depth_mm"] = [60, 90]
    places = {place for alert in review(wrong, picture(), load_planner_knowledge()) for place in alert.places}
    assert any(place.startswith("protocols.1.stages.0.points.0") for place in places)


def test_a_visit_is_charted_from_its_own_protocol_and_says_what_changed(treatment: Any) -> None:
    second = new_record(treatment, number=2, today=TODAY, pain=6)
    third = new_record(treatment, number=3, today=TODAY, last=second, pain=6)
    assert codes(third["stages"]) == codes(due_at(treatment, 3, 6).stages)
    told = third["protocol"]
    assert told["name"] == "the other face first" and told["why"] and told["came"] and told["went"]
    assert "protocols" not in as_treatment(third, treatment)
    assert "protocol" not in new_record(treatment, number=1, today=TODAY)


def test_every_stage_is_looked_at_when_needles_are_counted(treatment: Any) -> None:
    assert len(all_stages(treatment)) > len(treatment["stages"])
