"""How the patient's own words are read: what stands together, what silences it, and where it stands."""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.assessment.text import TextSign, load_lexicon, read_texts
from intake.assessment.text.lexicon import read_lexicon
from intake.assessment.text.words import split
from tests.support.draws import draws

if TYPE_CHECKING:
    from _typeshed import TraceFunction


def stated(text: str) -> set[str]:
    return {sign.finding for sign in read_texts({"reason": text}, load_lexicon()) if sign.strength == "states"}


def asked(text: str) -> set[str]:
    return {sign.finding for sign in read_texts({"reason": text}, load_lexicon()) if sign.strength == "asks"}


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("I cant feel my privates", "flag.saddle_numbness"),
        ("a wee bit of wee comes out when I stand up", "flag.bladder_leak"),
        ("I help incontinent patients and since Monday I wet myself", "flag.bladder_leak"),
        ("I can’t feel it when I wipe", "flag.saddle_numbness"),
        ("I CAN'T PEE", "flag.bladder_retention"),
        ("No fever, no chills, but I keep wetting myself", "flag.bladder_leak"),
        ("The numbness between my legs is not without worry", "flag.saddle_numbness"),
        ("My mother had cancer and now I can't pee", "flag.bladder_retention"),
        ("My husband says I drag my foot", "flag.leg_weakness_progressive"),
        ("I'm worried because I can't feel my genitals", "flag.saddle_numbness"),
        ("I used to trip now and then but now my foot drags more every day", "flag.leg_weakness_progressive"),
        ("I had numbness between my legs ten years ago and it has come back", "flag.saddle_numbness"),
        ("incontinance", "flag.bladder_leak"),
        ("numb betwen my legs", "flag.saddle_numbness"),
        ("Ich spuere nichts beim Abwischen", "flag.saddle_numbness"),
        ("Kein Fieber, aber ich kann nicht pinkeln", "flag.bladder_retention"),
        ("no siento nada cuando me limpio", "flag.saddle_numbness"),
        ("I wipe. I feel nothing.", "flag.saddle_numbness"),
        ("I had a disc operation ten years ago, can't feel my groin", "flag.saddle_numbness"),
        ("Back pain since 2015 and I cant feel when I wipe", "flag.saddle_numbness"),
        ("my cough has gone away, I wet myself yesterday", "flag.bladder_leak"),
        ("hernia operada hace diez años, no siento la entrepierna", "flag.saddle_numbness"),
        ("Rückenschmerzen seit Jahren, kann nicht mehr pinkeln", "flag.bladder_retention"),
        ("My chest feels tight. I sweat.", "flag.chest_symptoms"),
        ("My left arm hurts. I am sweating.", "flag.chest_symptoms"),
        ("No fever, chest feels heavy and I sweat", "flag.chest_symptoms"),
        ("I might be pregnant and have tummy cramps", "flag.pregnancy_bleeding_or_pain"),
        ("No fever but nothing comes when I want to pee", "flag.bladder_retention"),
        ("I want to pee but can't", "flag.bladder_retention"),
        ("never had this before, I can't pee", "flag.bladder_retention"),
        ("My leg is so very weak", "flag.leg_weakness_progressive"),
        ("My privates are numb is my mother's worry too", "flag.saddle_numbness"),
        ("I had a scan in 2019 that was clear, now I am numb between the legs", "flag.saddle_numbness"),
    ],
)
def test_states(text: str, finding: str):
    assert finding in stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "No numbness.",
        "I struggle a wee bit to get going in the morning",
        "I lift incontinent patients all day",
        "I can't touch my toes",
        "I don't feel any numbness down there",
        "Numbness? No. Trouble peeing? No.",
        "Fever: none",
        "My mother had cancer",
        "What if I lose control of my bladder?",
        "Ten years ago I could not pee after an operation, all fine since",
        "No fever, chest pain, breathlessness or sweats",
        "After the birth ten years ago, I leaked urine",
        "Vor zehn Jahren, nach der Geburt, habe ich Urin verloren",
        "Tummy cramps with my period, no chance of pregnancy",
        "My left arm hurts. My husband is sweating.",
        "That foot drop is my father in law's",
        "The stream is not really weak",
        "Taubheit im Schritt oder Verlust der Blasenkontrolle habe ich nicht",
        "Mi madre tuvo cáncer",
        "Meine Mutter hatte Krebs",
        "Spüre keine Taubheit im Schritt",
    ],
)
def test_does_not_state(text: str):
    assert stated(text) == set()


