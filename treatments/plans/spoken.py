"""What a patient takes home, in their language: the sentences of the sheet, found again in a plan's own text.

A plan keeps the English text, with the place and the side filled in, and people edit it. What is still a sentence of
ours, or several, has words in every language; anything else is the practitioner's own and stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from clinic.lib.complaints import beside, folders
from clinic.lib.file_words import LANGUAGES, TranslatedReader, is_pair
from clinic.lib.knowledge_files import Reader

SPOKEN = {
    "aftercare.toml": frozenset({"text"}),
    "sites.toml": frozenset({"plain"}),
    "home_care.toml": frozenset({"sheet"}),  # of a complaint, in its folder
}
FOLDER = Path(__file__).resolve().parents[1] / "knowledge"
FILLED_IN = {
    "{place}": "(?P<place>[^.]+?)",
    "{your}": "(?P<your>your left|your right|each)",
}
NOT_THERE = re.compile(r" Not on the (?P<side>left|right) (?P<limb>[^.]+)\.")


def told(language: str, name: str) -> Mapping[str, str]:
    """English sentence -> words, of a common file."""
    return _told(language, name, folders())


@lru_cache(maxsize=16)
def _told(language: str, name: str, where: tuple[Path, ...]) -> dict[str, str]:
    files = [FOLDER / name] if (FOLDER / name).is_file() else [path for _, path in beside(name)]
    words: dict[str, str] = {}
    for path in files:
        place = path.parent / LANGUAGES / language / path.name
        if place.is_file():
            read = Reader(place.parent)
            words |= {pair[0]: pair[1] for pair in read.file(place.name).values() if is_pair(pair)}
            read.raise_faults()
    return words


def pieces(text: str, language: str) -> list[tuple[str, Mapping[str, str]]] | None:
    """The words of each sentence of the text, and what is filled in, in English; None if it is not ours."""
    found: list[tuple[str, Mapping[str, str]]] = []
    at = 0
    while at < len(text):
        match, words = next(_matches(text, at, language), (None, ""))
        if match is None:
            return None
        found.append((words, match.groupdict()))
        at = match.end()
        while more := NOT_THERE.match(text, at):
            found.append(("", more.groupdict()))
            at = more.end()
        at += text.startswith(" ", at)
    return found


def _matches(text: str, at: int, language: str) -> Iterator[tuple[re.Match[str], str]]:
    for pattern, words in _patterns(language, folders()):
        if match := pattern.match(text, at):
            yield match, words


@lru_cache(maxsize=8)
def _patterns(language: str, where: tuple[Path, ...]) -> list[tuple[re.Pattern[str], str]]:
    """The longest first: a sentence may begin like another."""
    rows = []
    for english, words in sorted(told(language, "home_care.toml").items(), key=lambda pair: -len(pair[0])):
        source = re.escape(english)
        for mark, pattern in FILLED_IN.items():
            source = source.replace(re.escape(mark), pattern)
        rows.append((re.compile(source), words))
    return rows


def language_faults(language: str) -> list[str]:
    """What the files for home lack in a language, and what is no longer there."""
    read = TranslatedReader(FOLDER, language, SPOKEN)
    for name in ("aftercare.toml", "sites.toml"):
        read.file(name)
    for name, path in beside("home_care.toml"):
        read.file(read.add(name, path))
    return [str(fault) for fault in read.faults]
