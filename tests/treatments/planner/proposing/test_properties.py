"""Promises that hold for every mix of findings. Thousands of cases; HYPOTHESIS_PROFILE=quick while working.

Proposing takes longer than looking at what was proposed: each of 2 000 draws is proposed for once, with one condition
absent, not known and present, and every promise is tried on it.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.any_mix import (
    CONDITIONS,
    FLAGS,
    LEADING,
    Answered,
    Json,
    answered,
    case_from,
    deepest,
    needled,
    risks,
)
from tests.support.draws import all_held, drawn
from tests.support.rows import each_row
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.vocabulary.severity import STOPS

from .test_quotes import check_quotes

KNOWLEDGE = load_planner_knowledge()
POSTURE = "condition.cannot_lie_prone"
FORBIDDING = [row for row in KNOWLEDGE.contraindications if not row.when.facts() and row.scope == "whole"]
FORBIDDEN = {
    "ea": {"current"}, "cupping": {"cupping_dry"}, "guasha": {"gua_sha"},
    "moxa_heat": {"moxa_indirect", "warm_needle", "heat_lamp"}, "seeds": {"seeds"}, "tacks": {"press_tacks"},
    "magnets": {"magnets"}, "needle": {"needle", "needles"}, "acupressure": {"tuina"},
}  # fmt: skip


@dataclass(frozen=True)
class Draw:
    condition: str
    absent: Answered = field(repr=False)
    unknown: Answered
    present: Answered = field(repr=False)
    reordered: Answered = field(repr=False)

    @property
    def each(self) -> tuple[Answered, Answered, Answered]:
        return self.absent, self.unknown, self.present


def draw(chance: random.Random) -> Draw:
    """Somebody, and one condition that is absent, not known or present."""
    data, condition = case_from(chance), chance.choice(CONDITIONS)
    unknown = {key: value for key, value in data["findings"].items() if key != condition}
    shuffled = [*unknown.items()]
    chance.shuffle(shuffled)

    def with_(findings: dict[str, bool]) -> Answered:
        return answered({**data, "findings": findings})

    return Draw(
        condition,
        with_({**unknown, condition: False}),
        with_(unknown),
        with_({**unknown, condition: True}),
        with_(dict(shuffled)),
    )


def a_plan_is_whole(of: Draw) -> None:
    """Reachable, within caps and budget, every lead needled, every item with a reason and a source."""
    for one in of.each:
        is_whole(one.proposal)


def is_whole(proposal: Json) -> None:
    assert json.loads(json.dumps(proposal)) == proposal
    if proposal["action"] in ("emergency", "refer_before_treating", "need_information"):
        assert proposal["treatment"] is None
        return
    treatment = proposal["treatment"]
    assert len(treatment["stages"]) <= 2
    assert sum(stage["needles"] for stage in treatment["stages"]) == treatment["needles"] <= 14
    for stage in treatment["stages"]:
        assert stage["points"]
        assert 5 <= stage["retention_min"] <= 30
        assert (stage["side_up"] is not None) == (stage["position"] == "side_lying")
        for planned in stage["points"]:
            point = KNOWLEDGE.points[planned["code"]]
            assert stage["position"] in point.positions
            low, high = planned["depth_mm"]
            cap = point.cap_mm
            if planned["levels"]:
                cap = point.thoracic_cap_mm if planned["levels"][0].startswith("T") else point.lumbar_cap_mm
            assert 1 <= low <= high <= cap < 100
            assert planned["needle"]["length_mm"] > high
            assert (planned["side"] == "midline") == (point.sides == "midline") or planned["code"] == "ASHI"
            if stage["position"] == "side_lying":
                assert planned["side"] in (stage["side_up"], "midline")
            assert planned["code"] != "ASHI" or planned["where"]
        codes = {planned["code"] for planned in stage["points"]}
        for item in stage["electro"]:
            assert item["minutes"] <= min(30, stage["retention_min"])
            assert all(set(lead) <= codes for lead in item["leads"])
            assert item["side"] in ("left", "right")
    reasoned = [
        *needled(proposal), *treatment["adjuncts"], *treatment["ear"], *treatment["home_care"], treatment["dose"],
        *(item for stage in treatment["stages"] for item in stage["electro"]),
    ]  # fmt: skip
    for item in reasoned:
        assert item["because"]
        for reason in item["because"]:
            assert reason["rule"] and reason["text"]
            assert reason["sources"] and set(reason["sources"]) <= set(KNOWLEDGE.sources)
    dose = treatment["dose"]
    assert dose["sessions"] == sum(phase["per_week"] * phase["weeks"] for phase in dose["phases"]) >= 6
    asked = [question["finding"] for question in proposal["ask"]]
    assert len(asked) == len(set(asked))
    assert all(item["text"] and item["source"] in KNOWLEDGE.sources for item in proposal["withheld"])


def a_contraindication_only_takes_away(of: Draw) -> None:
    """present <= not known <= absent: what is not known or present never brings anything that absent does not."""
    absent, unknown, present = (risks(one.proposal) for one in of.each)
    if of.condition == POSTURE:  # no contraindication: whoever cannot lie face down is reached through the ear
        present -= {("needles",)}
    assert present <= unknown <= absent


def a_contraindication_makes_no_needle_deeper(of: Draw) -> None:
    absent, unknown, present = (deepest(one.proposal) for one in of.each)
    for free, careful in ((absent, unknown), (unknown, present)):
        assert all(mm <= free[place] for place, mm in careful.items() if place in free)


def the_order_of_findings_changes_nothing(of: Draw) -> None:
    assert of.reordered.proposal == of.unknown.proposal


def nothing_forbidden_is_proposed(of: Draw) -> None:
    """The safety table read by itself: whole-body cells of every condition that is present."""
    for one in of.each:
        done = {kind for kind, *_ in risks(one.proposal)}
        for row in FORBIDDING:
            if any(one.data["findings"].get(finding) for finding in row.findings):
                for modality, names in FORBIDDEN.items():
                    if row.level(modality) in STOPS and modality not in row.only_at:
                        assert not done & (names - {*row.spares}), (row.id, modality)


def nothing_is_quoted_that_the_patient_did_not_say(of: Draw) -> None:
    for one in of.each:
        check_quotes(one.picture, one.proposal)


def at_home_two_points_are_pressed_at_most_and_no_word_is_left_open(of: Draw) -> None:
    for one in of.each:
        treatment = one.proposal["treatment"] or {"home_care": []}
        assert all("{" not in item["text"] for item in treatment["home_care"])
        items = [item for item in treatment["home_care"] if item["kind"] == "acupressure"]
        assert len(items) <= 1 and len({point["code"] for item in items for point in item["points"]}) <= 2
        sides = [f.removeprefix("side.") for f in ("side.left", "side.right") if one.data["findings"].get(f)]
        if len(sides) == 1:
            other = "your right" if sides[0] == "left" else "your left"
            for item in items:
                assert other not in item["text"] or "your hand" in item["text"].replace(other, "your")


def every_plan_has_current_or_says_why_not_and_leaves_no_place_open(of: Draw) -> None:
    for one in of.each:
        treatment = one.proposal["treatment"]
        if treatment is None:
            continue
        told = [item for item in one.proposal["withheld"] if item["item"] == "electro"]
        assert any(stage["electro"] for stage in treatment["stages"]) or told
        assert all(item["text"] for item in told)
        assert all("{" not in item["where"] and item["where"] for item in treatment["adjuncts"])


def a_later_visit_keeps_to_the_same_bounds(of: Draw) -> None:
    """Needles for people who get few stay few; two stages at most; the account agrees with the plan."""
    for one in of.each:
        plan, visit = one.proposal, one.data["visit"]
        if visit == 1:
            continue
        if not plan["treatment"]:
            assert "course" not in plan
            continue
        treatment = plan["treatment"]
        assert treatment["needles"] <= 14 and len(treatment["stages"]) <= 2
        if treatment["stages"]:
            assert plan["course"]["visit"] == visit
            assert {*plan["course"]["protocol"]} <= {"protocol.other_face", "protocol.in_front", "protocol.eased"}
            told = one.data["complaint"]["pain_now"] is not None
            assert told or "protocol.eased" not in plan["course"]["protocol"]


PROMISES: list[Callable[[Draw], None]] = [
    a_plan_is_whole,
    a_contraindication_only_takes_away,
    a_contraindication_makes_no_needle_deeper,
    the_order_of_findings_changes_nothing,
    nothing_forbidden_is_proposed,
    nothing_is_quoted_that_the_patient_did_not_say,
    at_home_two_points_are_pressed_at_most_and_no_word_is_left_open,
    every_plan_has_current_or_says_why_not_and_leaves_no_place_open,
    a_later_visit_keeps_to_the_same_bounds,
]


@drawn(draw)
def test_every_promise_holds(of: Draw) -> None:
    all_held(of, *PROMISES)


@each_row("flag, leading", itertools.product(FLAGS, LEADING[:3]))
def test_a_flag_never_opens_a_plan(answer, make_case, flag, leading):
    """A flag that is not known is at most as free as one that is absent, and one that is present at most as that."""
    order = ("treat", "caution", "need_information", "refer_before_treating", "emergency")
    present = ("site.low_back", "side.left", *leading)
    absent = answer(make_case(present, days=20))
    unknown = answer(make_case(present, unknown=(flag,), days=20))
    told = answer(make_case((*present, flag), days=20))
    assert order.index(absent["action"]) <= order.index(unknown["action"])
    if flag not in ("flag.investigated_clear", "flag.cancer_history_cleared"):
        assert risks(told) <= risks(unknown) <= risks(absent)
