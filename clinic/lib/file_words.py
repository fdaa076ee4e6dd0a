"""Knowledge files in another language: patient-facing texts replace the English ones, address by address.

A language is a folder `languages/<code>/` next to the English files, with files of the same names. Each is one flat
table: the address of a sentence and its text, such as `"screen.you.title" = "…"`. Rows of a list are named by their
`id`, else by their index from 0. A file without all sentences has a fault: no page is half translated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from clinic.lib.knowledge_files import Fault, Reader, Table, nearest

ENGLISH = "en"
LANGUAGES = "languages"


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
        wanted = dict(sentences(english, self.spoken.get(name, self.spoken.get(name.rpartition("/")[0], ()))))
        if not wanted:
            return english
        place = f"{LANGUAGES}/{self.language}/{name}"
        words = super().file(place)
        for address in wanted:
            if not isinstance(words.get(address), str) or not words[address]:
                self.faults.append(Fault(place, address, f"no words for “{wanted[address][:60]}”"))
        for address in words:
            if address not in wanted:
                self.faults.append(Fault(place, address, f"no such sentence{nearest(address, wanted)}"))
        laid: Table = _laid(english, words, "")
        return laid


def _laid(data: Any, words: Table, address: str) -> Any:
    """The same tables with the translated texts."""
    if isinstance(data, str):
        return words.get(address, data)
    if isinstance(data, dict):
        return {key: _laid(value, words, _address(address, key, value)) for key, value in data.items()}
    if isinstance(data, list):
        return [_laid(value, words, _address(address, place, value)) for place, value in enumerate(data)]
    return data
