"""The words of each language: none is missing, left in English, old or dangerous; none lacks what is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings

from clinic.lib.catalogue_words import messages_of
from clinic.lib.catalogues import catalogue_of, compile_stale
from clinic.lib.file_words import is_pair
from treatments.management.spoken_files import spoken_files

CODES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# What is filled in. The English messages name the emergency number in words (intake/presenters/messages.py).
FILLED_IN = re.compile(r"%\(\w+\)s|%%|\{\w+\}|<[^>]+>")
NUMBER = "your emergency number"
PRONOUNS = re.compile(r"\{(they|them|their)\}")  # of English clauses, told of the patient or to them: elsewhere to them
SAME = {  # words that are the same in both languages
    "es": {
        "No": "the same word",
        "Ashi": "a name",
    },
    "zh-hans": {"Ashi": "a name"},
}
NEVER = {  # words that are wrong or dangerous in any sentence: notes of intake-facts.md
    "es": (
        "silla de montar", "alfiler", "disparo", "constipad", "adelgazante", "esteroid", "choques", "raspado",
        "chincheta", "tachuela", "sofá", "guardián", "recién", "de nuevo", "vosotros", "ordenador",
    ),
    "zh-hans": ("马鞍", "刺痛", "活血药", "稀释血液", "电击", "图钉", "沙发", "你"),
}  # fmt: skip
MUST = {  # file, address -> what the sentence must say
    ("es", "screen.safety_bladder.question.saddle_numbness.label"): ("no siente cuando lo tocan", "hormigueo", "ano"),
    ("es", "screen.safety_bladder.question.bladder_retention.label"): ("orinar", "antes no"),
    ("es", "screen.safety_legs.question.both_legs.label"): ("DOS piernas", "nuevo"),
    ("es", "screen.safety_legs.question.leg_weakness.label"): ("fuerza", "arrastra"),
    ("es", "screen.implants.question.blood.options.thinner.label"): ("Anticoagulante", "coágulos"),
    ("zh-hans", "screen.safety_bladder.question.saddle_numbness.label"): ("摸上去不知道", "发麻", "肛门"),
    ("zh-hans", "screen.safety_bladder.question.bladder_retention.label"): ("尿不出来", "以前没有"),
    ("zh-hans", "screen.safety_legs.question.both_legs.label"): ("两条腿", "新出现"),
    ("zh-hans", "screen.safety_legs.question.leg_weakness.label"): ("没有力气", "拖着走"),
    ("zh-hans", "screen.implants.question.blood.options.thinner.label"): ("抗凝药", "防血栓"),
}


def _of_files(code: str) -> Iterator[tuple[str, str, str]]:
    for file in spoken_files(code):
        for address, pair in file.pairs().items():
            if is_pair(pair):
                yield f"{file.name}: {address}", pair[0], pair[1]


def _of_catalogue(code: str) -> Iterator[tuple[str, str, str]]:
    for entry in polib.pofile(str(catalogue_of(settings.LOCALE_PATHS[0], code))):
        yield entry.msgid, entry.msgid, entry.msgstr or entry.msgstr_plural[max(entry.msgstr_plural)]


def _all(code: str) -> list[tuple[str, str, str]]:
    return [*_of_files(code), *_of_catalogue(code)]


def _has_letters(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", FILLED_IN.sub("", text)))


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_of_the_files_has_words_of_today(code: str) -> None:
    lacking = []
    for file in spoken_files(code):
        if file.is_left_out:
            continue
        pairs = {address: pair for address, pair in file.pairs().items() if is_pair(pair)}
        lacking += [f"{file.name}: {a}: {e}" for a, e in file.wanted.items() if pairs.get(a, [""])[0] != e]
        lacking += [f"{file.name}: {a}: no such sentence" for a in pairs.keys() - file.wanted.keys()]
    assert lacking == []


@pytest.mark.parametrize("code", CODES)
def test_every_message_of_the_pages_has_words(code: str) -> None:
    source = catalogue_of(settings.LOCALE_PATHS[0], code)
    entries = {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(source))}
    messages = {message.key: message for message in messages_of(settings.BASE_DIR)}
    assert entries.keys() - messages.keys() == set(), "manage.py words takes out what is no longer said"
    lacking = [
        key
        for key, message in messages.items()
        if key not in entries
        or entries[key].fuzzy
        or not (all(entries[key].msgstr_plural.values()) if message.plural else entries[key].msgstr)
    ]
    assert lacking == []


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_in_english(code: str) -> None:
    same = {english for _, english, words in _all(code) if english == words and _has_letters(english)}
    assert same == SAME[code].keys(), "an entry of the list that is translated goes"


@pytest.mark.parametrize("code", CODES)
def test_what_is_filled_in_stands_in_both(code: str) -> None:
    wrong = []
    for place, english, words in _all(code):
        told = english.replace(NUMBER, "{number}") if place.startswith("redflags") else english
        wanted = FILLED_IN.findall(PRONOUNS.sub("", told) if "findings.toml" in place else told)
        if sorted(wanted) != sorted(FILLED_IN.findall(words)):
            wrong.append(f"{place}: {english} -> {words}")
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_no_dangerous_literal(code: str) -> None:
    found = [f"{place}: {words}" for place, _, words in _all(code) if any(one in words.lower() for one in NEVER[code])]
    assert found == []
    told = {place.partition(": ")[2]: words for place, _, words in _of_files(code)}
    for (language, address), parts in MUST.items():
        assert language != code or all(part in told[address] for part in parts), address


def test_a_catalogue_is_made_when_it_is_missing_or_old(tmp_path: Path) -> None:
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_bytes(catalogue_of(settings.LOCALE_PATHS[0], "es").read_bytes())
    made = compile_stale(tmp_path)
    assert made == [source.with_suffix(".mo")] and compile_stale(tmp_path) == []
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]
    source.touch()
    assert compile_stale(tmp_path) in (made, [])
    words = {entry.msgid: entry.msgstr for entry in polib.mofile(str(made[0]))}
    assert words["Next"] == "Siguiente"
