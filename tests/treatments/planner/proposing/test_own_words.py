"""A medicine or condition in the patient's own words, beside a ticked no, counts at least as not known."""

from __future__ import annotations

import pytest

STATED = [
    ("I take Eliquis every morning.", "condition.anticoagulant", "gua_sha"),
    ("They put me on warfarin last month", "condition.anticoagulant", "gua_sha"),
    ("I have had a pacemaker since 2019.", "condition.pacemaker", "electro"),
]


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
