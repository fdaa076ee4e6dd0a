"""The third net: weights of words, made from labelled sentences, that ask or confirm and never clear."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from intake.assessment.text import TextSign, load_lexicon, read_texts
from intake.assessment.text.net import FILE, load_net, parse_net, stretches
from intake.assessment.text.schema import entries
from intake.assessment.text.words import split
from tests.intake.assessment.text.test_concepts import outcome
from tests.support.word_weights import Told, a_strangers, labelled, net_of

HERE = Path(__file__).parent
STRANGER = a_strangers()
# Of the sentences repaired with: grave ones stopped at least and silent at most, harmless ones stopped at most.
STOPPED, SILENT, CALM_STOPPED = 945, 1, 27
ORDINARY_ASKED = 11  # of 40


@cache
def signs(text: str, *, weighs: bool = True) -> tuple[TextSign, ...]:
    return read_texts({"reason": text}, load_lexicon(), weighs=weighs)


@pytest.mark.thorough
def test_the_weights_are_made_from_the_labelled_sentences():
    assert FILE.read_text("utf-8") == net_of(labelled()), "run python -m tests.support.word_weights"


@pytest.mark.thorough
def test_what_a_stranger_wrote(record_property):
    grave, harmless = (
        Counter(outcome(told.text) for told in STRANGER if bool(told.finding) is kind) for kind in (True, False)
    )
    record_property("free_text", f"stranger: grave {dict(grave)}, harmless {dict(harmless)}")
    assert grave["stopped"] >= STOPPED and grave["silent"] <= SILENT
    assert harmless["stopped"] <= CALM_STOPPED


@pytest.mark.thorough
def test_weights_made_of_one_half_ask_about_the_other(record_property):
    """What tells of new wordings: of those that signs and concepts are silent on, how many are heard."""
    halves = [STRANGER[number::2] for number in (0, 1)]
    others = [told for told in labelled() if told not in set(STRANGER)]
    net = parse_net(net_of([*others, *halves[0]]))

    def is_heard(told: Told) -> bool:
        weighed = net.weigh(split(told.text).folded)
        return weighed is not None and weighed.score >= net.asks_from

    unread = [told for told in halves[1] if not signs(told.text, weighs=False)]
    heard = Counter((bool(told.finding), is_heard(told)) for told in unread)
    record_property("free_text", f"half made, half measured: {dict(heard)}")
    assert heard[True, True] >= 0.8 * (heard[True, True] + heard[True, False])
    assert heard[False, True] <= 0.5 * (heard[False, True] + heard[False, False])


def test_an_ordinary_day_stops_nothing_and_seldom_asks(record_property):
    texts = entries(tomllib.loads((HERE / "ordinary.toml").read_text("utf-8"))["does_not_say"])
    found = Counter(map(outcome, texts))
    record_property("free_text", f"ordinary: {dict(found)}")
    assert found["stopped"] == 0 and found["asked"] <= ORDINARY_ASKED


def test_weights_never_clear():
    for told in STRANGER[::5]:
        with_weights = {(sign.finding, sign.start, sign.end) for sign in signs(told.text)}
        stated = {sign.finding for sign in signs(told.text) if sign.strength == "states"}
        for sign in signs(told.text, weighs=False):
            assert (sign.finding, sign.start, sign.end) in with_weights or sign.finding in stated, told.text
            assert sign.strength != "states" or sign.finding in stated, told.text


def test_a_question_that_rests_on_weights_quotes_the_words_and_stops_nothing():
    text = "i see shadows walking in my flat and they whisper"
    assert not signs(text, weighs=False)
    [sign] = signs(text)
    assert (sign.finding, sign.strength, sign.in_doubt) == ("flag.psychosis_signs", "asks", True)
    assert text[sign.start : sign.end] == sign.excerpt


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
    assert load_net().weigh(["xqzt", "qqqw"]) is None
