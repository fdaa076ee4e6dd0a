"""A medicine or condition in the patient's own words, beside a ticked no, counts at least as not known."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import intake
from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing.propose import propose
from treatments.planner.review.review import review

STATED = [
    ("I take Eliquis every morning.", "condition.anticoagulant", "gua_sha"),
    ("They put me on warfarin last month", "condition.anticoagulant", "gua_sha"),
    ("I have had a pacemaker since 2019.", "condition.pacemaker", "electro"),
]


def written_conditions() -> list[tuple[str, str, str]]:
    """Language, condition and sentence of every example beside a condition in the lexicons."""
    found = []
    for file in sorted((Path(intake.__file__).parent / "knowledge" / "texts").glob("*/*.toml")):
        for sign in tomllib.loads(file.read_text(encoding="utf-8")).get("sign", []):
            if sign["finding"].startswith("condition."):
                says = (line for line in sign.get("says", "").splitlines() if line and not line.startswith("#"))
                found += [(file.parent.name, sign["finding"], text) for text in says]
    return found


@pytest.mark.parametrize(("language", "finding", "text"), written_conditions())
def test_a_stated_condition_beside_a_ticked_no_is_at_least_not_known(proposed, language, finding, text) -> None:
    """Whatever is kept out, or asked, while nobody has answered is kept out and asked beside a ticked no as well."""
    unknown, stated = proposed(unknown=(finding,)), proposed(texts={"reason": text})
    assert stated["action"] != "treat" and any(finding in alert["because"] for alert in stated["alerts"])
    if stated["treatment"] is None:
        return
    assert finding in {question["finding"] for question in stated["ask"]}
    for row in unknown["withheld"]:
        if row["because"] == finding:
            kept_out = {w["modality"] for w in stated["withheld"] if w["because"] == finding}
            assert not kept_out.isdisjoint({row["modality"], "needle"}), row  # without needles there is no current


@pytest.mark.parametrize("answer", ["no", "not answered"])
@pytest.mark.parametrize(("text", "finding", "kept_out"), STATED)
def test_it_is_cautioned_withheld_and_asked(proposed, text, finding, kept_out, answer) -> None:
    """`text` beside `answer` -> a caution that quotes the words, what a yes forbids withheld, the question asked."""
    unknown = (finding,) if answer == "not answered" else ()
    proposal = proposed(texts={"medicines": text}, unknown=unknown)
    assert proposal["action"] == "caution"
    alert = next(alert for alert in proposal["alerts"] if finding in alert["because"])
    assert alert["level"] == "caution" and "“" in alert["text"]
    assert any(w["because"] == finding and w["item"] == kept_out for w in proposal["withheld"])
    assert finding in {question["finding"] for question in proposal["ask"]}


def depths(proposal: dict) -> dict[str, int]:
    return {p["code"]: p["depth_mm"][1] for stage in proposal["treatment"]["stages"] for p in stage["points"]}


def test_a_blood_thinner_in_words_makes_needles_finer_and_shallower(proposed) -> None:
    plain, stated = proposed(), proposed(texts={"medicines": "I take Eliquis"})
    before, after = depths(plain), depths(stated)
    assert after and all(after[code] < before[code] for code in after.keys() & before.keys())
    points = [p for stage in stated["treatment"]["stages"] for p in stage["points"]]
    assert {p["technique"] for p in points} <= {"even", "reinforcing"}
    assert not any(p["deqi"] == "clear" for p in points)


def test_what_a_practitioner_cleared_is_said_no_more(proposed) -> None:
    proposal = proposed(texts={"medicines": "I take Eliquis"}, cleared=["condition.anticoagulant"])
    assert proposal["action"] == "treat"
    assert depths(proposal) == depths(proposed())


def test_a_confirmed_condition_is_not_cautioned_twice(proposed, accident) -> None:
    proposal = proposed((*accident, "condition.anticoagulant"), texts={"medicines": "I take Eliquis"})
    assert [a["code"] for a in proposal["alerts"] if "condition.anticoagulant" in a["because"]] == ["anticoag"]


def test_denied_words_raise_nothing(proposed) -> None:
    assert proposed(texts={"medicines": "I do not take any blood thinners."})["action"] == "treat"


def test_current_waits_for_whoever_wrote_to_be_frail(proposed, accident) -> None:
    """What would keep the current out after a yes keeps it out beside the patient's own words."""
    text = {"reason": "I am frail and weak since the winter."}
    stated = proposed((*accident,), texts=text, visit=3)
    assert "condition.frail" in {question["finding"] for question in stated["ask"]}
    plain = proposed((*accident,), visit=3)
    assert any(stage["electro"] for stage in plain["treatment"]["stages"])
    assert not any(stage["electro"] for stage in stated["treatment"]["stages"])
    assert any(w["item"] == "electro" and w["because"] == "condition.frail" for w in stated["withheld"])


def test_an_edited_plan_is_held_to_what_the_patient_wrote(make_case) -> None:
    """The plan of a patient without a thinner, beside the words: its depths are too deep."""
    knowledge, planner = load_intake_knowledge(), load_planner_knowledge()

    def picture(**more: object) -> ClinicalPicture:
        case = parse_case(make_case(visit=3, **more), knowledge)
        return ClinicalPicture(case, assess(case, knowledge))

    plan = propose(picture(), planner).treatment
    assert plan is not None
    codes = {alert.code for alert in review(plan, picture(texts={"medicines": "I take Eliquis"}), planner)}
    assert "depth_past_patient_cap" in codes
    assert "depth_past_patient_cap" not in {alert.code for alert in review(plan, picture(), planner)}
