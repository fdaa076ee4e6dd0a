"""A clinic's own questions in the form: what they add, what they can never touch, and what is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from intake.questionnaire.answers import read
from intake.questionnaire.complaints import CHOICE
from intake.questionnaire.length import minutes_of, words_on
from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.own import OWN, OwnQuestion, parts_of_version, token_of, with_own
from intake.questionnaire.own_checks import never, own_faults
from intake.questionnaire.values import About, Clause, When
from tests.factories.intake import PLAIN
from tests.support.own_questions import EVERY_KIND, own

FORM = load_questionnaire()
WOMAN = About(age=40, sex="female", birth_known=True, sex_known=True)
ANSWERS = {"own_1": "yes", "own_2": "cafe", "own_3": ["none"], "own_4": "To sleep.", "own_5": 3, "own_6": "2026-01-02"}


def shown(question: OwnQuestion, about: About = WOMAN, **answers: Any) -> bool:
    reading = read(with_own(FORM, [question]), {**PLAIN, **answers}, about)
    return reading.screen(question.id) is not None


class TestLaidIn:
    def test_each_stands_behind_its_section_in_its_part_and_in_order(self) -> None:
        laid = with_own(FORM, EVERY_KIND)
        ids = [screen.id for screen in laid.screens]
        about_you = [s.id for s in FORM.screens if s.section == FORM.screen("you").section]  # type: ignore[union-attr]
        at = ids.index(about_you[-1])
        assert ids[at + 1 : at + 3] == ["own_1", "own_2"]
        assert ids[-2:] == ["own_5", "own_6"]
        assert [screen.part for screen in laid.screens] == sorted(screen.part for screen in laid.screens)
        assert laid.screen("own_1").section == FORM.screen("you").section  # type: ignore[union-attr]

    def test_every_question_of_the_form_is_as_before(self) -> None:
        laid = with_own(FORM, EVERY_KIND)
        assert tuple(s for s in laid.screens if not s.id.startswith(OWN)) == FORM.screens
        assert laid.counts == FORM.counts and laid.instruments == FORM.instruments

    @pytest.mark.parametrize("seed", range(40))
    def test_no_answer_to_them_changes_what_the_form_finds_or_asks(self, seed: int) -> None:
        chance = random.Random(seed)
        answers = {key: value for key, value in PLAIN.items() if chance.random() < 0.8}
        about = About(age=chance.choice((None, 7, 40)), sex=chance.choice((None, "female", "male")))
        own_answers = {key: value for key, value in ANSWERS.items() if chance.random() < 0.6}
        plain, with_them = read(FORM, answers, about), read(with_own(FORM, EVERY_KIND), answers | own_answers, about)
        assert with_them.findings == plain.findings and with_them.measures == plain.measures
        assert with_them.person == plain.person and with_them.numbers == plain.numbers
        assert tuple(s for s in with_them.screens if not s.id.startswith(OWN)) == plain.screens

    def test_no_id_of_the_form_begins_like_theirs(self) -> None:
        names = {s.id for s in FORM.screens} | {q.id for q in FORM.questions}
        assert not [name for name in names if name.startswith(OWN)]

    def test_a_language_without_words_leaves_it_out(self) -> None:
        spanish = load_questionnaire(language="es")
        questions = [own(1, es="¿Toma té?"), own(2, label="Do you smoke?")]
        asked = [s for s in with_own(spanish, questions, "es").screens if s.id.startswith(OWN)]
        assert [(s.id, s.title) for s in asked] == [("own_1", "¿Toma té?")]
        assert [option.label for option in asked[0].questions[0].options] == ["Sí", "No"]
        assert asked[0].section == spanish.screens[0].section or asked[0].section in {
            s.section for s in spanish.screens
        }

    def test_where_its_section_is_gone_it_is_asked_at_the_end_of_its_part(self) -> None:
        ids = [s.id for s in with_own(FORM, [own(after="no_such_screen")]).screens]
        assert ids[ids.index("own_1") - 1] == [s.id for s in FORM.screens if s.part == 1][-1]


class TestConditions:
    def test_by_complaint(self) -> None:
        question = own(complaints=("headache",))
        assert shown(question, complaint="headache") and not shown(question, complaint="place")

    def test_by_age_and_who_has_none_is_asked(self) -> None:
        question = own(age_from=60, age_to=70)
        assert shown(question, About(age=60)) and not shown(question, About(age=71)) and shown(question, About())

    def test_by_sex_and_who_has_none_is_asked(self) -> None:
        question = own(not_sex="male")
        assert shown(question, About(sex="female")) and shown(question, About()) and shown(question, About(sex="other"))
        assert not shown(question, About(sex="male"))

    def test_by_an_earlier_answer(self) -> None:
        question = own(earlier="general", answer="cancer", after="needles")
        assert shown(question, general=["cancer"]) and not shown(question, general=["none"])
        assert not shown(question, general=None)


class TestVersion:
    def test_it_changes_with_what_is_asked_alone(self) -> None:
        one = own(1)
        assert token_of([one]) == token_of([one, own(2, retired=True)]) != token_of([one, own(2)])
        assert token_of([one]) != token_of([own(1, label="Do you like tea?")])
        assert token_of([]) == token_of([own(1, retired=True)]) == ""

    def test_it_fits_its_column_and_is_taken_apart_again(self) -> None:
        version = with_own(FORM, EVERY_KIND).version
        assert len(version) <= 20
        assert parts_of_version(version) == (FORM.version, token_of(EVERY_KIND))
        assert parts_of_version(FORM.version) == (FORM.version, "")


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (own(age_from=50, age_to=40), "nobody has the age"),
        (own(age_from=60, earlier="pregnancy", answer="yes", after="needles"), "nobody has the age"),
        (own(not_sex="male", earlier="general", answer="no_such", after="needles"), "no longer has the answer"),
        (own(earlier="general", answer="cancer", after="you"), "is asked later"),
        (own(earlier="no_such", answer="yes"), "no longer asked about"),
        (own(earlier="pain_now", answer="5", after="needles"), "no longer asked about"),
        (own(1, "one", "Which?", "Tea"), "2 choices at least"),
        (own(1, "many", "Which?"), "1 choice at least"),
        (own(1, "one", "Which?", "Tea", " "), "a choice has no words (en)"),
        (own(1, "one", "Which?", "Tea", "tea"), "the same words"),
        (own(1, "one", "Which?", "Tea", "Milk", es="¿Cuál?", es_options=("Té",)), "a choice has no words (es)"),
        (own(label=" "), "no words (en)"),
        (own(help="Any kind.", es="¿Toma té?"), "the help line"),
        (own(label="Do you drink tea, coffee or milk?"), "more than 2 things"),
        (own(1, "number", "How many?", minimum=9, maximum=3), "above the largest"),
    ],
)  # fmt: skip
def test_what_is_refused(question: OwnQuestion, fault: str) -> None:
    faults = own_faults(FORM, [question])
    assert list(faults) == [1] and fault in " ".join(faults[1]), faults


def test_two_answers_to_one_question_are_never_given() -> None:
    """No question of ours leads there today: one whose earlier answer itself waits for another one's may."""
    both = tuple(Clause(question="pregnancy", is_=(answer,)) for answer in ("yes", "no"))
    for clauses, is_never in ((both, True), (both[:1], False), (both[1:], False)):
        screen = replace(FORM.screens[-1], show=When(all_of=clauses))
        assert ["can never be asked" in fault for fault in never(FORM, screen)] == [True] * is_never


