"""Reading the patient's own words.

The sentences in ``sentences`` are ours. Each held-out part was written without looking at the lexicon, measured,
and only then used for repairs. Grave caught and harmless stopped at that first measurement, in order of writing:
English 88/100 and 3/96, 45/54 and 5/58, 47/55 and 5/56, 40/42 and 2/70, 33/35 and 1/42;
Spanish 63/65 and 2/70, 45/52 and 2/41, 40/42 and 3/53, 27/31 and 3/35;
German 56/65 and 2/70, 38/52 and 3/41, 41/42 and 2/53, 28/31 and 1/35.
The sixth part is by a second author who had not seen the lexicons nor the other sentences:
English 52/60 and 4/60, Spanish 54/60 and 3/60, German 53/60 and 4/60; the seventh, by the same after the repairs:
English 46/60 and 5/60, Spanish 26/30 and 3/30, German 27/30 and 2/30; the eighth, again after repairs:
English 41/45 and 5/45, Spanish 27/30 and 2/29, German 28/30 and 3/30. By the seventh and eighth
that author had read the lexicons. Many harmless ones of these three parts hold words of a grave sign on purpose.
The ninth is by strangers who had seen nothing of this, in the proportions of ordinary intakes:
English 143/180 and 14/182, Spanish 73/90 and 6/91, German 69/90 and 7/91. The tenth is the other half of theirs, first
measured after the repairs with the ninth: English 157/180 and 12/178, Spanish 80/90 and 4/89, German 79/90 and 1/89
(before those repairs 134 and 19, 70 and 3, 64 and 3). The eleventh is by two more strangers, at the same state:
English 158/180 and 11/180, 161/180 and 13/180.
The last part is by strangers again, measured once after the repairs with all others; nothing was repaired with it:
English 86/90 and 2/90, Spanish 58/60 and 5/60, German 58/60 and 3/60.
New wordings fare like these first figures, not like the figures after repair that the test below asks for.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.assessment.text import TextSign, load_lexicon, read_texts
from intake.assessment.text.lexicon import LexiconError, read_lexicon
from intake.assessment.text.words import split

if TYPE_CHECKING:
    from _typeshed import TraceFunction

SENTENCES = Path(__file__).parent / "sentences"
MEASURED = ("de", "en", "es")
EMERGENCIES = {
    "flag.saddle_numbness",
    "flag.bladder_retention",
    "flag.bladder_leak",
    "flag.bowel_loss",
    "flag.sexual_numbness",
    "flag.both_legs",
    "flag.leg_weakness_progressive",
    "flag.cord_signs",
    "flag.fever",
    "flag.sudden_tearing_or_pulsing",
    "flag.chest_symptoms",
    "flag.calf_swollen",
    "flag.pregnancy_bleeding_or_pain",
    "flag.late_pregnancy_warning",
    "flag.self_harm",
}


def stated(text: str) -> set[str]:
    return {sign.finding for sign in read_texts({"reason": text}, load_lexicon()) if sign.strength == "states"}


def asked(text: str) -> set[str]:
    return {sign.finding for sign in read_texts({"reason": text}, load_lexicon()) if sign.strength == "asks"}


def sentences(language: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Grave as (finding, sentence), harmless as (kind, sentence)."""
    grave, harmless = [], []
    for half in tomllib.loads((SENTENCES / f"{language}.toml").read_text("utf-8")).values():
        grave += [(finding, text) for finding, texts in half["grave"].items() for text in texts]
        harmless += [(kind, text) for kind, texts in half["harmless"].items() for text in texts]
    return grave, harmless


@pytest.mark.parametrize("language", [*MEASURED, "zh"])
def test_grave_sentences_are_caught_and_harmless_ones_pass(language: str, record_property, capsys):
    grave, harmless = sentences(language)
    missed = [(finding, text) for finding, text in grave if finding not in stated(text)]
    stopped = [(text, stated(text)) for _, text in harmless if stated(text)]
    caught = 100 - 100 * len(missed) / len(grave)
    alarmed = 100 * len(stopped) / len(harmless)
    figures = f"{language}: caught {caught:.1f} of 100 ({len(grave)}), stopped {alarmed:.1f} of 100 ({len(harmless)})"
    record_property("free_text", figures)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 the figures belong in the test report
    assert caught >= 95, missed
    assert alarmed <= 3, stopped


