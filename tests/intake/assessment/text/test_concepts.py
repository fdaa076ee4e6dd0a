"""The second net: danger concepts that ask where half a pattern is said, and stop where it is whole."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from intake.assessment import Assessment, assess, load_intake_knowledge, parse_case
from intake.assessment.text import load_lexicon
from intake.assessment.text.schema import entries
from tests.intake.assessment.text.test_sentences import EMERGENCIES

HERE = Path(__file__).parent
DEVELOPMENT = tomllib.loads((HERE / "development.toml").read_text("utf-8"))
LANGUAGES = ("de", "en", "es", "zh")
# Of the sentences repaired with: grave ones stopped at least, harmless ones stopped at most. All grave ones but one are
# at least asked about ("Leukaemia as a teenager, all fine since" reads as denied).
FLOORS = {"de": (11, 0), "en": (252, 1), "es": (11, 0), "zh": (6, 0)}
SILENT = {"en": 1}


@cache
def judged(text: str) -> Assessment:
    """A patient with low back pain who ticked no everywhere, and wrote the text."""
    knowledge = load_intake_knowledge()
    told = dict.fromkeys((flag.finding for flag in knowledge.flags.flag), False)
    data = {
        "patient": {"age": 44},
        "complaint": {"duration_days": 40},
        "findings": {**told, "site.low_back": True, "onset.sudden": True, "quality.dull": True},
        "texts": {"reason": text} if text else {},
    }
    return assess(parse_case(data, knowledge), knowledge)


@cache
def outcome(text: str) -> str:
    """stopped, asked or silent: what the words alone change beside a ticked no everywhere."""
    told, plain = judged(text), judged("")
    if told.action in ("emergency", "refer_before_treating"):
        return "stopped"
    return "asked" if {ask.finding for ask in told.ask} - {ask.finding for ask in plain.ask} else "silent"


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_written_with_the_concepts(language: str, record_property):
    grave = [text for written in DEVELOPMENT[language]["says"].values() for text in entries(written)]
    harmless = entries(DEVELOPMENT["does_not_say"][language])
    of_grave, of_harmless = Counter(map(outcome, grave)), Counter(map(outcome, harmless))
    record_property("free_text", f"{language}, development: grave {dict(of_grave)}, harmless {dict(of_harmless)}")
    least, most = FLOORS[language]
    assert of_grave["stopped"] >= least
    assert of_grave["silent"] <= SILENT.get(language, 0)
    assert of_harmless["stopped"] <= most


def _figures(says: Iterable[str], does_not_say: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    grave, harmless = (
        Counter(outcome(text) for part in parts for text in entries(part)) for parts in (says, does_not_say)
    )
    assert grave.total() == harmless.total() == 60
    return grave, harmless


def test_sentences_never_seen_while_the_concepts_were_written(record_property):
    """Strangers' sentences, never used for repair: the figures as they were measured, once, are the floor."""
    parts = tomllib.loads((HERE / "unseen.toml").read_text("utf-8"))
    grave, harmless = _figures(parts["says"].values(), parts["does_not_say"].values())
    record_property("free_text", f"unseen: grave {dict(grave)}, harmless {dict(harmless)}")
    assert grave["silent"] == 0 and grave["stopped"] >= 59
    assert harmless["stopped"] <= 1


@pytest.mark.parametrize(
    ("name", "stopped", "silent", "calm_stopped"),
    [
        *[("unseen_2", 56, 0, 0), ("unseen_3", 54, 1, 2), ("unseen_4", 55, 0, 1)],
        *[("unseen_5", 60, 0, 0), ("unseen_6", 60, 0, 0)],
    ],
)
def test_sentences_never_seen_by_anybody(name: str, stopped: int, silent: int, calm_stopped: int, record_property):
    """Written long after, by people who had not read the lexicons: what a clinic must expect of them."""
    parts = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
    grave, harmless = _figures([parts["says"]], [parts["does_not_say"]])
    record_property("free_text", f"{name}: grave {dict(grave)}, harmless {dict(harmless)}")
    assert grave["silent"] <= silent and grave["stopped"] >= stopped
    assert harmless["stopped"] <= calm_stopped


# Of the sentences written for the concepts of all complaints: grave ones stopped at least and silent at most, harmless
# ones stopped at most. These harmless ones hold words of a danger on purpose; a half of them at most is asked about
# (a fifth before the weights of words: silence about a grave one costs more, decision 57). What a plain day may ask:
# test_net.py.
WRITTEN = {"repaired": (345, 0, 3), "held_out": (183, 1, 9), "sealed": (56, 0, 0)}


@pytest.mark.thorough
@pytest.mark.parametrize("name", WRITTEN)
def test_half_repaired_with_half_only_counted(name: str, record_property):
    parts = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
    grave, harmless = (Counter(map(outcome, entries(parts[part]))) for part in ("says", "does_not_say"))
    record_property("free_text", f"{name}: grave {dict(grave)}, harmless {dict(harmless)}")
    stopped, silent, calm_stopped = WRITTEN[name]
    assert grave["stopped"] >= stopped and grave["silent"] <= silent
    assert harmless["stopped"] <= calm_stopped
    assert harmless["asked"] <= harmless.total() / 2


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("My bowels have changed since my back went.", "flag.bowel_loss"),
        ("I trip over the dog every morning.", "flag.leg_weakness_progressive"),
        ("I came off my horse.", "flag.major_trauma_unchecked"),
    ],
)
def test_half_a_pattern_is_asked_about_with_a_caution(text: str, finding: str):
    told = judged(text)
    assert told.action == "caution"
    assert finding in {ask.finding for ask in told.ask}
    [alert] = [alert for alert in told.alerts if alert.because == (finding,)]
    assert alert.level == "caution" and "“" in alert.text


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("What if it is cancer?", "flag.cancer_history"),
        ("My mother had bone cancer.", "flag.cancer_history"),
        ("Ten years ago both legs were numb, that is long gone.", "flag.both_legs"),
    ],
)
def test_what_is_feared_past_or_another_s_is_asked_about_and_stops_nothing(text: str, finding: str):
    told = judged(text)
    assert told.action == "treat"
    assert finding in {ask.finding for ask in told.ask}


@pytest.mark.parametrize(
    "text",
    [
        "I have no trouble with my bladder.",
        "No fever, no weight loss.",
        "It aches after gardening and a warm bath helps.",
    ],
)
def test_what_is_denied_and_what_is_no_danger_raises_nothing(text: str):
    assert outcome(text) == "silent"


def test_every_language_reads_a_concept_of_every_emergency():
    for language in load_lexicon().languages:
        asking = {sign.finding for sign in language.signs if sign.is_concept}
        missing = EMERGENCIES - asking
        assert not missing, (language.code, missing)


def test_every_flag_that_is_read_is_one_that_is_asked():
    """A flag that got another id would be read, and nothing would come of it."""
    known = {flag.finding for flag in load_intake_knowledge().flags.flag}
    read = {sign.finding for language in load_lexicon().languages for sign in language.signs}
    assert {finding for finding in read if finding.startswith("flag.")} <= known
