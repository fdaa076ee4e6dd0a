"""Knowledge files in another language: patient-facing texts replace the English ones, address by address.

A language is a folder `languages/<code>/` next to the English files, with files of the same names. Each is one flat
table: the address of a sentence, and the English sentence with its translation, such as
`"screen.you.title" = ["About you", "Sobre usted"]`. Rows of a list are named by their `id`, else by their index from 0.
A file without all sentences has a fault, and so has one whose English has changed since: no page is half translated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeGuard

from clinic.lib.knowledge_files import Fault, Reader, Table, nearest

ENGLISH = "en"
LANGUAGES = "languages"
BESIDES = ("left_out", "translation")  # tables of a language that are no sentences: why it has none, and whose they are


@lru_cache(maxsize=8)
def languages(folder: Path) -> list[str]:
    """The languages that have a folder next to the English files, English first."""
    found = folder / LANGUAGES
    return [ENGLISH, *sorted(p.name for p in found.iterdir() if p.is_dir())] if found.is_dir() else [ENGLISH]


def sentences(
    data: Any, keys: Collection[str], address: str = "", is_spoken: bool = False
) -> Iterator[tuple[str, str]]:
    """(address, words) of every text under one of `keys`, in file order; empty texts are left out."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        here = _address(address, key, value)
        spoken = is_spoken or key in keys
        if isinstance(value, str):
            if value and spoken:
                yield here, value
        elif isinstance(value, (dict, list)):
            rows = isinstance(value, list) and value and isinstance(value[0], dict)
            yield from sentences(value, keys, here, spoken and not rows)


def _address(above: str, key: str | int, value: Any) -> str:
    name = value["id"] if isinstance(key, int) and isinstance(value, dict) and "id" in value else key
    return f"{above}.{name}" if above else str(name)


class TranslatedReader(Reader):
    """Reads the files of `folder` as they are, or in another language.

    `spoken`: the file, or folder of files, that people read -> the keys that hold words there.
    """

    def __init__(self, folder: Path, language: str, spoken: Mapping[str, Collection[str]]) -> None:
        super().__init__(folder)
        self.language, self.spoken = language, spoken
        self._spoken: dict[str, Table] = {}

    def file(self, name: str) -> Table:
        """The file's tables; a sentence missing from the language, or one too many, is a fault."""
        english = super().file(name)
        if self.language == ENGLISH:
            return english
        if name not in self._spoken:
            self._spoken[name] = self._in_words(name, english)
        return self._spoken[name]

    def _in_words(self, name: str, english: Table) -> Table:
        wanted = self.wanted(name, english)
        own = self._paths.get(name)
        place = f"{LANGUAGES}/{self.language}/{name}"
        if own is not None:
            place = f"{name.rpartition('/')[0]}/{LANGUAGES}/{self.language}/{own.name}"
            path = own.parent / LANGUAGES / self.language / own.name
            if not path.is_file():  # a pack of a clinic without words in this language is asked in English
                return english
            self.add(place, path)
        if not wanted:
            return english
        words = super().file(place)
        besides = {key: words[key] for key in BESIDES if key in words}
        if "left_out" in besides:
            return {**english, **besides}
        self.faults += self._faults(place, wanted, {key: pair for key, pair in words.items() if key not in besides})
        laid: Table = _laid(english, {key: pair[1] for key, pair in words.items() if is_pair(pair)}, "")
        return {**laid, **besides}

    def wanted(self, name: str, english: Table) -> dict[str, str]:
        """Address -> English sentence, of all that is read by people in a file."""
        folder, _, file = name.rpartition("/")
        keys = next((self.spoken[key] for key in (name, folder, file) if key in self.spoken), ())
        return dict(sentences(english, keys))

    def _faults(self, place: str, wanted: Mapping[str, str], words: Table) -> Iterator[Fault]:
        for address, sentence in wanted.items():
            pair = words.get(address)
            if not is_pair(pair):
                yield Fault(place, address, f"no words for “{sentence[:60]}”")
            elif pair[0] != sentence:
                yield Fault(place, address, f"the English was “{pair[0][:60]}” and is now “{sentence[:60]}”")
        for address in words:
            if address not in wanted:
                yield Fault(place, address, f"no such sentence{nearest(address, wanted)}")


def written(pairs: Mapping[str, tuple[str, str]], besides: str = "") -> str:
    """The text of a language's file: address -> (English, translation); ``besides`` stands at the end, as it was."""
    rows = [
        f"{_quoted(key)} = [\n  {_quoted(english)},\n  {_quoted(words)},\n]" for key, (english, words) in pairs.items()
    ]
    return "\n".join(rows) + "\n" + (f"\n{besides}" if besides else "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def is_pair(value: Any) -> TypeGuard[list[str]]:
    """Whether a row is an English sentence with its translation, neither of them empty."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) and one for one in value)


def _laid(data: Any, words: Table, address: str) -> Any:
    """The same tables with the translated texts."""
    if isinstance(data, str):
        return words.get(address, data)
    if isinstance(data, dict):
        return {key: _laid(value, words, _address(address, key, value)) for key, value in data.items()}
    if isinstance(data, list):
        return [_laid(value, words, _address(address, place, value)) for place, value in enumerate(data)]
    return data