@pytest.mark.parametrize("language", MEASURED)
def test_the_sentences_are_enough_and_cover_every_emergency(language: str):
    grave, harmless = sentences(language)
    texts = [text for _, text in grave + harmless]
    assert len(grave) >= 150 and len(harmless) >= 150
    assert len(texts) == len(set(texts))
    for finding in EMERGENCIES:
        assert sum(known == finding for known, _ in grave) >= 5, finding


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
    ("text", "finding"),
    [
        ("I take warfarin", "condition.anticoagulant"),
        ("epilepsy, well controlled", "condition.epilepsy_controlled"),
        ("epilepsy, not well controlled", "condition.epilepsy_uncontrolled"),
        ("I take Keppra for my epilepsy", "condition.epilepsy_uncontrolled"),
        ("Epilepsie. Gut eingestellt.", "condition.epilepsy_controlled"),
        ("on Eliquis since my clot", "condition.anticoagulant"),
        ("wafarin every evening", "condition.anticoagulant"),
        ("baby aspirin", "condition.antiplatelet"),
        ("I have a pace maker", "condition.pacemaker"),
        ("my ICD was changed in 2019", "condition.pacemaker"),
        ("20 weeks pregnant", "condition.pregnant"),
        ("I might be pregnant", "condition.maybe_pregnant"),
        ("epilepsy, last seizure in May", "condition.epilepsy_uncontrolled"),
        ("spinal cord stimulator", "condition.implanted_stimulator"),
        ("insulin pump", "condition.insulin_pump"),
        ("haemophiliac", "condition.bleeding_disorder"),
        ("I am on prednisolone", "condition.long_term_steroids"),
        ("methotrexate and Humira", "condition.immunosuppressed"),
        ("artificial heart valve", "condition.heart_valve"),
        ("lymph nodes removed in 2012", "condition.lymphoedema_left_arm"),
        ("dialysis three times a week", "condition.dialysis_fistula"),
        ("COPD", "condition.lung_disease"),
        ("osteoporosis", "condition.osteoporosis"),
        ("I am terrified of needles", "condition.needle_fear"),
        ("hip replacement", "condition.metal_implant"),
        ("nehme Marcumar", "condition.anticoagulant"),
        ("Herzschrittmacher", "condition.pacemaker"),
        ("tomo Sintrom", "condition.anticoagulant"),
        ("llevo marcapasos", "condition.pacemaker"),
    ],
)
def test_asks(text: str, finding: str):
    assert finding in asked(text)


@pytest.mark.parametrize(
    "text",
    [
        "no pacemaker",
        "My father has a pacemaker",
        "I don't take blood thinners",
        "kein Herzschrittmacher",
        "no tomo Sintrom",
    ],
)
def test_does_not_ask(text: str):
    assert asked(text) == set()


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


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(CUE, max_size=60).map(" ".join)))
def test_any_string_gives_signs_that_lie_in_it(text: str):
    for sign in read_texts({"reason": text}, load_lexicon()):
        assert text[sign.start : sign.end] == sign.excerpt != ""


@settings(max_examples=200, deadline=None)
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
language = "xx"
common = "a"
intensifiers = "very"
[words]
bad = "not at all good"
[cues]
[[sign]]
finding = "flag.fever"
any = "bad"
"""
    for text, found in (("not very at very all very good", 1), ("not at all good", 1), ("not at bad all good", 0)):
        assert len(read_texts({"reason": text}, read_lexicon({"xx.toml": lexicon}))) == found


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


def test_faults_are_all_named():
    broken = """
language = "xx"
common = "a"
sayings = "alone"
[words]
good = "one | two"
idle = "three"
[phrases]
[cues.negation]
any = "'no'"
[[sign]]
finding = "flag.fever"
any = "good & nowhere | &"
"""
    with pytest.raises(LexiconError) as caught:
        read_lexicon({"xx.toml": broken, "yy.toml": "language = 3\nsurprise = 1"})
    text = str(caught.value)
    assert "unknown name 'nowhere'" in text
    assert "idle: nothing uses this name" in text
    assert "has an empty part" in text
    assert "'alone' is a single word" in text
    assert "yy.toml: surprise" in text


def test_the_lexicons_are_sound_and_cover_every_emergency():
    for language in load_lexicon().languages:
        stating = {sign.finding for sign in language.signs if sign.strength == "states"}
        assert stating >= EMERGENCIES, language.code