def test_an_id_of_the_form_that_clashes() -> None:
    laid = with_own(FORM, [own()])
    assert "the form itself has" in " ".join(own_faults(laid, [own()])[1])


def test_what_is_in_order() -> None:
    assert own_faults(FORM, EVERY_KIND) == {}
    assert own_faults(FORM, [own(not_sex="male", earlier="pregnancy", answer="yes", after="needles")]) == {}
    assert own_faults(FORM, [own(retired=True, age_from=9, age_to=1)]) == {}
    chained = [own(1, age_to=30), own(2, earlier="own_1", answer="yes", age_from=31)]
    assert "nobody has the age" in " ".join(own_faults(FORM, chained)[2])


def test_what_a_retired_one_leaves_behind() -> None:
    waits = own(2, earlier="own_1", answer="yes")
    assert own_faults(FORM, [own(1), waits]) == {}
    assert "no longer asked about" in own_faults(FORM, [own(1, retired=True), waits])[2][0]


def test_its_length_is_told_by_the_model_of_the_form() -> None:
    screen = with_own(FORM, [own(1, "one", "Which do you like best?", "Tea", "Milk")]).screen("own_1")
    assert screen is not None and words_on(screen) == 7
    assert minutes_of([screen]) == pytest.approx(7 / 200 + 2 * 1.5 / 60)


def test_the_complaints_to_choose_from_are_those_of_the_form() -> None:
    choice = FORM.question(CHOICE)
    assert choice is not None and {"headache", "place"} <= {option.id for option in choice.options}
