"""The third net: weights of words, made from labelled sentences, that decide between `stops` and `asks`."""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from intake.assessment.text import TextSign, load_lexicon, read_texts
from intake.assessment.text.net import FILE, features, load_net, stretches
from intake.assessment.text.schema import entries
from intake.assessment.text.words import split
from tests.intake.assessment.text.test_concepts import judged, outcome
from tests.support.word_weights import Told, a_strangers, labelled, net_of
from treatments.demo.people import cast

HERE = Path(__file__).parent
STRANGER = a_strangers("stranger")
# Of the sentences that the weights are made of: grave ones stopped at least and silent at most, harmless ones stopped
# at most. They tell of what works, and not of new wordings.
STOPPED, SILENT, CALM_STOPPED = 1278, 1, 8
# The same of those on which bars were weighed, and of which no weight is made: drawn.toml. Of 1 108 (53 of them are
# cautions, which ask) and 1 229.
DRAWN = {"stopped": 773, "silent": 30, "calm_stopped": 20}
# Of 939 plain texts of people without any danger, and of 100 stories of five of them. Two to the texts of one form.
ORDINARY = {"stopped": 3, "asked": 210}
STORIES = {"stopped": 1, "asked": 65}


@cache
def signs(text: str, *, weighs: bool = True) -> tuple[TextSign, ...]:
    return read_texts({"reason": text}, load_lexicon(), weighs=weighs)


@pytest.mark.thorough
def test_the_weights_are_made_from_the_labelled_sentences():
    assert FILE.read_text("utf-8") == net_of(labelled()), "run python -m tests.support.word_weights"


def outcomes(told: list[Told]) -> tuple[Counter[str], Counter[str]]:
    """Of the grave ones, and of the harmless ones."""
    found = {kind: Counter(outcome(one.text) for one in told if bool(one.finding) is kind) for kind in (True, False)}
    return found[True], found[False]


@pytest.mark.thorough
def test_what_a_stranger_wrote(record_property):
    grave, harmless = outcomes(STRANGER)
    record_property("free_text", f"stranger: grave {dict(grave)}, harmless {dict(harmless)}")
    assert grave["stopped"] >= STOPPED and grave["silent"] <= SILENT
    assert harmless["stopped"] <= CALM_STOPPED


@pytest.mark.thorough
def test_sentences_drawn_before_anybody_looked(record_property):
    grave, harmless = outcomes(a_strangers("drawn"))
    record_property("free_text", f"drawn: grave {dict(grave)}, harmless {dict(harmless)}")
    assert grave["stopped"] >= DRAWN["stopped"] and grave["silent"] <= DRAWN["silent"]
    assert harmless["stopped"] <= DRAWN["calm_stopped"]


def test_nothing_drawn_is_among_what_the_weights_are_made_of():
    assert not {one.text for one in a_strangers("drawn")} & {one.text for one in labelled()}


def ordinary() -> list[str]:
    return entries(tomllib.loads((HERE / "ordinary.toml").read_text("utf-8"))["does_not_say"])


@pytest.mark.thorough
def test_what_people_without_any_danger_write_hardly_ever_stops(record_property):
    found = Counter(map(outcome, ordinary()))
    record_property("free_text", f"ordinary: {dict(found)}")
    assert found["stopped"] <= ORDINARY["stopped"] and found["asked"] <= ORDINARY["asked"]


@pytest.mark.thorough
def test_nor_do_their_stories(record_property):
    texts = [text if text[-1] in ".!?" else f"{text}." for text in ordinary()]
    chance = random.Random(61)
    found = Counter(outcome(" ".join(chance.sample(texts, 5))) for _ in range(100))
    record_property("free_text", f"ordinary stories: {dict(found)}")
    assert found["stopped"] <= STORIES["stopped"] and found["asked"] <= STORIES["asked"]


