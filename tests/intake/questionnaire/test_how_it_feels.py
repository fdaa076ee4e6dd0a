"""How it feels at the places that were marked: what the words tell, and where they take back a "no"."""

from __future__ import annotations

from datetime import date

import pytest

from intake.questionnaire.answers import read
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About

Q = load_questionnaire()
MAN = About(age=38, sex="male", birth_known=True, sex_known=True, on=date(2026, 6, 1))
PIC = {"complaint": "place"}


@pytest.mark.parametrize(
    ("marked", "finding"),
    [
        (["inner_thigh_left:numb"], "flag.saddle_numbness"),
        (["coccyx:tingling"], "flag.saddle_numbness"),
        (["buttock_left:tingling", "buttock_right:numb"], "flag.saddle_numbness"),
        (["calf_left:numb", "foot_right:tingling"], "flag.both_legs"),
        (["thumb_left:numb", "palm_right:numb"], "flag.cord_signs"),
    ],
)
def test_numbness_that_is_marked_makes_a_no_not_known(marked: list[str], finding: str) -> None:
    where = [*(one.partition(":")[0] for one in marked), *marked]
    said = {"saddle_numbness": "no", "both_legs": "no", "cord": ["none"]}
    reading = read(Q, PIC | said | {"where": where}, MAN)
    assert finding not in reading.findings and finding in reading.doubted
    assert reading.findings["quality.electric"] is True
    dull = read(
        Q,
        PIC | said | {"where": [*where, *(w.replace("numb", "dull").replace("tingling", "dull") for w in marked)]},
        MAN,
    )
    assert finding in dull.doubted  # another word for the same place takes nothing back
    for unmarked in ({"where": [one for one in where if ":" not in one]}, {"where": marked}, {"where": [where[0]]}):
        assert read(Q, PIC | said | unmarked, MAN).findings[finding] is False, "nothing is numb at a place not marked"
    told = {"saddle_numbness": "yes", "both_legs": "yes", "cord": ["hands"]}
    assert read(Q, PIC | told | {"where": where}, MAN).findings[finding] is True


def test_one_buttock_that_tingles_takes_back_no_answer_about_the_seat() -> None:
    """Sciatica, as most have it: the question about the seat was asked, and its no stands."""
    said = PIC | {"saddle_numbness": "no", "where": ["buttock_left", "buttock_left:tingling", "calf_left"]}
    assert read(Q, said, MAN).findings["flag.saddle_numbness"] is False


def test_on_one_side_alone_a_no_about_both_stays() -> None:
    where = ["calf_left", "calf_left:numb", "foot_left", "foot_left:numb"]
    assert read(Q, PIC | {"both_legs": "no", "where": where}, MAN).findings["flag.both_legs"] is False


def test_how_it_feels_there_is_not_asked_again() -> None:
    where = ["low_back_left", "low_back_left:burning", "low_back_left:dull"]
    reading = read(Q, PIC | {"where": where, "quality": ["stiff"]}, MAN)
    offered = {o.id for q in reading.questions if q.id == "quality" for o in q.options}
    assert not {"burning", "dull"} & offered and {"stiff", "cold", "electric"} <= offered
    told = reading.findings
    assert told["quality.burning"] and told["quality.dull"] and told["quality.stiff"]
    assert told["quality.electric"] is False  # of what was offered and not ticked
    plain = read(Q, PIC | {"where": ["low_back_left"]}, MAN)
    assert "quality.burning" not in plain.findings  # a place without a word says nothing about it
