"""Turns the files of one language into a Language, collecting faults along the way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from clinic.lib.knowledge_files import Fault

from .schema import Chain, ConceptFile, Language, LexiconFile, Sequences, Sign, Strength, Template
from .spelling import Speller
from .words import fold

CHAIN_GAP = 2  # words allowed between two names of a chain, unless the template says otherwise
WINDOW = 8  # words between two chains joined by &
NEXT_SENTENCE_WINDOW = 10  # words between two chains joined by +
CONCEPT_WINDOW = 25  # the same, in a concept
CALM = "calm_word"  # half a danger said to be normal asks nothing

_WORD = re.compile(r"[\w']+\*?")
_HAN_SIGN = re.compile(r"([\u3400-\u9fff])")
_NAME = re.compile(r"[a-z_]+")
_EXCEPTION = re.compile(r"!([a-z_]+)")
_PIECE = re.compile(r"'[^']*'|[>&+]\d*|[!@]?\w+|\S")


class Compiler:
    """``language()`` returns the compiled language; ``faults`` then lists all that is wrong with its files."""

    def __init__(
        self,
        language: str,
        parts: Mapping[str, LexiconFile],
        medicines: Mapping[str, tuple[str, ...]],
        concepts: tuple[ConceptFile, ...] = (),
    ) -> None:
        """``parts``: the files of the language by their names. ``medicines`` join the words of the same name."""
        self.faults: list[Fault] = []
        self._code = language
        self._parts = parts
        self._medicines = medicines
        self._concepts = concepts
        self._terms: dict[str, int] = {}
        self._single: dict[int, tuple[str, ...]] = {}
        # first term of a sequence -> its further words, and the name the whole stands for
        self._written: dict[int, list[tuple[str, str]]] = {}
        self._speller = Speller(self._terms, self._single_words("ordinary"))
        self._homes = self._declared()
        self._used: set[str] = set()
        self._literals: set[str] = set()

    def language(self) -> Language:
        parts = self._parts
        for file, part in parts.items():
            for name, entries in part.words.items():
                self._words(name, entries, f"{file}: words.{name}")
                self._words(name, self._medicines.get(name, ()), f"{file}: words.{name}")
        phrases = {
            name: self._templates(entries, f"{file}: phrases.{name}")
            for file, part in parts.items()
            for name, entries in part.phrases.items()
        }
        cues = {
            str(kind): (
                self._cue(cue.any, file, f"cues.{kind}.any"),
                self._cue(cue.unless, file, f"cues.{kind}.unless"),
            )
            for file, part in parts.items()
            for kind, cue in part.cues.items()
        }
        signs = tuple(
            Sign(
                sign.finding,
                sign.strength,
                frozenset(sign.ignores),
                self._templates(sign.any, f"{file}: {sign.finding}"),
            )
            for file, part in parts.items()
            for sign in part.sign
        ) + tuple(self._concept_signs())
        further = " ".join(words for sequences in self._written.values() for words, _ in sequences)
        terms = self._terms
        for word in dict.fromkeys(further.split()):
            if word not in terms:
                if word.isalpha() and word.isascii() and word.islower():
                    terms[word] = len(terms)
                else:
                    self._new_term(word, f"{self._code}: in a sequence of words")
        for name in sorted(self._homes.keys() - self._used):
            self._fault(f"{self._homes[name]}: {name}", "nothing uses this name")
        return Language(
            self._code,
            frozenset(self._single_words("common")),
            self._speller,
            self._sayings(),
            frozenset(self._single_words("intensifiers")),
            self._single,
            Sequences(self._terms, self._written),
            phrases,
            cues,
            signs,
            _by_rarest_name(signs),
            _by_completing_name(phrases),
        )

    def _concept_signs(self) -> Iterable[Sign]:
        """The concepts as this language can say them: of each template it needs every name."""
        for concept in self._concepts:
            strengths: tuple[tuple[Strength, tuple[str, ...]], ...] = (
                ("states", concept.whole),
                ("asks", concept.half),
            )
            for strength, entries in strengths:
                unless = f" !{CALM}" if strength == "asks" else ""
                within = [self._without_foreign_exceptions(entry + unless) for entry in entries]
                spoken = [entry for entry in within if all(name in self._homes for name in names_in(entry))]
                if spoken:
                    where = f"concepts.toml: {concept.finding}"
                    templates = tuple(self._template(entry, where, CONCEPT_WINDOW) for entry in spoken)
                    yield Sign(concept.finding, strength, frozenset(concept.ignores), templates, is_concept=True)

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
                if len(word.split()) > 1:
                    self._fault(f"{file}: {section}", f"{word!r} is more than one word")
                words.append(fold(word))
        return words

    def _sayings(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        sayings: dict[str, tuple[tuple[str, ...], ...]] = {}
        for file, part in self._parts.items():
            for entry in part.sayings:
                first, *further = map(fold, entry.split())
                if not further:
                    self._fault(f"{file}: sayings", f"{entry!r} is a single word")
                sayings[first] = (*sayings.get(first, ()), tuple(further))
        return sayings

    def _cue(self, entries: tuple[str, ...], file: str, name: str) -> tuple[Template, ...]:
        """Cues are mostly fixed words: these become one name, the others stay templates."""
        fixed, templates = [], []
        for entry in entries:
            if entry[0] == "'" and entry.find("'", 1) == len(entry) - 1:
                fixed.append(entry[1:-1])
            else:
                templates.append(self._template(entry, f"{file}: {name}"))
        self._words(name, fixed, f"{file}: {name}")
        if fixed:
            templates.append(Template((Chain((name,), ()),), (), (), (), frozenset({name})))
        return tuple(templates)

    def _fault(self, where: str, text: str) -> None:
        file, _, key = where.partition(": ")
        self.faults.append(Fault(file, key, text))

    def _new_term(self, word: str, where: str) -> int:
        """Of a word that is not plain: those the speller finds among the terms."""
        number = self._terms[word] = len(self._terms)
        if not _WORD.fullmatch(word):
            self._fault(where, f"{word!r} is no word")
        ending = "*" if word.endswith("*") else ""
        for written in {word} if word.isascii() else {word, _plain_umlauts(word)}:
            self._speller.add(fold(written.rstrip("*")) + ending, number)
        return number

    def _words(self, name: str, entries: Iterable[str], where: str) -> None:
        terms, single, written = self._terms, self._single, self._written
        alone = (name,)
        for entry in entries:
            if not entry.isascii():
                entry = _HAN_SIGN.sub(r" \1 ", entry).strip()  # Chinese is read character by character
            first, _, further = entry.partition(" ")
            number = terms.get(first)
            if number is None:
                if first.isalpha() and first.isascii() and first.islower():
                    number = terms[first] = len(terms)  # a plain word: the speller finds it among the terms
                elif first:
                    number = self._new_term(first, where)
                else:
                    self._fault(where, "an empty word")
                    continue
            if further:
                known = written.get(number)
                if known is None:
                    written[number] = [(further, name)]
                else:
                    known.append((further, name))
            elif number in single:
                single[number] = tuple(sorted({*single[number], name}))
            else:
                single[number] = alone

    def _templates(self, entries: tuple[str, ...], where: str) -> tuple[Template, ...]:
        return tuple(self._template(entry, where) for entry in entries)

    def _template(self, entry: str, where: str, reach: int = NEXT_SENTENCE_WINDOW) -> Template:
        names: list[str] = []
        gaps: list[int] = []
        chains = [(names, gaps)]
        windows: list[int] = []
        unless: list[str] = []
        anywhere: list[str] = []
        gap = CHAIN_GAP
        for piece in _PIECE.findall(entry):
            sign = piece[0]
            if sign in "&+":
                windows.append(int(piece[1:] or WINDOW) if sign == "&" else -int(piece[1:] or reach))
                names, gaps = [], []
                chains.append((names, gaps))
            elif sign == ">":
                gap = int(piece[1:] or CHAIN_GAP)
            elif sign in "!@":
                (unless if sign == "!" else anywhere).append(self._name(piece[1:], where))
            else:
                if names:
                    gaps.append(gap)
                gap = CHAIN_GAP
                names.append(self._literal(piece, where) if sign == "'" else self._name(piece, where))
        needs = set(anywhere)
        for names, _ in chains:
            needs.update(names)
            if not names:
                self._fault(where, f"template {entry!r} has an empty part")
        return Template(
            tuple([Chain(tuple(names), tuple(gaps)) for names, gaps in chains if names]),
            tuple(windows),
            tuple(unless),
            tuple(anywhere),
            frozenset(needs),
        )

    def _name(self, name: str, where: str) -> str:
        if name not in self._homes:
            self._fault(where, f"unknown name {name!r}")
        self._used.add(name)
        return name

    def _literal(self, piece: str, where: str) -> str:
        """A name for exactly the words in quotes."""
        if piece not in self._literals:
            self._literals.add(piece)
            self._words(piece, (piece.strip("' "),), where)
        return piece


def names_in(template: str) -> list[str]:
    """The names of a template without quoted words."""
    return _NAME.findall(template)


def _by_rarest_name(signs: tuple[Sign, ...]) -> dict[str, tuple[tuple[int, Template], ...]]:
    """Templates by the name that the fewest others need: most are never looked at."""
    use = Counter(name for sign in signs for template in sign.templates for name in template.needs)
    rank = {name: place for place, name in enumerate(sorted(use, key=lambda name: (use[name], name)))}
    index: dict[str, list[tuple[int, Template]]] = {}
    for number, sign in enumerate(signs):
        for template in sign.templates:
            if template.needs:
                rarest = min(template.needs, key=rank.__getitem__)
                index.setdefault(rarest, []).append((number, template))
    return {name: tuple(found) for name, found in index.items()}


def _by_completing_name(
    phrases: dict[str, tuple[Template, ...]],
) -> dict[str, tuple[tuple[str, frozenset[str]], ...]]:
    """Which phrases to try once a name has occurred: under one of the words each template needs, and under each of its
    phrases, since all words are known before any phrase."""
    index: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for phrase, templates in phrases.items():
        for template in templates:
            words = sorted(template.needs - phrases.keys())
            for name in (*words[:1], *(template.needs & phrases.keys())):
                index.setdefault(name, []).append((phrase, template.needs))
    return {name: tuple(found) for name, found in index.items()}


def _plain_umlauts(word: str) -> str:
    """``ä`` as ``ae``: how German is written on a keyboard without umlauts."""
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