@pytest.mark.parametrize("complaint", ["My back hurts", "My neck is stiff", "My left knee hurts", "I get headaches"])
def test_how_it_began_stops_nobody(complaint: str):
    since = (
        "since the accident", "since the car crash in March", "since the weekend", "since Christmas", "for ten years",
        "since the marathon", "since my second child was born", "and it gets worse under stress", "after gardening",
    )  # fmt: skip
    assert not [text for end in since if outcome(text := f"{complaint} {end}.") == "stopped"]


def test_the_people_of_the_demo_are_not_stopped_by_their_own_words():
    told = {role.persona.reason for role in cast()}
    assert {text for text in told if outcome(text) == "stopped"} == {
        text for text in told if "numb when I wipe" in text
    }


def test_weights_never_silence():
    """What was read stays: stated, or asked about."""
    for told in [*STRANGER[::5], *a_strangers("strangers")[::9]]:
        read = {sign.finding for sign in signs(told.text)}
        assert {sign.finding for sign in signs(told.text, weighs=False)} <= read, told.text


def test_a_stop_that_rests_on_weights_alone_quotes_the_words_and_says_that_they_may_mean_it():
    text = "i see shadows walking in my flat and they whisper"
    assert not signs(text, weighs=False)
    [sign] = signs(text)
    assert (sign.finding, sign.strength, sign.in_doubt) == ("flag.psychosis_signs", "states", True)
    assert text[sign.start : sign.end] == sign.excerpt
    [alert] = [alert for alert in judged(text).alerts if alert.because == (sign.finding,)]
    assert alert.level == "emergency"
    assert f"the patient’s words may mean this: “{sign.excerpt}”" in alert.text


def test_a_question_that_rests_on_weights_stops_nothing():
    text = "Not to be filled in by the practitioner: shadows and whispers in the choir."
    assert {sign.strength for sign in signs(text)} <= {"asks"}


@pytest.mark.parametrize(
    "text",
    [
        "Two left feet, always been clumsy at dancing",
        "Ankle was broken in 2001, knee has been compensating ever since, says the podiatrist.",
        "had a cold last week, temperature 38 for one day, gone, before the back thing",
    ],
)
def test_a_sign_that_the_other_words_weigh_against_only_asks(text: str):
    assert {sign.strength for sign in signs(text, weighs=False)} == {"states"}
    assert signs(text) and {sign.strength for sign in signs(text)} == {"asks"}
    assert outcome(text) == "asked"


def test_a_sign_is_not_lowered_by_the_ordinary_sentences_round_it():
    text = "I work in an office. It aches when I sit for long. My privates are numb. I like swimming. My dog is old."
    assert ("flag.saddle_numbness", "states") in {(sign.finding, sign.strength) for sign in signs(text)}


def test_half_a_danger_that_the_other_words_bear_out_counts_as_said():
    text = "full but cant go. lower back agony"
    assert {(sign.finding, sign.strength) for sign in signs(text, weighs=False)} == {("flag.bladder_retention", "asks")}
    assert {(sign.finding, sign.strength) for sign in signs(text)} == {("flag.bladder_retention", "states")}


def test_words_of_the_half_do_not_confirm_it_themselves():
    for text in ("My bowels have been odd.", "My bowels have changed since my back went."):
        assert {(sign.finding, sign.strength) for sign in signs(text)} == {("flag.bowel_loss", "asks")}


def test_weights_are_of_english_and_of_sentences():
    assert not signs("Seit drei Wochen arbeite ich im Garten und abends bin ich müde.")
    assert not signs("trabajo mucho en el jardín y por la tarde estoy cansado")
    assert {sign.finding for sign in signs("metformin 500 mg")} == {"condition.diabetes_poor"}


def test_long_texts_are_weighed_in_stretches_that_cover_every_word():
    words = split("It aches when I sit. " * 400 + "word " * 3000)
    cut = list(stretches(words))
    assert cut[0][0] == 0 and cut[-1][1] == len(words.folded)
    assert all(end == begin for (_, end), (begin, _) in pairwise(cut))


def test_without_a_known_word_there_is_nothing_to_weigh():
    assert load_net().weigh(features(split("xqzt qqqw"))) is None
