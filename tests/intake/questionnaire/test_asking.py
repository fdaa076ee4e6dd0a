"""The form is short, asks each thing once, and reads what was answered under an earlier version."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from clinic.lib.complaints import complaints
from clinic.lib.knowledge_files import KnowledgeError
from intake.questionnaire.answers import read
from intake.questionnaire.asking import check_asking, things_in
from intake.questionnaire.load import DIRECTORY, PAST, load_questionnaire, past_files
from intake.questionnaire.values import ALWAYS, About
from tests.bench import intake_length
from tests.intake.questionnaire.test_files import change, own_knowledge  # noqa: F401
from tests.intake.questionnaire.test_questionnaire import MAN
from treatments.demo.answers import answers_to_all

pytestmark = pytest.mark.pure
Q = load_questionnaire()


@pytest.mark.thorough
def test_before_the_first_needle_it_takes_seven_minutes() -> None:
    rows = intake_length.lengths()
    first, second = ([row for row in rows if row.part == part] for part in intake_length.PARTS)
    assert len(first) == len(second) == 12
    assert max(row.screens for row in first) <= intake_length.MOST_SCREENS
    assert max(row.minutes for row in first) <= intake_length.MOST_MINUTES
    assert max(a.words + b.words for a, b in zip(first, second, strict=True)) <= intake_length.MOST_WORDS


@pytest.mark.thorough
def test_both_parts_take_at_most_twelve_minutes_whatever_the_complaints() -> None:
    """Every combination of one, two and three, for those who are asked the most."""
    assert len(intake_length.choices()) == 8 + 8 * 7 + 8 * 7 * 6
    longest = intake_length.longest()
    assert {*longest} == {1, 2, 3}
    for minutes, first, who in longest.values():
        assert first < minutes <= intake_length.MOST_IN_ALL, who


def test_who_is_asked_the_most_is_asked_what_few_are() -> None:
    """The longest form above is long: the questions that few are asked are among those of the people measured."""
    people = intake_length.asked_the_most()
    seen = set()
    for person in people.values():
        about = About(2026 - person.born, person.sex, birth_known=True, sex_known=True, on=dt.date(2026, 12, 1))
        answers = {**answers_to_all(person, Q.questions), "complaint": ["place"]}
        seen |= {screen.id for screen in read(Q, answers, about).screens}
    assert {"pregnancy_more", "cancer_more", "inflammation", "sport_more", "rmdq_1"} <= seen


@pytest.mark.parametrize(
    ("label", "things"),
    [
        ("Fever or shivering", 2),
        ("Cold hands, feet, or night urine", 3),
        ("Black stools; yellow skin; belly pain", 3),
        ("Weak immune system (transplant, chemotherapy, no spleen)", 1),
        ("Pain where tendons meet bone, such as the heel, the knee or the elbow", 1),
        ("Sharp, in one spot", 2),
        ("An old order", 1),
    ],
)
def test_what_a_label_joins_is_counted(label: str, things: int) -> None:
    assert things_in(label) == things


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('label = "Dull ache", finding = "quality.dull"', 'label = "Dull ache", finding = "eased_by.rest"', "already"),
        ('label = "Fever or shivering"', 'label = "Fever, shivering or sweats"', "joins more than 2 things"),
        ("Is it newly hard to pee, or to", "Is it newly hard to pee, or to pass stool, or to", "joins more than 2"),
        ('id = "weather"\neach = true\nwhole = [1, 1, 0]\npart = 2', 'id = "weather"\neach = true\npart = 1', ""),
        ('id = "mood"\nwhole = [1, 0, 0]\npart = 2', 'id = "mood"\npart = 1', "stand after those of part one"),
    ],
)
def test_a_question_asked_badly_is_a_fault(own_knowledge: Path, old: str, new: str, said: str) -> None:  # noqa: F811
    change(own_knowledge, "questionnaire.toml", old, new)
    if not said:
        assert load_questionnaire(own_knowledge)
        return
    with pytest.raises(KnowledgeError, match=said):
        load_questionnaire(own_knowledge)


def test_every_version_of_the_past_is_read_by_a_file_of_its_own() -> None:
    assert past_files(DIRECTORY) == {"2026.11": f"{PAST}/2026.12.toml", "2026.12": f"{PAST}/2026.12.toml"}
    assert Q.version not in past_files(DIRECTORY)
    answers = {"complaint": "place", "fever": "yes", "cancer_history": "no", "signs": ["waves"]}
    then = read(load_questionnaire(version="2026.12"), answers, MAN).findings
    assert then["flag.fever"] is True and then["flag.cancer_history"] is False
    assert then["flag.urine_blood_or_colic"] is True and then["flag.fainting_pale_sweating"] is False
    assert "flag.fever" not in read(Q, answers, MAN).findings


def test_what_no_plan_is_made_without_is_in_part_one_and_required() -> None:
    first = {f for s in Q.screens if s.part == 1 for q in s.questions if q.required for f in q.findings}
    needed = {
        finding
        for pack in complaints().values()
        for group in (pack.required, *pack.required_any, *pack.required_of.values(), *pack.required_if.values())
        for finding in group
    } - {"flag.self_harm"}  # private: may be declined
    assert needed <= first


def test_what_contraindicates_is_in_part_one() -> None:
    """All conditions but the few that no needle depends on."""
    later = {f for s in Q.screens if s.part == 2 for q in s.questions for f in q.findings}
    assert {f for f in later if f.startswith("condition.")} == {
        "condition.menopause",
        "condition.earlier_stress_fracture",
        "condition.hepatitis",
        "condition.hiv",
        "condition.stroke",
        "condition.thyroid",
    }
    assert {f for f in later if f.startswith("flag.")} == {"flag.missed_periods", "flag.stress_fracture_signs"}


def test_lists_of_signs_are_short_and_need_an_answer() -> None:
    for question in Q.questions:
        signs = {f for f in question.findings if f.startswith("flag.")}
        if question.kind == "many" and signs and question.id != "periods":
            told = [o for o in question.options if o.sets]
            assert len(told) <= 4 and question.required, question.id
            assert [o.is_none for o in question.options].count(True) == 1
    alone = {"saddle_numbness", "bladder_retention", "bladder_leak", "bowel_loss", "leg_weakness", "both_legs"}
    for question in Q.questions:
        if question.id in alone:
            assert question.kind == "one" and question.required and re.match("[A-Z].*\\?", question.label)


def test_whoever_has_a_sore_knee_is_asked_about_the_knee_and_not_about_the_seat() -> None:
    reading = read(Q, {"complaint": "knee", "knee_now": ["none"], "knee_side": "left"}, MAN)
    asked = {f for question in reading.questions for f in question.findings}
    assert {*complaints()["knee"].required} <= asked
    assert not {"flag.saddle_numbness", "flag.bladder_leak", "flag.bowel_loss", "site.low_back"} & asked
    told = reading.findings
    assert told["complaint.knee"] and told["site.knee"] and told["side.left"]
    assert told["flag.joint_hot_swollen"] is False
    assert not {"knee", "knee_more"} & {screen.id for screen in read(Q, {"complaint": "place"}, MAN).screens}


def test_whoever_has_a_sore_shoulder_is_asked_about_heart_arm_and_from_fifty_on_the_temple() -> None:
    answers = {"complaint": "shoulder", "shoulder_now": ["effort"], "shoulder_signs": ["none"], "shoulder_side": "left"}
    asked_of, told = {}, {}
    for age in (39, 49, 50):
        reading = read(Q, answers, About(age, "male"))
        told[age] = reading.findings
        asked_of[age] = {f for question in reading.questions for f in question.findings}
        assert {*complaints()["shoulder"].required} <= asked_of[age]
        assert not {"flag.saddle_numbness", "flag.bladder_leak", "flag.knee_locked", "site.low_back"} & asked_of[age]
    assert "flag.pancoast" not in asked_of[39] and "flag.pancoast" in asked_of[49]
    assert told[50]["flag.gca_signs"] is False and "flag.gca_signs" not in told[49]
    assert told[39]["complaint.shoulder"] and told[39]["site.shoulder"] and told[39]["flag.arm_on_effort"]


def test_one_finding_is_asked_twice_only_where_nobody_is_asked_both() -> None:
    """Side and hot joint are asked of a knee and of a shoulder; what every complaint is asked is asked once."""
    faults = check_asking(Q, "form")
    assert faults == []
    knee = next(screen for screen in Q.screens if screen.id == "knee")
    everybody = replace(Q, screens=tuple(replace(s, show=ALWAYS) if s is knee else s for s in Q.screens))
    assert any("flag.joint_hot_swollen" in str(fault) for fault in check_asking(everybody, "form"))


def test_whoever_has_a_sore_neck_is_asked_about_cord_and_vessels_and_not_about_the_seat() -> None:
    reading = read(Q, {"complaint": "neck", "neck_where": ["upper"], "neck_arms": ["bladder"]}, MAN)
    asked = {f for question in reading.questions for f in question.findings}
    assert {*complaints()["neck"].required} <= asked
    assert (
        not {"flag.saddle_numbness", "flag.bladder_leak", "flag.bowel_loss", "flag.both_legs", "site.low_back"} & asked
    )
    told = reading.findings
    assert told["complaint.neck"] and told["site.neck"] and told["site.neck_upper"]
    assert told["flag.bladder_with_neck"] is True and told["flag.arm_weak_progressive"] is False
    assert {"cord", "leg_weakness"} <= {question.id for question in reading.questions}


@pytest.mark.parametrize("age", [49, 50])
def test_whoever_has_a_headache_is_asked_about_the_head_and_from_fifty_on_about_the_temple(age: int) -> None:
    about = About(age, "female")
    answers = {"complaint": "headache", "headache_where": ["temple"], "headache_start": ["clap"], "pregnancy": "no"}
    reading = read(Q, answers, about)
    asked = {f for question in reading.questions for f in question.findings}
    assert {*complaints()["headache"].required} <= asked
    assert ({*complaints()["headache"].required_if["age.over_49"]} <= asked) == (age >= 50)
    assert not {"flag.saddle_numbness", "flag.bladder_leak", "flag.both_legs", "flag.neck_trauma_high"} & asked
    assert reading.findings["site.head_temple"] and reading.findings["flag.thunderclap"] is True
    assert reading.findings["complaint.headache"] and "head_neck" in {screen.id for screen in reading.screens}


def test_whoever_cannot_sleep_is_asked_about_sleep_and_not_where_it_hurts() -> None:
    reading = read(Q, {"complaint": "sleep_stress", "sleep_how": ["onset"]}, MAN)
    asked = {f for question in reading.questions for f in question.findings}
    assert {*complaints()["sleep_stress"].required} <= asked
    assert not {"flag.saddle_numbness", "flag.joint_hot_swollen", "site.low_back", "quality.dull"} & asked
    assert reading.findings["complaint.sleep_stress"] and reading.findings["sleep.onset"]
