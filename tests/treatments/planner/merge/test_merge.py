"""A changed assessment proposes anew: no edit is lost, nothing appears twice, and every difference is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.merge_plans import Json, base, cups, current, edit, plan, point, stage
from treatments.planner.merge.merge import MergeResult, merge
from treatments.planner.treatment.parse import PlanError


def points_of(result: MergeResult | Json) -> dict[str, list[str]]:
    treatment = result.treatment if isinstance(result, MergeResult) else result
    return {row["position"]: [p["code"] for p in row["points"]] for row in treatment["stages"]}


def texts(notes: Any) -> list[str]:
    return [note.text for note in notes]


CASES = [
    # name, edit by hand, change of the proposal, what must hold, kept, taken, conflicts
    ("nothing", lambda t: None, lambda t: None, lambda m: points_of(m) == points_of(base()), [], [], []),
    (
        "side by hand",
        lambda t: t["stages"][0]["points"][0].update(side="both"),
        lambda t: None,
        lambda m: m["stages"][0]["points"][0]["side"] == "both" and m["needles"] == 6,
        ["BL25: side stays both, as edited."], [], [],
    ),
    (
        "technique proposed anew",
        lambda t: None,
        lambda t: t["stages"][0]["points"][0].update(technique="reducing"),
        lambda m: m["stages"][0]["points"][0]["technique"] == "reducing",
        [], ["BL25: technique now reducing (was even)."], [],
    ),
    (
        "different fields of one point",
        lambda t: t["stages"][0]["points"][0].update(depth_mm=[10, 12]),
        lambda t: t["stages"][0]["points"][0].update(technique="reducing"),
        lambda m: (m["stages"][0]["points"][0]["depth_mm"], m["stages"][0]["points"][0]["technique"])
        == ([10, 12], "reducing"),
        ["BL25: depth stays 10 to 12 mm, as edited."], ["BL25: technique now reducing (was even)."], [],
    ),
    (
        "the same field twice",
        lambda t: t["stages"][0].update(retention_min=10),
        lambda t: t["stages"][0].update(retention_min=30),
        lambda m: m["stages"][0]["retention_min"] == 10,
        [], [], ["Prone stage: retention stays 10 min, as edited; the new proposal says 30 min."],
    ),
    (
        "added by hand, another one proposed",
        lambda t: t["stages"][0]["points"].insert(1, point("BL57")),
        lambda t: t["stages"][0]["points"].append(point("BL60")),
        lambda m: points_of(m)["prone"] == ["BL25", "BL57", "BL26", "BL40", "BL60"],
        ["BL57 stays: added by hand."], ["BL60 is added by the new proposal."], [],
    ),
    (
        "removed by hand, proposed again",
        lambda t: t["stages"][0]["points"].pop(2),
        lambda t: t["stages"][0]["points"][2].update(technique="reducing"),
        lambda m: points_of(m)["prone"] == ["BL25", "BL26"],
        ["BL40 stays out: removed by hand, though proposed again."], [], [],
    ),
    (
        "no longer proposed",
        lambda t: None,
        lambda t: t["stages"][0]["points"].pop(2),
        lambda m: points_of(m)["prone"] == ["BL25", "BL26"],
        [], ["BL40 is removed: no longer proposed."], [],
    ),
    (
        "edited and no longer proposed",
        lambda t: t["stages"][0]["points"][2].update(side="right"),
        lambda t: t["stages"][0]["points"].pop(2),
        lambda m: points_of(m)["prone"] == ["BL25", "BL26", "BL40"],
        [], [], ["BL40 stays because it was edited; the new proposal leaves it out."],
    ),
    (
        "moved to another position by hand",
        lambda t: t["stages"][1]["points"].append(t["stages"][0]["points"].pop(2)),
        lambda t: t["stages"][0]["points"][2].update(technique="reducing"),
        lambda m: points_of(m) == {"prone": ["BL25", "BL26"], "supine": ["ST36", "BL40"]}
        and m["stages"][1]["points"][1]["technique"] == "reducing",
        ["BL40: position stays supine, as edited."], ["BL40: technique now reducing (was even)."], [],
    ),
    (
        "a stage removed by hand",
        lambda t: t["stages"].pop(1),
        lambda t: t["stages"][1]["points"].append(point("LR3")),
        lambda m: points_of(m) == {"prone": ["BL25", "BL26", "BL40"]},
        ["ST36 stays out: removed by hand, though proposed again.",
         "Supine stage stays out: removed by hand, though proposed again."],
        [], ["LR3 is proposed for a position that was removed by hand: left out."],
    ),
    (
        "a stage no longer proposed, a point in it by hand",
        lambda t: t["stages"][1]["points"].append(point("GB34")),
        lambda t: t["stages"].pop(1),
        lambda m: points_of(m) == {"prone": ["BL25", "BL26", "BL40"], "supine": ["GB34"]},
        ["GB34 stays: added by hand."], ["ST36 is removed: no longer proposed."],
        ["Supine stage stays because it was edited; the new proposal leaves it out."],
    ),
    (
        "a stage no longer proposed",
        lambda t: None,
        lambda t: t["stages"].pop(1),
        lambda m: list(points_of(m)) == ["prone"],
        [], ["ST36 is removed: no longer proposed.", "Supine stage is removed: no longer proposed."], [],
    ),
    (
        "a new stage",
        lambda t: t["stages"][0].update(retention_min=15),
        lambda t: t["stages"].insert(0, stage("side_lying", point("GB30"))),
        lambda m: list(points_of(m)) == ["side_lying", "prone", "supine"],
        ["Prone stage: retention stays 15 min, as edited."],
        ["GB30 is added by the new proposal.", "Side lying stage is added by the new proposal."], [],
    ),
    (
        "current on a point that was removed by hand",
        lambda t: t["stages"][0]["points"].pop(2),
        lambda t: t["stages"][0]["electro"].append(current(("BL26", "BL40"))),
        lambda m: len(m["stages"][0]["electro"]) == 1,
        ["BL40 stays out: removed by hand, though proposed again."], [],
        ["Current BL26–BL40 is proposed, but a point of it was removed by hand: left out."],
    ),
    (
        "minutes of the current, leads written the other way round",
        lambda t: t["stages"][0]["electro"][0].update(minutes=15),
        lambda t: t["stages"][0]["electro"][0].update(leads=[["BL26", "BL25"]], minutes=20),
        lambda m: [e["minutes"] for e in m["stages"][0]["electro"]] == [15],
        ["Current BL25–BL26: minutes stays 15 min, as edited."],
        ["Current BL25–BL26: leads now BL26–BL25 (was BL25–BL26)."], [],
    ),
    (
        "cups moved by hand and by the proposal",
        lambda t: t["adjuncts"][0].update(where="left low back"),
        lambda t: t["adjuncts"][0].update(where="mid back"),
        lambda m: [a["where"] for a in m["adjuncts"]] == ["left low back"],
        [], [], ["Cupping dry: where stays left low back, as edited; the new proposal says mid back."],
    ),
    (
        "all adjuncts removed by hand",
        lambda t: t["adjuncts"].clear(),
        lambda t: t["adjuncts"].append(cups("mid back", kind="gua_sha")),
        lambda m: [a["kind"] for a in m["adjuncts"]] == ["gua_sha"],
        ["Cupping dry stays out: removed by hand, though proposed again."],
        ["Gua sha is added by the new proposal."], [],
    ),
    (
        "course and reviews",
        lambda t: t["dose"].update(review_at=[4, 10]),
        lambda t: t["dose"].update(per_week=1, weeks=8, sessions=8, phases=[{"per_week": 1, "weeks": 8}]),
        lambda m: (m["dose"]["sessions"], m["dose"]["review_at"]) == (8, [4, 10]),
        ["Dose: reviews stays 4, 10, as edited."],
        ["Dose: course now 1 a week for 8 weeks (was 2 a week for 5 weeks)."],
        [],
    ),
    (
        "course in both",
        lambda t: t["dose"].update(per_week=3, weeks=2, sessions=6, phases=[{"per_week": 3, "weeks": 2}]),
        lambda t: t["dose"].update(per_week=1, weeks=8, sessions=8, phases=[{"per_week": 1, "weeks": 8}]),
        lambda m: (m["dose"]["sessions"], m["dose"]["phases"]) == (6, [{"per_week": 3, "weeks": 2}]),
        [], [], ["Dose: course stays 3 a week for 2 weeks, as edited; the new proposal says 1 a week for 8 weeks."],
    ),
    (
        "a side split in two by hand",
        lambda t: t["stages"][1].update(
            points=[point("ST36", "left"), point("ST36", "right", technique="reinforcing")]
        ),
        lambda t: t["stages"][1]["points"][0].update(technique="reinforcing"),
        lambda m: [p["side"] for p in m["stages"][1]["points"]] == ["left", "right"],
        [], [],
        ["ST36 stays ST36 left, ST36 right, as edited; the new proposal says ST36 both."],
    ),
    (
        "the same point added by both",
        lambda t: t["stages"][1]["points"].append(point("LR3", "left")),
        lambda t: t["stages"][1]["points"].append(point("LR3", "both")),
        lambda m: [p["side"] for p in m["stages"][1]["points"]] == ["both", "left"],
        [], [], ["LR3: side stays left, as edited; the new proposal says both."],
    ),
    (
        "reordered by hand",
        lambda t: t["stages"][0]["points"].reverse(),
        lambda t: t["stages"][0]["points"].append(point("BL60")),
        lambda m: points_of(m)["prone"] == ["BL40", "BL60", "BL26", "BL25"],
        [], ["BL60 is added by the new proposal."], [],
    ),
    (
        "principle",
        lambda t: t.update(principle="Warm the channel."),
        lambda t: t.update(principle="Nourish."),
        lambda m: m["principle"] == "Warm the channel.",
        [], [], ["Principle stays Warm the channel, as edited; the new proposal says Nourish."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("by_hand", "proposed", "holds", "kept", "taken", "conflicts"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_case(by_hand, proposed, holds, kept, taken, conflicts):
    result = merge(base(), edit(base(), by_hand), edit(base(), proposed))
    assert (texts(result.kept), texts(result.taken), texts(result.conflicts)) == (kept, taken, conflicts)
    assert holds(result.treatment)


def test_tender_points_are_told_apart_by_place():
    before = plan(stage("prone", point("ASHI", where="left buttock"), point("ASHI", where="left loin")))
    edited = edit(before, lambda t: t["stages"][0]["points"][0].update(depth_mm=[30, 40]))
    again = edit(before, lambda t: t["stages"][0]["points"].pop(1))
    result = merge(before, edited, again)
    assert [(p["where"], p["depth_mm"]) for p in result.treatment["stages"][0]["points"]] == [
        ("left buttock", [30, 40])
    ]


def test_a_plan_made_by_hand_meets_its_first_proposal():
    by_hand = plan(stage("prone", point("BL23", "both")))
    proposed = plan(stage("prone", point("BL23", "left"), point("BL25")))
    result = merge(None, by_hand, proposed)
    assert points_of(result) == {"prone": ["BL23", "BL25"]}
    assert result.treatment["stages"][0]["points"][0]["side"] == "both"


def test_nothing_can_be_proposed_now():
    edited = edit(base(), lambda t: t["stages"][0]["points"].pop(0))
    assert merge(base(), edited, None).treatment == edited


@pytest.mark.parametrize("wrong", [None, [], "plan", {"stages": 3}, {"stages": [None]}, {"adjuncts": {}}])
def test_what_is_no_plan_is_refused_with_its_path(wrong):
    with pytest.raises(PlanError) as caught:
        merge(base(), wrong, base())
    assert caught.value.faults[0].path and caught.value.faults[0].text
