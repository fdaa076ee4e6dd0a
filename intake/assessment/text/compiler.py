"""Turns the files of one language into the plain data of a Language, collecting faults along the way.

Loading looks at all words and at all templates at once, as far as that tells whether something is wrong; only then is
each looked at by itself, to say what and where.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Literal

from clinic.lib.knowledge_files import Fault

from .language import Plain, SignRow, Strength
from .schema import ConceptFile, LexiconFile
from .templates import (
    CONCEPT_WINDOW,
    NEXT_SENTENCE_WINDOW,
    needed,
    pieces,
    template,
)
from .vocabulary import END, Lines
from .words import folded_word

Entries = tuple[str, ...]  # of a file, as they are written

CALM = "calm_word"  # half a danger said to be normal asks nothing

_WORD = re.compile(r"[\w']+\*?")
_HAN_SIGN = re.compile(r"([\u3400-\u9fff])")
_NAME = re.compile(r"[a-z_]+")
_EXCEPTION = re.compile(r"!([a-z_]+)")
# A part of a template, from its beginning or a sign that joins, to the next or its end, in which nothing is looked for
_EMPTY_PART = re.compile(r"(?:^|[&+]\d*)(?:\s|>\d*|[!@]\w*)*(?:[&+]|$)", re.MULTILINE)


class Compiler:
    """``language()`` returns the language; ``faults`` then lists all that is wrong with its files."""

    def __init__(
        self,
        language: str,
        parts: Mapping[str, LexiconFile],
        medicines: Mapping[str, Entries],
        concepts: tuple[ConceptFile, ...] = (),
    ) -> None:
        """``parts``: the files of the language by their names. ``medicines`` join the words of the same name."""
        self.faults: list[Fault] = []
        self._code = language
        self._parts = parts
        self._medicines = medicines
        self._concepts = concepts
        self._homes = self._declared()
        self._lines: list[str] = []  # words, and the name they stand for
        self._spoken: list[str] = []  # all words
        self._cut: dict[str, list[str]] = {}  # template -> its pieces
        self._fixed: set[str] = set()  # names of the fixed words of cues
        # where words and templates stand, for who looks for faults
        self._words_at: list[tuple[str, Entries]] = []
        self._templates_at: list[tuple[str, Entries]] = []

    def language(self) -> Plain:
        parts = self._parts.items()
        for file, part in parts:
            for name, entries in part.words.items():
                self._words(name, entries, f"{file}: words.{name}")
                self._words(name, self._medicines.get(name, ()), f"{file}: words.{name}")
        phrases = {
            name: self._templates(entries, f"{file}: phrases.{name}")
            for file, part in parts
            for name, entries in part.phrases.items()
        }
        cues = {
            str(kind): (
                self._cue(cue.any, file, f"cues.{kind}.any"),
                self._cue(cue.unless, file, f"cues.{kind}.unless"),
            )
            for file, part in parts
            for kind, cue in part.cues.items()
        }
        signs: list[tuple[SignRow, Entries]] = [
            (
                (sign.finding, sign.strength, [*sign.ignores], False),
                self._templates(sign.any, f"{file}: {sign.finding}"),
            )
            for file, part in parts
            for sign in part.sign
        ]
        signs.extend(self._concept_signs())
        used = set(chain.from_iterable(self._cut.values()))
        literals = [piece for piece in used if piece[0] == "'" and piece not in self._fixed]
        for piece in literals:
            self._words(piece, (_quoted(piece),), "")
        terms = {*" ".join(self._spoken).split(" ")} - {""}
        irregular = [word for word in terms if not (word.isascii() and word.isalpha() and word.islower())]
        no_words = {word for word in irregular if not _WORD.fullmatch(word)}
        self._look_for_faults(used, no_words | {""} if not all(map(_quoted, literals)) else no_words)
        return {
            "code": self._code,
            "common": self._single_words("common"),
            "intensifiers": self._single_words("intensifiers"),
            "ordinary": self._single_words("ordinary"),
            "sayings": self._sayings(),
            "terms": Lines.joined(terms),
            "irregular": [pair for word in sorted(irregular) for pair in _spelt(word)],
            "lines": Lines.joined(self._lines),
            "phrases": phrases,
            "cues": cues,
            "signs": [sign for sign, _ in signs],
            "signs_by_name": self._by_rarest_name(signs),
            "phrases_by_name": self._by_completing_name(phrases),
        }

    def _templates(self, entries: Entries, where: str) -> Entries:
        """Templates as they are written, now among those that are looked at."""
        cut = self._cut
        for entry in entries:
            if entry not in cut:
                cut[entry] = pieces(entry)
        self._templates_at.append((where, entries))
        return entries

    def _words(self, name: str, entries: Entries, where: str) -> None:
        if _HAN_SIGN.search("".join(entries)):  # Chinese is read character by character
            entries = tuple([_HAN_SIGN.sub(r" \1 ", entry).strip() for entry in entries])
        self._spoken += entries
        self._lines += [f"{entry}{END}{name}" for entry in entries]
        self._words_at.append((where, entries))

    def _concept_signs(self) -> Iterable[tuple[SignRow, Entries]]:
        """The concepts as this language can say them: of each template it needs every name."""
        for concept in self._concepts:
            strengths: tuple[tuple[Strength, Entries], ...] = (("states", concept.whole), ("asks", concept.half))
            for strength, entries in strengths:
                unless = f" !{CALM}" if strength == "asks" else ""
                within = [self._without_foreign_exceptions(entry + unless) for entry in entries]
                spoken = tuple([entry for entry in within if self._homes.keys() >= {*names_in(entry)}])
                if spoken:
                    row: SignRow = (concept.finding, strength, [*concept.ignores], True)
                    yield row, self._templates(spoken, f"concepts.toml: {concept.finding}")

    def _without_foreign_exceptions(self, entry: str) -> str:
        """An exception that a language has no words for excepts nothing there."""
        return _EXCEPTION.sub(lambda found: found[0] if found[1] in self._homes else "", entry)

    def _declared(self) -> dict[str, str]:
        """Name -> file that declares it; a name, or a kind of cue, is declared in only one place."""
        homes: dict[str, str] = {}
        for file, part in self._parts.items():
            for name in (*part.words, *part.phrases, *(f"cues.{kind}" for kind in part.cues)):
                if name in homes:
                    self._fault(f"{file}: {name}", f"the name is taken in {homes[name]}")
                homes[name] = file
        return {name: file for name, file in homes.items() if not name.startswith("cues.")}

    def _single_words(self, section: Literal["common", "intensifiers", "ordinary"]) -> list[str]:
        """The folded words of a section that contains only single words."""
        words: list[str] = []
        for file, part in self._parts.items():
            for word in getattr(part, section):
                if " " in word and len(word.split()) > 1:
                    self._fault(f"{file}: {section}", f"{word!r} is more than one word")
                words.append(folded_word(word))
        return words

    def _sayings(self) -> dict[str, list[list[str]]]:
        sayings: dict[str, list[list[str]]] = {}
        for file, part in self._parts.items():
            for entry in part.sayings:
                first, *further = map(folded_word, entry.split())
                if not further:
                    self._fault(f"{file}: sayings", f"{entry!r} is a single word")
                sayings.setdefault(first, []).append(further)
        return sayings

    def _cue(self, entries: Entries, file: str, kind: str) -> Entries:
        """Cues are mostly fixed words: these become one name, the others stay templates."""
        fixed = tuple([_quoted(entry) for entry in entries if _is_fixed(entry)])
        if fixed:
            name = f"'{kind}'"  # in quotes, like other names that no file declares
            self._fixed.add(name)
            self._words(name, fixed, f"{file}: {kind}")
            entries = (*[entry for entry in entries if not _is_fixed(entry)], name)
        return self._templates(entries, f"{file}: {kind}")

    def _by_rarest_name(self, signs: Iterable[tuple[SignRow, Entries]]) -> dict[str, list[tuple[int, int, str]]]:
        """Templates by the name that the fewest others need: most are never looked at."""
        needs = [
            (number, is_concept, entry, needed(self._cut[entry]))
            for number, ((*_, is_concept), entries) in enumerate(signs)
            for entry in entries
        ]
        use = Counter(chain.from_iterable(names for *_, names in needs))
        index: dict[str, list[tuple[int, int, str]]] = {}
        for number, is_concept, entry, names in needs:
            if names:  # else it has a fault
                reach = CONCEPT_WINDOW if is_concept else NEXT_SENTENCE_WINDOW
                index.setdefault(min(names, key=use.__getitem__), []).append((number, reach, entry))
        return index

    def _by_completing_name(self, phrases: Mapping[str, Entries]) -> dict[str, list[tuple[str, list[str]]]]:
        """Which phrases to try once a name has occurred: under one of the words each template needs, and under each of
        its phrases, since all words are known before any phrase."""
        index: dict[str, list[tuple[str, list[str]]]] = {}
        for phrase, entries in phrases.items():
            for entry in entries:
                needs = {*needed(self._cut[entry])}
                words = sorted(needs - phrases.keys())
                for name in (*words[:1], *(needs & phrases.keys())):
                    index.setdefault(name, []).append((phrase, sorted(needs)))
        return index

    def _fault(self, where: str, text: str) -> None:
        file, _, key = where.partition(": ")
        self.faults.append(Fault(file, key, text))

    def _look_for_faults(self, used: set[str], no_words: set[str]) -> None:
        """What is wrong with words and templates. ``used``: the pieces of all templates."""
        homes = self._homes
        names = {piece.lstrip("!@") for piece in used if piece[0] not in "&+>'"}
        for name in sorted(homes.keys() - names):
            self._fault(f"{homes[name]}: {name}", "nothing uses this name")
        if names <= homes.keys() and not no_words and not any(map(_EMPTY_PART.search, self._cut)):
            return
        for where, entries in self._words_at:
            for word in " ".join(entries).split(" "):
                if word in no_words:
                    self._fault(where, f"{word!r} is no word")
        for where, entries in self._templates_at:
            for entry in entries:
                self._look_closer(where, entry, no_words)

    def _look_closer(self, where: str, entry: str, no_words: set[str]) -> None:
        for piece in pieces(entry):
            name = piece.lstrip("!@")
            if piece in self._fixed or piece[0] in "&+>":
                continue
            if piece[0] != "'":
                if name not in self._homes:
                    self._fault(where, f"unknown name {name!r}")
            elif not _quoted(piece):
                self._fault(where, "an empty word")
            else:
                for word in _quoted(piece).split(" "):
                    if word in no_words:
                        self._fault(where, f"{word!r} is no word")
        if not all(part.names for part in template(entry).chains):
            self._fault(where, f"template {entry!r} has an empty part")


def names_in(entry: str) -> list[str]:
    """The names of a template without quoted words."""
    return _NAME.findall(entry)


def _is_fixed(entry: str) -> bool:
    """Whether a template is nothing but quoted words."""
    return entry[0] == "'" and entry.find("'", 1) == len(entry) - 1


def _quoted(piece: str) -> str:
    return piece.strip("' ")


def _spelt(word: str) -> list[tuple[str, str]]:
    """How a word that is not in plain lower case may read folded, with the word."""
    ending = "*" if word.endswith("*") else ""
    ways = (word,) if word.isascii() else dict.fromkeys((word, _plain_umlauts(word)))
    return [(folded_word(written.rstrip("*")) + ending, word) for written in ways]


def _plain_umlauts(word: str) -> str:
    """``ä`` as ``ae``: how German is written on a keyboard without umlauts."""
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
