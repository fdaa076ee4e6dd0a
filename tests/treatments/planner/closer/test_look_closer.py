"""A closer look at a proposal: why a point is not in it, what could stand in for one, what to examine, other styles."""

from __future__ import annotations

from typing import Any

import pytest

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.any_mix import case_from
from tests.support.draws import drawn
from tests.treatments.planner.conftest import ACCIDENT, case_of
from treatments.planner.closer.elsewhere import findings_elsewhere
from treatments.planner.closer.examine import worth_examining
from treatments.planner.closer.swap import Swap, substitutes
from treatments.planner.closer.why_not import ANSWERS, SAFETY, WhyNot, is_needled, why_not
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing import compose
from treatments.planner.proposing.propose import propose, worked_out
from treatments.planner.proposing.what_if import assuming
from treatments.planner.review.review import review
from treatments.planner.treatment.shapes import TreatmentJson
from treatments.plans.treatment_edits import swapped

INTAKE, KNOWLEDGE = load_intake_knowledge(), load_planner_knowledge()
CODES = sorted(code for code in KNOWLEDGE.points if code != "ASHI")


def picture_of(data: Any) -> ClinicalPicture:
    case = parse_case(data, INTAKE)
    return ClinicalPicture(case, assess(case, INTAKE))


USUAL = picture_of(case_of())


def ask(code: str, picture: ClinicalPicture = USUAL) -> WhyNot:
    return why_not(code, picture, INTAKE, KNOWLEDGE)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("code", "picture", "state"),
    [
        ("BL40", USUAL, "in_plan"),
        ("GV16", USUAL, "never"),
        ("BL23", USUAL, "beaten"),
        ("GV20", USUAL, "not_asked"),
        ("BL25", picture_of(case_of((*ACCIDENT, "condition.metal_implant"))), "withheld"),
        ("BL23", picture_of(case_of((*ACCIDENT, "flag.saddle_numbness"))), "no_plan"),
        ("BL23", picture_of(case_of((*ACCIDENT, "wish.no_needles"))), "no_needles"),
    ],
)
def test_what_is_said_of_a_point(code: str, picture: ClinicalPicture, state: str) -> None:
    assert ask(code, picture).state == state


def test_what_beat_it_does_the_same_job_and_is_in_the_plan() -> None:
    found = ask("BL23")
    assert found.rivals and found.place > found.needles
    proposal = propose(USUAL, KNOWLEDGE)
    assert all(is_needled(rival.code, proposal) for rival in found.rivals)


def test_a_point_no_rule_asks_for_says_what_its_rules_wait_for() -> None:
    words = read_facts(USUAL).words
    found = ask("GV20")
    assert found.waits
    for missing in found.waits:
        assert any(choice.code == "GV20" for choice in missing.rule.points)
        assert missing.all or missing.any or missing.none
        assert words.isdisjoint(missing.all) and words.isdisjoint(missing.any) and words.issuperset(missing.none)


def test_an_answer_that_nobody_gave_is_named_before_one_that_is_known() -> None:
    answers = ask("KI3").answers
    assert answers and all(USUAL.case.is_unknown(answer.finding) for answer in answers)


@pytest.mark.thorough
def test_no_danger_is_ever_wished_for() -> None:
    for code in CODES[::25]:
        for answer in ask(code).answers:
            assert not (answer.value and answer.finding.startswith(("flag.", "condition.", "wish.")))


@pytest.mark.thorough
@drawn(case_from, lambda chance: chance.choice(CODES), lambda chance: chance.randrange(3) == 0, cases=120)
def test_the_explanation_is_true(data: Any, code: str, looks_at_the_rest: bool) -> None:
    """Every state says what the proposal shows, and every answer named was proposed with; of every third, what is not
    named is looked at, too: asking takes longer than either."""
    picture = picture_of(data)
    found = ask(code, picture)
    if looks_at_the_rest:
        no_answer_is_passed_over(code, picture, found)
    proposal, plan = worked_out(picture, KNOWLEDGE)
    assert (found.state == "in_plan") == is_needled(code, proposal)
    if found.state == "no_plan":
        assert proposal.treatment is None
    if found.state == "withheld":
        assert found.stop is not None and found.stop.is_stop
    for answer in found.answers:
        changed = assuming(picture.case, {answer.finding: answer.value}, INTAKE)
        assert is_needled(code, propose(ClinicalPicture(changed, assess(changed, INTAKE)), KNOWLEDGE))
    if found.state == "beaten":
        assert all(is_needled(rival.code, proposal) for rival in found.rivals)
        composed = plan.composed[-1]
        if found.place <= plan.numbers.whole_course:  # with as many needles it would have been chosen
            more = compose.choose(composed.work, composed.ideal, found.place)
            assert code in {item.candidate.code for item in more}


def no_answer_is_passed_over(code: str, picture: ClinicalPicture, found: WhyNot) -> None:
    """What is not tried because nothing looks at it would indeed not have brought the point in."""
    if found.state in ("in_plan", "never") or len(found.answers) == ANSWERS:
        return
    named = {answer.finding for answer in found.answers}
    for finding in list(INTAKE.order)[:: len(code)]:
        if (
            finding not in named | findings_elsewhere("back")
            and picture.case.is_unknown(finding)
            and not finding.startswith(SAFETY)
        ):
            changed = assuming(picture.case, {finding: True}, INTAKE)
            assert not is_needled(code, propose(ClinicalPicture(changed, assess(changed, INTAKE)), KNOWLEDGE))


