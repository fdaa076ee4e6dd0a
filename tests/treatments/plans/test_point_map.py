"""The point map: each chosen point on the figure, on its side, under its own name, nothing hidden."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import Any

import pytest
from django.test import Client

from tests.factories.assessed import draft_plan
from tests.factories.people import PatientFactory, UserFactory
from tests.support.page_text import page_text
from tests.support.worked_cases import load_cases, proposal_of
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.vocabulary.needle_sets import load_needle_sets
from treatments.plans.presenters import point_map
from treatments.plans.presenters.figure import from_the_side, load_figure, places_of

FIGURE = load_figure()
BOOK = load_planner_knowledge().points


def point(code: str, side: str = "both", **more: Any) -> dict[str, Any]:
    return {"code": code, "side": side, **more}


def stage(*points: dict[str, Any], position: str = "prone", **more: Any) -> dict[str, Any]:
    return {"position": position, "points": list(points), **more}


def only_figure(*points: dict[str, Any], position: str = "prone", **more: Any) -> dict[str, Any]:
    drawing = point_map.of_stage(stage(*points, position=position, **more))
    assert drawing is not None and len(drawing["figures"]) == 1
    figure: dict[str, Any] = drawing["figures"][0]
    return figure


def dots(mark: dict[str, Any]) -> list[tuple[float, float]]:
    return [(float(dot["x"]), float(dot["y"])) for dot in mark["dots"]]


def all_stages() -> list[dict[str, Any]]:
    """Every stage that the planner proposes in the worked cases."""
    stages = []
    for case in load_cases():
        proposal = proposal_of(case.data)
        treatment = (proposal if isinstance(proposal, dict) else proposal.as_json()).get("treatment")
        stages += treatment["stages"] if treatment else []
    return stages


def test_every_point_a_rule_names_or_that_is_described_in_full_has_a_place_of_its_own() -> None:
    named = {choice.code for rule in load_planner_knowledge().rules for choice in rule.points}
    named |= {code for code, known in BOOK.items() if known.depth_of_data == "deep"}
    named -= {"ASHI", "EX-B2"}  # these lie where the hand and the level say
    about = [code for code in sorted(named) if not (places := places_of(code)) or any(p.is_about for p in places)]
    assert len(named) > 90 and about == []


def test_every_point_that_may_be_proposed_has_a_place_of_its_own() -> None:
    planned = {code for code, known in BOOK.items() if known.use == "plan"} - {"ASHI", "EX-B2"}
    assert [code for code in sorted(planned) if any(place.is_about for place in places_of(code))] == []


def test_a_set_has_a_place_for_each_of_its_needles() -> None:
    for row in load_needle_sets():
        if BOOK[row.code].use == "plan":
            places = places_of(row.code)
            mirrored = BOOK[row.code].sides == "midline"  # a place beside the middle line stands for two needles
            drawn = sum(2 if mirrored and place.x else 1 for place in places)
            assert drawn == row.needles, row.code


def test_the_side_of_the_trunk_reads_from_rib_to_hip() -> None:
    """LR13 at the tip of the 11th rib lies above GB26, which is level with the navel (WHO2008)."""
    rib12, rib11, belt, front = (places_of(code)[0] for code in ("GB25", "LR13", "GB26", "GB27"))
    assert rib12.y < rib11.y < belt.y < front.y
    assert belt.y == places_of("CV8")[0].y and rib11.face == belt.face == "outer"
    assert rib11.depth is not None and rib12.depth is not None and rib11.depth < rib12.depth  # the 11th ends in front


def test_every_point_of_the_book_is_at_least_about_somewhere() -> None:
    assert [code for code in BOOK if code not in ("ASHI", "EX-B2") and not places_of(code)] == []


def test_places_named_are_points_of_the_book_and_lie_in_the_box() -> None:
    tables = [FIGURE.back, FIGURE.front, FIGURE.outer, FIGURE.inner, FIGURE.arm, FIGURE.head, FIGURE.several]
    codes = [code for table in tables for code in table]
    assert len(codes) == len(set(codes)) and [code for code in codes if code not in BOOK] == []
    for code in codes:
        for place in places_of(code):
            assert 0 <= place.x < FIGURE.width / 2 and 0 < place.y < FIGURE.height
            spot = from_the_side(place)
            assert spot is None if place.is_arm else spot is not None and 0 < spot[0] < FIGURE.side.width


def test_midline_points_lie_on_the_midline_and_the_bladder_line_beside_it() -> None:
    for code, known in BOOK.items():
        if known.channel in ("governor_vessel", "conception_vessel"):
            assert all(place.x == 0 for place in places_of(code)), code
    line = [places_of(f"BL{n}")[0] for n in range(11, 31)]
    assert len({place.x for place in line}) == 1 and line == sorted(line, key=lambda place: place.y)
    assert places_of("BL52")[0].x > places_of("BL23")[0].x and places_of("BL52")[0].y == places_of("BL23")[0].y


@pytest.mark.parametrize(
    ("position", "side", "is_left_of_the_viewer"),
    [("prone", "left", True), ("prone", "right", False), ("supine", "left", False), ("supine", "right", True)],
)
def test_the_painful_side_is_the_side_drawn(position: str, side: str, is_left_of_the_viewer: bool) -> None:
    figure = only_figure(point("KI3", side), position=position)
    ((x, _),) = dots(figure["marks"][0])
    assert (x < FIGURE.width / 2) is is_left_of_the_viewer
    assert figure["marks"][0]["anchor"] == ("end" if is_left_of_the_viewer else "start")
    assert figure["letters"] == (("L", "R") if position == "prone" else ("R", "L"))


def test_both_sides_are_two_dots_under_one_name() -> None:
    (mark,) = only_figure(point("BL23"))["marks"]
    (left, right) = sorted(dots(mark))
    assert left[0] + right[0] == FIGURE.width and left[1] == right[1] and len(mark["leaders"]) == 1


def test_levels_of_the_spine_are_dots_of_their_own() -> None:
    (mark,) = only_figure(point("EX-B2", "right", levels=["L4", "L5"]))["marks"]
    assert [y for _, y in dots(mark)] == [FIGURE.levels["L4"], FIGURE.levels["L5"]]


@pytest.mark.parametrize(
    ("where", "height"),
    [
        ("3 cm lateral to L4", FIGURE.levels["L4"]),
        ("the most tender point beside L3 to L5, found by palpation", FIGURE.levels["L4"]),
        ("the tender band of piriformis", FIGURE.region["buttock"][1]),
    ],
)
def test_a_tender_point_is_shown_about_where_the_hand_found_it(where: str, height: float) -> None:
    (mark,) = only_figure(point("ASHI", "left", where=where))["marks"]
    assert dots(mark)[0][1] == height and mark["dots"][0]["kind"] == "about"


def test_a_tender_point_nobody_can_place_is_named_below_and_not_guessed() -> None:
    drawing = point_map.of_stage(stage(point("BL23"), point("ASHI", "left", where="there")))
    assert drawing and drawing["elsewhere"] == ["2 ASHI"]
    assert [line["is_drawn"] for line in drawing["legend"]] == [True, False]


def test_what_cannot_be_seen_from_there_is_marked_so() -> None:
    assert only_figure(point("CV17", "midline"))["marks"][0]["dots"][0]["kind"] == "far"
    assert only_figure(point("BL23"), position="supine")["marks"][0]["dots"][0]["kind"] == "far"
    assert only_figure(point("ST36"), position="supine")["marks"][0]["dots"][0]["kind"] == ""


def test_lying_on_the_side_the_side_that_is_up_faces_the_reader() -> None:
    turned = only_figure(point("GB31", "right"), position="side_lying", side_up="right")
    straight = only_figure(point("GB31", "left"), position="side_lying", side_up="left")
    assert turned["is_turned"] and not straight["is_turned"]
    (there,), (here,) = dots(turned["marks"][0]), dots(straight["marks"][0])
    assert there[0] == pytest.approx(FIGURE.side.width - here[0], abs=0.11)
    beneath = only_figure(point("GB31", "left"), position="side_lying", side_up="right")
    assert beneath["marks"][0]["dots"][0]["kind"] == "far"
    drawing = point_map.of_stage(stage(point("GB31", "left"), point("LI4"), position="side_lying", side_up="left"))
    assert drawing and drawing["elsewhere"] == ["2 LI4"]


def test_seated_shows_the_sides_of_the_body_that_hold_points() -> None:
    views = {}
    for codes in (["GB20"], ["SI3"], ["GB20", "SI3"], ["ST25", "BL13"]):
        drawing = point_map.of_stage(stage(*(point(code) for code in codes), position="seated"))
        assert drawing and not drawing["elsewhere"]
        views[" ".join(codes)] = [figure["view"] for figure in drawing["figures"]]
    assert views == {
        "GB20": ["back"],
        "SI3": ["front"],
        "GB20 SI3": ["back"],
        "ST25 BL13": ["back", "front"],
    }


def test_a_stage_without_points_has_no_drawing() -> None:
    assert point_map.of_stage(stage()) is None


@pytest.mark.thorough
def test_in_every_worked_case_nothing_is_hidden() -> None:
    stages = all_stages()
    assert len(stages) > 100
    for this in stages:
        nothing_is_hidden(this)


def nothing_is_hidden(this: dict[str, Any]) -> None:
    drawing = point_map.of_stage(this)
    if not this["points"]:
        assert drawing is None
        return
    assert drawing is not None and drawing == point_map.of_stage(this)
    shown = [mark["number"] for figure in drawing["figures"] for mark in figure["marks"]]
    assert sorted(shown) == sorted(set(shown)), "a point is drawn once"
    assert len(set(shown)) + len(drawing["elsewhere"]) == len(this["points"])
    for figure in drawing["figures"]:
        every = [dot for mark in figure["marks"] for dot in dots(mark)]
        for (x, y), (u, v) in combinations(every, 2):
            assert (x - u) ** 2 + (y - v) ** 2 > (2 * point_map.DOT) ** 2, (this["points"], (x, y), (u, v))
        for x, y in every:
            assert 0 < x < float(figure["width"]) and 0 < y < float(figure["height"])
        for anchor in ("start", "end"):
            heights = sorted(float(mark["y"]) for mark in figure["marks"] if mark["anchor"] == anchor)
            assert all(low + point_map.LINE - 0.11 <= high for low, high in pairwise(heights))
            assert not heights or (heights[0] > 0 and heights[-1] < float(figure["height"]))


@pytest.mark.django_db
def test_the_plan_page_shows_it_in_drawing_and_in_words() -> None:
    petra = UserFactory(practitioner=True)
    plan = draft_plan(PatientFactory(), petra)
    client = Client()
    client.force_login(petra)
    text = page_text(client.get(f"/plans/{plan.pk}/"))
    drawing = text[text.index('class="point-map"') :]
    drawing = drawing[: drawing.index("</ol>")]
    for chosen in plan.treatment["stages"][0]["points"]:
        assert f"</tspan> {chosen['code']}</text>" in drawing
    assert 'role="img"' in drawing and BOOK["BL25"].location in drawing and "Where they lie" in drawing
    assert not re.search(r"\bstyle=|\son\w+=", drawing)
