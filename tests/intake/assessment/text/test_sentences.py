"""Sentences beside their signs, known misses, and sentences that nobody has repaired with.

A file of a language in ``intake/knowledge/texts`` holds sentences beside each sign: ``says`` (each shows the finding)
and ``does_not_say`` (each is harmless: it states nothing that it does not stand under as said). The lexicons were
repaired with these, so they tell of what works, not of how new wordings fare. What of them is still read wrongly stands
in ``known_misses.toml``, and stays true: one that is mended must leave the list, one that appears fails.
How new wordings fare is measured by ``untouched/``: strangers' sentences with which nothing was ever repaired.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from intake.assessment.text import load_lexicon, read_texts
from intake.assessment.text.lexicon import lexicon_files
from intake.assessment.text.schema import LexiconFile, entries

HERE = Path(__file__).parent
FILES = {name: LexiconFile.model_validate(tomllib.loads(text)) for name, text in lexicon_files().items() if "/" in name}
LANGUAGES = ("de", "en", "es", "zh")
MEASURED = ("de", "en", "es")
# Of the untouched sentences: grave ones caught at least, harmless ones stopped at most.
# Measured: German 58 and 3 of 60, English 85 and 2 of 90, Spanish 57 and 6 of 60.
FLOORS = {"de": (57, 4), "en": (84, 3), "es": (56, 7)}
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
Pairs = set[tuple[str, str]]  # finding, sentence


@cache
def read(text: str) -> frozenset[tuple[str, str]]:
    """Finding and strength of each sign in a text."""
    return frozenset((sign.finding, sign.strength) for sign in read_texts({"reason": text}, load_lexicon()))


def stated(text: str) -> set[str]:
    return {finding for finding, strength in read(text) if strength == "states"}


def files_of(language: str) -> list[LexiconFile]:
    return [part for name, part in FILES.items() if name.startswith(f"{language}/")]


def said(parts: Iterable[LexiconFile]) -> list[tuple[str, str, str]]:
    """Finding, strength and sentence."""
    return [(s.finding, s.strength, text) for part in parts for s in part.sign for text in entries(s.says)]


def harmless(parts: Iterable[LexiconFile]) -> list[str]:
    return [text for part in parts for where in (part, *part.sign) for text in entries(where.does_not_say)]


SAYS = {(finding, text) for finding, _, text in said(FILES.values())}


def missed(parts: Iterable[LexiconFile]) -> Pairs:
    """Sentences that do not show what they stand under."""
    return {(finding, text) for finding, strength, text in said(parts) if (finding, strength) not in read(text)}


def wrongly_read(parts: Iterable[LexiconFile]) -> Pairs:
    """Harmless sentences with what is read in them: a grave sign of any kind, or a question of the sign beside them."""
    parts = list(parts)
    alarms = {(finding, text) for text in harmless(parts) for finding in stated(text)}
    asked = {
        (sign.finding, text)
        for part in parts
        for sign in part.sign
        if sign.strength == "asks"  # a danger may be asked about wherever half of it is said
        for text in entries(sign.does_not_say)
        if (sign.finding, "asks") in read(text)
    }
    return (alarms | asked) - SAYS


def known(language: str, kind: str) -> Pairs:
    listed = tomllib.loads((HERE / "known_misses.toml").read_text("utf-8")).get(language, {}).get(kind, {})
    return {(finding, text) for finding, texts in listed.items() for text in texts}


@pytest.mark.parametrize("name", FILES)
def test_every_sentence_says_what_it_stands_beside_or_is_a_known_miss(name: str):
    language, part = name.partition("/")[0], FILES[name]
    assert missed([part]) <= known(language, "missed")
    assert wrongly_read([part]) <= known(language, "stopped")


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_known_misses_are_misses_still(language: str):
    parts = files_of(language)
    assert known(language, "missed") - missed(parts) == set(), "mended, or no longer kept: take it off the list"
    assert known(language, "stopped") - wrongly_read(parts) == set(), "mended, or no longer kept: take it off the list"


@pytest.mark.parametrize("language", MEASURED)
def test_sentences_never_used_for_repair(language: str, record_property, capsys):
    parts = tomllib.loads((HERE / "untouched" / f"{language}.toml").read_text("utf-8"))
    grave = [(finding, text) for finding, written in parts["says"].items() for text in entries(written)]
    others = [text for written in parts["does_not_say"].values() for text in entries(written)]
    caught = sum(finding in stated(text) for finding, text in grave)
    stopped = sum(bool(stated(text)) for text in others)
    figures = f"{language}, untouched: caught {caught} of {len(grave)}, stopped {stopped} of {len(others)}"
    record_property("free_text", figures)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 the figures belong in the test report
    least, most = FLOORS[language]
    assert caught >= least
    assert stopped <= most
    beside = {text for _, text in SAYS} | set(harmless(FILES.values()))
    assert not beside & {*others, *(text for _, text in grave)}, "a sentence beside a sign is used for repair"


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_beside_the_signs_tell_how_many_are_read(language: str, record_property, capsys):
    """No floor: what is missed is listed one by one."""
    parts = files_of(language)
    says, others = said(parts), harmless(parts)
    figures = (
        f"{language}, repaired with: missed {len(missed(parts))} of {len(says)}, "
        f"stopped {len({text for _, text in wrongly_read(parts)})} of {len(others)}"
    )
    record_property("free_text", figures)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 the figures belong in the test report
    texts = [text for _, _, text in says] + others
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("language", MEASURED)
def test_the_sentences_are_enough_and_cover_every_emergency(language: str):
    says = said(files_of(language))
    assert len(says) >= 150 and len(harmless(files_of(language))) >= 150
    for finding in EMERGENCIES:
        assert sum(found == finding for found, _, _ in says) >= 5, finding


def test_every_language_has_signs_for_every_emergency():
    for language in load_lexicon().languages:
        stating = {sign.finding for sign in language.signs if sign.strength == "states"}
        assert stating >= EMERGENCIES, language.code
