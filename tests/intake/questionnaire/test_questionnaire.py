"""The questionnaire as a pure thing: what is asked, and what answers mean."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

import pytest

from clinic.lib.complaints import complaints
from intake.assessment import load_intake_knowledge
from intake.questionnaire.answers import findings_from, next_screen, previous_screen, progress, read, resume_at
from intake.questionnaire.consent import load_consent
from intake.questionnaire.load import DIRECTORY, load_questionnaire
from intake.questionnaire.values import DONE, About

Q = load_questionnaire()
BACK = complaints()["back"]
WOMAN = About(age=38, sex="female", birth_known=True, sex_known=True, on=date(2026, 6, 1))
MAN = About(age=38, sex="male", birth_known=True, sex_known=True, on=date(2026, 6, 1))
CAUDA_AND_FOOT = [
    ("saddle_numbness", "flag.saddle_numbness"),
    ("bladder_retention", "flag.bladder_retention"),
    ("bladder_leak", "flag.bladder_leak"),
    ("bowel_loss", "flag.bowel_loss"),
    ("sexual_numbness", "flag.sexual_numbness"),
    ("both_legs", "flag.both_legs"),
    ("leg_weakness", "flag.leg_weakness_progressive"),
]
MUST_BE_KNOWN = [
    "flag.saddle_numbness",
    "flag.bladder_retention",
    "flag.bladder_leak",
    "flag.bowel_loss",
    "flag.leg_weakness_progressive",
    "flag.fever",
    "flag.weight_loss",
    "flag.constant_night_pain",
    "flag.cancer_history",
    "flag.major_trauma_unchecked",
]


def found(about: About = WOMAN, **answers: Any) -> dict[str, bool]:
    return findings_from(answers, Q, about)


def shown(about: About = WOMAN, **answers: Any) -> set[str]:
    return {q.id for q in read(Q, answers, about).questions}


def test_every_finding_a_patient_can_answer_has_a_question() -> None:
    groups = tomllib.loads((DIRECTORY / "findings.toml").read_text("utf-8"))
    answerable = {f"{g}.{k}" for g, group in groups.items() if "P" in group["by"] for k in group["findings"]}
    told = {f for q in Q.questions for f in q.findings} | {c.sets for c in Q.counts}
    told |= {method.finding for method in load_consent().method}
    assert answerable
    assert sorted(answerable - told) == []
    assert sorted(told - load_intake_knowledge().order.keys()) == []


@pytest.mark.parametrize("complaint", [None, "place", "elsewhere", "other"])
def test_no_finding_is_asked_by_two_lists_of_the_form(complaint: str | None) -> None:
    """A chart and the list of paths may both tell where pain travels; nothing else is asked twice of one person."""
    asked: dict[str, list[str]] = {}
    for question in Q.questions:
        shown = read(Q, {"complaint": complaint}, MAN).questions
        hidden_by = [c for c in question.show.all_of if c.question == "complaint" and not c.holds(complaint)]
        screen = next(s for s in Q.screens if question in s.questions)
        hidden_by += [c for c in screen.show.all_of if c.question == "complaint" and not c.holds(complaint)]
        if question.kind != "chart" and not hidden_by:
            alike = next((q for q in shown if q.id == question.id), question)  # with the options this person sees
            for finding in alike.findings:
                asked.setdefault(finding, []).append(question.id)
    assert {f: ids for f, ids in asked.items() if len(ids) > 1} == {}


def test_whoever_has_no_pain_is_not_asked_about_the_seat_and_still_about_safety() -> None:
    """What is not asked is not known: it is never taken for no."""
    reading = read(Q, {"complaint": "other"}, MAN)
    screens = [screen.id for screen in reading.screens]
    assert not {"where", "safety_bladder", "quality", "worse", "rmdq_1"} & set(screens)
    kept = {"about", "safety_legs", "safety_now", "safety_general", "strength", "warmth", "implants", "private"}
    assert kept <= set(screens)
    assert "pain_now" not in {q.id for q in reading.questions}
    asked = {f for q in reading.questions for f in q.findings}
    assert {*BACK.required_of["complaint.not_pain"], "condition.anticoagulant", "condition.pacemaker"} <= asked
    told = found(complaint="other")
    assert told["complaint.not_pain"] is True and "flag.saddle_numbness" not in told and "site.low_back" not in told


def test_pain_elsewhere_is_drawn_and_nobody_is_asked_about_the_seat() -> None:
    reading = read(Q, {"complaint": "elsewhere"}, MAN)
    screens = [screen.id for screen in reading.screens]
    assert not {"safety_bladder", "travel", "rmdq_1"} & set(screens)
    assert {"where", "strength", "quality", "safety_now", "safety_general"} <= set(screens)
    required = {f for q in reading.missing for f in q.findings}
    assert set(BACK.required_of["complaint.elsewhere"]) <= required


def test_a_form_begun_before_the_question_goes_on_as_before() -> None:
    assert read(Q, {}, MAN).screens == read(Q, {"complaint": "place"}, MAN).screens


def test_what_must_be_known_before_a_plan_is_required_of_everybody() -> None:
    reading = read(Q, {}, MAN)
    required = {f for q in reading.missing for f in q.findings}
    assert [f for f in MUST_BE_KNOWN if f not in required] == []


@pytest.mark.parametrize(("question", "finding"), CAUDA_AND_FOOT)
def test_dont_know_counts_as_yes_for_cauda_equina_and_foot(question: str, finding: str) -> None:
    assert found(**{question: "dont_know"})[finding] is True
    assert found(**{question: "no"})[finding] is False
    assert finding not in found()


@pytest.mark.parametrize("question", ["now", "with_it", "general", "signs", "cord", "heart", "risks"])
def test_dont_know_elsewhere_stays_not_known(question: str) -> None:
    """And an answered list makes the rest absent: "None of these" is a no to each."""
    findings = {f for q in read(Q, {}, MAN).questions if q.id == question for f in q.findings}
    assert findings
    assert not findings & found(MAN, **{question: ["dont_know"]}).keys()
    assert {found(MAN, **{question: ["none"]})[finding] for finding in findings} == {False}


def test_rather_not_say_stays_not_known() -> None:
    assert "flag.self_harm" not in found(self_harm="decline")
    assert "flag.sexual_numbness" not in found(sexual_numbness="decline")
    assert "condition.pregnant" not in found(pregnancy="decline")


def test_unticked_is_absent_only_once_the_list_was_answered() -> None:
    assert "condition.pacemaker" not in found()
    assert "condition.pacemaker" not in found(heart=[])
    assert found(heart=["none"])["condition.pacemaker"] is False
    ticked = found(heart=["pressure"])
    assert ticked["condition.hypertension_controlled"] is True
    assert ticked["condition.pacemaker"] is False


def test_dont_know_in_a_list_keeps_the_ticks_and_leaves_the_rest_open() -> None:
    ticked = found(heart=["pressure", "dont_know"])
    assert ticked["condition.hypertension_controlled"] is True
    assert "condition.pacemaker" not in ticked


def test_present_beats_absent_when_two_questions_tell_of_one_finding() -> None:
    told = found(where=["calf_left"], travel=["stays"])
    assert told["radiation.back_of_leg"] is True
    assert told["radiation.none"] is True  # the contradiction is for the assessment to show


def test_men_are_not_asked_about_pregnancy_and_it_is_absent() -> None:
    assert "pregnancy" not in shown(MAN)
    assert "periods" not in shown(MAN)
    assert found(MAN)["condition.pregnant"] is False
    assert found(MAN)["flag.pregnancy_bleeding_or_pain"] is False


def test_pregnancy_is_asked_when_it_can_apply_or_is_not_known() -> None:
    assert "pregnancy" in shown(WOMAN)
    assert "pregnancy" in shown(About())
    assert "pregnancy" not in shown(About(age=64, sex="female", birth_known=True, sex_known=True))
    assert "condition.pregnant" not in found(WOMAN)


def test_maybe_pregnant_leaves_pregnant_open_and_asks_on() -> None:
    told = found(pregnancy="maybe")
    assert told["condition.maybe_pregnant"] is True
    assert "condition.pregnant" not in told
    assert "pregnancy_bleeding" in shown(pregnancy="maybe")
    assert "pregnancy_weeks" not in shown(pregnancy="maybe")


def test_weeks_are_a_number_of_the_case() -> None:
    assert read(Q, {"pregnancy": "yes", "pregnancy_weeks": 14}, WOMAN).numbers["pregnancy_weeks"] == 14


def test_an_answer_to_a_question_that_is_hidden_again_does_not_count() -> None:
    assert "flag.late_pregnancy_warning" in found(pregnancy="yes", pregnancy_signs=["fluid"])
    told = found(pregnancy="no", pregnancy_signs=["fluid"], pregnancy_weeks=20)
    assert told["flag.late_pregnancy_warning"] is False
    assert "pregnancy_weeks" not in read(Q, {"pregnancy": "no", "pregnancy_weeks": 20}, WOMAN).numbers


def test_runners_get_the_stress_fracture_question_and_others_do_not() -> None:
    assert "stress_fracture" not in shown(sport="no")
    assert "stress_fracture" in shown(sport="yes")
    assert "stress_fracture" in shown(onset=["sport"])


def test_first_pain_is_asked_by_age() -> None:
    assert "first_pain" not in shown(WOMAN)
    assert found(WOMAN)["flag.first_pain_over_55"] is False
    old = About(age=70, sex="male", birth_known=True, sex_known=True)
    assert "first_pain" in shown(old)
    assert "flag.first_pain_over_55" not in found(old)
    assert found(old, first_pain="yes")["flag.first_pain_over_55"] is True


def test_age_from_the_answered_date_of_birth_decides_later_questions() -> None:
    stranger = About(on=date(2026, 6, 1))
    reading = read(Q, {"date_of_birth": "1950-01-31", "sex": "female"}, stranger)
    assert reading.about["age"] == 76
    assert reading.person == {"date_of_birth": "1950-01-31", "sex": "female"}
    assert "pregnancy" not in {q.id for q in reading.questions}


def test_the_chart_sets_place_side_and_path() -> None:
    told = found(where=["low_back_left", "calf_left", "low_spine"])
    assert told["site.low_back"] and told["side.left"] and told["side.midline"]
    assert told["radiation.back_of_leg"] and told["radiation.below_knee"]
    assert told["side.right"] is False
    assert told["site.neck"] is False
    assert "radiation.groin" not in told  # a place that was not painted says nothing of the path


def test_the_patients_left_is_on_the_right_of_the_front_picture() -> None:
    front = {r.id: r for r in Q.question("where").regions}
    assert front["groin_left"].mirrored and not front["groin_right"].mirrored
    assert not front["buttock_left"].mirrored and front["buttock_right"].mirrored


@pytest.mark.parametrize(
    ("number", "unit", "days"), [(5, "days", 5), (3, "weeks", 21), (3, "months", 91), (2, "years", 730)]
)
def test_duration_in_days(number: int, unit: str, days: int) -> None:
    reading = read(Q, {"duration": {"number": number, "unit": unit}}, WOMAN)
    assert abs(reading.numbers["duration_days"] - days) <= 1


def test_inflammatory_statements_are_counted() -> None:
    answers = {"duration": {"number": 5, "unit": "years"}}
    assert "inflammation" in shown(**answers)
    assert "inflammation" not in shown(duration={"number": 2, "unit": "weeks"})
    known = {"onset": ["gradual"], "eases": ["movement"]}  # asked in part one, and not again
    full = read(Q, {**answers, **known, "inflammation": ["not_rest", "night"]}, WOMAN)
    assert full.counts == {"asas": 5, "nice_spa": 3}
    assert full.findings["flag.inflammatory_back"] is True
    few = read(Q, {**answers, "onset": ["gradual"], "inflammation": ["not_rest", "night"]}, WOMAN)
    assert few.counts == {"asas": 4, "nice_spa": 2}
    few = read(Q, {**answers, "inflammation": ["not_rest"]}, WOMAN)
    assert "flag.inflammatory_back" not in few.findings  # how it began and what eases could still make it four
    few = read(Q, {**answers, "onset": ["sudden"], "eases": ["none"], "inflammation": ["not_rest"]}, WOMAN)
    assert few.findings["flag.inflammatory_back"] is False
    assert "flag.inflammatory_back" not in read(Q, answers, WOMAN).findings


def test_scores_of_complete_instruments_only() -> None:
    answers = {
        "where": ["low_back_left"],
        "pain_now": 6,
        "phq2_1": "2",
        "phq2_2": "1",
        "gad2_1": "3",
        "rmdq_1": ["1", "3"],
        "rmdq_2": ["none"],
        "rmdq_3": ["24"],
        "activities": [{"name": "run", "score": 2}, {"name": "drive", "score": 3}],
    }
    assert read(Q, answers, WOMAN).measures == {"nrs_now": 6, "phq2": 3, "rmdq": 3, "activities": 2.5}
    del answers["rmdq_2"]  # type: ignore[arg-type]
    assert "rmdq" not in read(Q, answers, WOMAN).measures


def test_an_untouched_page_is_not_answered_and_none_of_these_is_zero() -> None:
    """A Roland-Morris of 0 that nobody has said is no measurement."""
    back = {"where": ["low_back_left"]}
    untouched: dict[str, Any] = {"rmdq_1": [], "rmdq_2": [], "rmdq_3": []}
    assert "rmdq" not in read(Q, back | untouched, WOMAN).measures
    none = back | {key: ["none"] for key in untouched}
    assert read(Q, none, WOMAN).measures["rmdq"] == 0
    assert "rmdq" not in read(Q, none | {"rmdq_2": []}, WOMAN).measures


@pytest.mark.parametrize(
    ("where", "is_asked"),
    [
        (["low_back_right"], True),
        (["buttock_left"], True),
        (["neck", "low_back_left"], True),
        (["neck"], False),
        (["knee_left"], False),
        ([], False),
    ],
)
def test_sentences_about_the_low_back_are_for_a_low_back(where: list[str], is_asked: bool) -> None:
    assert ({"rmdq_1", "rmdq_2", "rmdq_3"} <= shown(where=where)) is is_asked


# What cannot apply: question id, or question.option, by sex and age.
FEMALE_ONLY = {"pregnancy", "periods", "onset.birth", "onset.pregnancy", "warmth.scanty", "digestion.clots"}
FROM_16 = {"sexual_numbness", "risks.injected", "risks.smoker", "rmdq_1", "rmdq_2", "rmdq_3"}
FROM_12 = {"phq2_1", "gad2_1", "self_harm", "unsafe_at_home", "mind"}


@pytest.mark.parametrize("sex", ["female", "male", "other", None])
@pytest.mark.parametrize("age", [7, 12, 15, 16, 30, 60, 80])
def test_nobody_is_asked_what_cannot_apply(sex: str | None, age: int) -> None:
    about = About(age=age, sex=sex, birth_known=True, sex_known=True, on=date(2026, 6, 1))
    questions = read(Q, {"where": ["low_back_left"]}, about).questions
    asked = {q.id for q in questions} | {f"{q.id}.{o.id}" for q in questions for o in q.options}
    could = sex != "male"
    until = {"pregnancy": 56, "periods": 62, "warmth.scanty": 62, "digestion.clots": 62}
    for key in FEMALE_ONLY:
        assert (key in asked) is (could and 11 <= age <= until.get(key, 200)), key
    for key in FROM_16:
        assert (key in asked) is (age >= 16), key
    for key in FROM_12:
        assert (key in asked) is (age >= 12), key
    assert ("child_words" in asked) is (age < 18)
    words = " ".join(f"{q.label} {o.label}" for q in questions for o in q.options)
    if not could:
        assert not re.search(r"\bmy periods?\b|giving birth|pregnan", words, re.IGNORECASE)
    if age < 16:
        assert not re.search("erection|during sex|drugs|I smoke", words)


def test_i_dont_know_that_counts_as_yes_is_told_apart() -> None:
    reading = read(Q, {"saddle_numbness": "dont_know", "bladder_leak": "yes", "fever": "dont_know"}, WOMAN)
    assert reading.unsure == {"flag.saddle_numbness"}


def test_texts_are_handed_on() -> None:
    assert read(Q, {"reason": "my back"}, WOMAN).texts == {"reason": "my back"}


def test_walking_the_screens() -> None:
    reading = read(Q, {}, WOMAN)
    first = reading.screens[0]
    assert previous_screen(reading, first.id) is None
    assert next_screen(reading, first.id) == reading.screens[1]
    assert previous_screen(reading, reading.screens[1].id) == first
    assert next_screen(reading, reading.screens[-1].id) is None
    assert resume_at(reading, {}) == first
    assert progress(reading, {}) == 0
    everything = {DONE: [s.id for s in reading.screens]}
    assert progress(reading, everything) == 100
    assert resume_at(reading, everything) == reading.screen("reason")  # required and still open


def test_red_flags_come_early_and_screens_are_short() -> None:
    ids = [s.id for s in Q.screens]
    assert ids.index("safety_bladder") < ids.index("strength")
    for screen in Q.screens:
        assert len(screen.questions) <= 4, screen.id
        for question in screen.questions:
            assert question.label, question.id