def swap_of(treatment: TreatmentJson, stage: int, place: int, picture: ClinicalPicture) -> Swap:
    def change(before: TreatmentJson, point: Any) -> TreatmentJson:
        return swapped(before, f"stages.{stage}.points.{place}", point)

    return substitutes(treatment, stage, place, change, picture, KNOWLEDGE)


def test_two_substitutes_and_what_each_leaves_uncovered() -> None:
    treatment = propose(USUAL, KNOWLEDGE).treatment
    assert treatment is not None
    data = treatment.as_json()
    codes = [point["code"] for point in data["stages"][0]["points"]]
    swap = swap_of(data, 0, codes.index("GB30"), USUAL)
    assert [best.point["code"] for best in swap.best] == ["BL54", "BL53"]
    assert swap.alone == (("local", "buttock"), ("owed", "local.buttock"))
    assert swap.best[0].leaves == () and swap.best[1].leaves == (("owed", "local.buttock"),)
    assert swap.current == (("GB30", "BL40"),)


def test_a_point_of_ones_own_leaves_nothing_uncovered() -> None:
    treatment = propose(USUAL, KNOWLEDGE).treatment
    assert treatment is not None
    data = treatment.as_json()
    data["stages"][0]["points"].append({**data["stages"][0]["points"][0], "code": "BL11"})
    assert swap_of(data, 0, len(data["stages"][0]["points"]) - 1, USUAL).alone == ()


@drawn(case_from, lambda chance: chance.randint(0, 30), cases=150)
def test_a_substitute_is_no_less_safe(data: Any, number: int) -> None:
    picture = picture_of(data)
    treatment = propose(picture, KNOWLEDGE).treatment
    if treatment is None or not treatment.stages:
        return
    plan = treatment.as_json()
    places = [(i, j) for i, stage in enumerate(plan["stages"]) for j in range(len(stage["points"]))]
    stage, place = places[number % len(places)]
    before = {alert.stamp for alert in review(plan, picture, KNOWLEDGE) if alert.is_stop}
    swap = swap_of(plan, stage, place, picture)
    assert len(swap.best) <= 2
    for best in swap.best:
        after = swapped(plan, f"stages.{stage}.points.{place}", best.point)
        assert {alert.stamp for alert in review(after, picture, KNOWLEDGE) if alert.is_stop} <= before
        assert set(best.keeps) | set(best.leaves) == set(swap.alone) and not set(best.keeps) & set(best.leaves)
        assert best.point["code"] not in {point["code"] for one in plan["stages"] for point in one["points"]}


def test_three_places_to_press_and_two_tests() -> None:
    found = worth_examining(USUAL, INTAKE, KNOWLEDGE)
    assert [one.kind for one in found] == ["press"] * 3 + ["test"] * 2
    for kind in ("press", "test"):
        changes = [one.changes for one in found if one.kind == kind]
        assert changes == sorted(changes, reverse=True) and all(changes)
    weak = next(one for one in found if one.id == "exam.power_reduced")
    assert weak.found.action_after != "treat" and "No plan would be proposed." in weak.found.removed


def test_nobody_with_a_sore_back_is_told_to_test_the_knee() -> None:
    assert "exam.knee_extension_block" in findings_elsewhere("back")
    assert "exam.knee_extension_block" not in findings_elsewhere("knee")
    assert "exam.power_reduced" not in findings_elsewhere("back")
    assert not {one.id for one in worth_examining(USUAL, INTAKE, KNOWLEDGE)} & findings_elsewhere("back")


@pytest.mark.thorough
@drawn(case_from, cases=30)
def test_what_is_worth_examining_is_not_known_yet_and_changes_the_plan(data: Any) -> None:
    picture = picture_of(data)
    for one in worth_examining(picture, INTAKE, KNOWLEDGE):
        assert not one.found.is_same or (one.not_found is not None and not one.not_found.is_same)
        if one.subject == "finding":
            assert picture.case.is_unknown(one.id)
        elif one.subject == "level":
            assert one.id not in picture.case.levels


@drawn(case_from, lambda chance: chance.choice(sorted(KNOWLEDGE.styles)), cases=300)
def test_every_style_has_the_same_safety(data: Any, style: str) -> None:
    """What a style proposes has no stop of its own, and the needles stay within what is usual."""
    picture = picture_of(data)
    usual, _ = worked_out(picture, KNOWLEDGE)
    other, _ = worked_out(picture, KNOWLEDGE, KNOWLEDGE.styles[style])
    assert other.action == usual.action and other.alerts == usual.alerts
    assert (other.treatment is None) == (usual.treatment is None)
    if other.treatment is not None and usual.treatment is not None:
        stops = {alert.code for alert in review(usual.treatment, picture, KNOWLEDGE) if alert.is_stop}
        assert {alert.code for alert in review(other.treatment, picture, KNOWLEDGE) if alert.is_stop} <= stops
        if style == "fewest":
            assert other.treatment.needles <= usual.treatment.needles


def test_the_styles_differ_in_what_they_are_named_for() -> None:
    def serves(style: str) -> list[str]:
        _, plan = worked_out(USUAL, KNOWLEDGE, KNOWLEDGE.styles[style])
        return [item.serves for item in plan.composed[-1].kept]

    pattern = ("branch", "root", "cause")
    assert sum(job in pattern for job in serves("pattern")) > sum(job in pattern for job in serves("channel"))
    assert serves("channel").count("distal") >= serves("pattern").count("distal")
    _, usual = worked_out(USUAL, KNOWLEDGE)
    assert set(serves("fewest")) >= {item.serves for item in usual.composed[-1].kept}
    assert len(serves("fewest")) < len(usual.composed[-1].kept)