@pytest.mark.parametrize(
    ("text", "limbs"),
    [
        ("lymph nodes removed", "left_arm left_leg right_arm right_leg"),
        ("left leg pain. Lymph nodes removed.", "left_arm left_leg right_arm right_leg"),
        ("lymph nodes removed from both armpits", "left_arm right_arm"),
        ("lymphoedema of the right leg", "right_leg"),
        ("mastectomy on the left", "left_arm"),
        ("me quitaron los ganglios de la axila derecha", "right_arm"),
        ("Lymphknoten wurden entfernt", "left_arm left_leg right_arm right_leg"),
        ("淋巴清扫", "left_arm left_leg right_arm right_leg"),
    ],
)
def test_a_limb_that_is_not_named_may_be_any(text: str, limbs: str):
    found = {finding for finding in asked(text) if "lymphoedema" in finding}
    assert found == {f"condition.lymphoedema_{limb}" for limb in limbs.split()}


def test_a_sign_points_at_its_words():
    text = "Hello.  My privates — are numb, since Tuesday 😟"
    (sign,) = read_texts({"reason": text}, load_lexicon())
    assert sign == TextSign(
        "flag.saddle_numbness", "reason", "privates — are numb", text.index("privates"), text.index(","), "en", "states"
    )


def test_the_order_of_the_texts_does_not_matter():
    first = read_texts({"a": "can't pee", "b": "fever"}, load_lexicon())
    assert first == read_texts({"b": "fever", "a": "can't pee"}, load_lexicon())
    assert [sign.text_key for sign in first] == ["a", "b"]


CUE = st.sampled_from(
    "i my mother can't not no numb feel pee groin , . but and ? ten years ago fever worried 麻 ñ ß 😀 ' -".split()  # noqa: SIM905 reads better than thirty quoted words
)


@draws(300)
@given(st.one_of(st.text(), st.lists(CUE, max_size=60).map(" ".join)))
def test_any_string_gives_signs_that_lie_in_it(text: str):
    for sign in read_texts({"reason": text}, load_lexicon()):
        assert text[sign.start : sign.end] == sign.excerpt != ""


@draws(200)
@given(st.text())
def test_splitting_keeps_places(text: str):
    words = split(text)
    assert len(words.folded) == len(words.starts) == len(words.ends) == len(words.breaks) == len(words.sentences)
    last = 0
    for start, end in zip(words.starts, words.ends, strict=True):
        assert last <= start < end
        last = end


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("in der 32. Woche. Es blutet", 2),
        ("z.B. nachts, ca. 3 Mal. Dann nicht", 2),
        ("38.5 at night. Shivering", 2),
        ("I am 45. my back hurts", 2),
        ("at 4 p.m. I fell", 2),
        ("my dr. says", 1),
    ],
)
def test_a_full_stop_may_stand_inside_a_sentence(text: str, sentences: int):
    assert len(split(text).sentence_starts) == sentences


def test_intensifiers_may_stand_in_a_sequence():
    lexicon = """
common = "a"
intensifiers = "very"
[words]
bad = "not at all good"
[[sign]]
finding = "flag.fever"
any = "bad"
"""
    for text, found in (("not very at very all very good", 1), ("not at all good", 1), ("not at bad all good", 0)):
        assert len(read_texts({"reason": text}, read_lexicon({"xx/all.toml": lexicon}))) == found


@pytest.mark.thorough
@pytest.mark.parametrize(
    "unit", ["can't feel numb groin no not my mother but ", "a", "numb ", "no ", "x" * 50 + " ", "'"]
)
def test_work_grows_with_the_length_only(unit: str):
    """Counted in the interpreter's own steps, which are the same on every machine and at every load."""

    def steps(count: int) -> int:
        done = 0

        def count_step(frame: FrameType, event: str, _: object) -> TraceFunction:
            nonlocal done
            frame.f_trace_lines, frame.f_trace_opcodes = False, True
            done += event == "opcode"
            return count_step

        before = sys.gettrace()
        sys.settrace(count_step)
        try:
            read_texts({"reason": unit * count}, load_lexicon())
        finally:
            sys.settrace(before)
        return done

    steps(10)  # what is made once is made now
    small, large = steps(50), steps(400)
    assert large <= 12 * small  # eight times the text; a square would be sixty-four


def test_a_saying_counts_only_as_a_whole():
    """ "blood" of "blood pressure" is no blood, but "high blood pressure" is an entry of its own."""
    assert stated("24 weeks pregnant, low blood pressure") == set()
    assert "condition.hypertension_controlled" in asked("high blood pressure")
