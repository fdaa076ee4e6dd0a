"""Turns one lexicon file into a Language and gathers the faults on the way."""

from __future__ import annotations

import re
from collections import Counter

from .text_schema import Chain, Language, LexiconFile, Sequences, Sign, Template
from .text_spelling import Speller
from .text_words import fold

CHAIN_GAP = 2  # words that may stand between two names of a chain, unless the template says otherwise
WINDOW = 8  # words between two chains joined by &
NEXT_SENTENCE_WINDOW = 10  # words between two chains joined by +

_WORD = re.compile(r"[\w']+\*?")
_FIXED = re.compile(r"'[^']*'")
_HAN_SIGN = re.compile(r"([\u3400-\u9fff])")
_PIECE = re.compile(r"'[^']*'|[>&+]\d*|[!@]?\w+|\S")


class Compiler:
    """``language()`` gives the compiled language; ``faults`` then names all that is wrong with the file."""

    def __init__(self, file: str, data: LexiconFile) -> None:
        self.faults: list[str] = []
        self._file = file
        self._data = data
        self._terms: dict[str, int] = {}
        self._single: dict[int, tuple[str, ...]] = {}
        self._sequences = Sequences(self._terms)
        self._further: list[str] = []  # words after the first of a sequence, still to become terms
        self._speller = Speller(fold(word) for word in data.ordinary)
        self._known = set(data.words)
        self._used: set[str] = set()

    def language(self) -> Language:
        data = self._data
        for name, entries in data.words.items():
            for entry in entries:
                self._word(name, entry, f"words.{name}")
        phrases: dict[str, tuple[Template, ...]] = {}
        for name, entries in data.phrases.items():
            if name in self._known:
                self._fault(f"phrases.{name}", "the name is taken")
            phrases[name] = self._templates(entries, f"phrases.{name}")
            self._known.add(name)
        cues = {
            str(kind): (self._cue(cue.any, f"cues.{kind}.any"), self._cue(cue.unless, f"cues.{kind}.unless"))
            for kind, cue in data.cues.items()
        }
        signs = tuple(
            Sign(sign.finding, sign.strength, frozenset(sign.ignores), self._templates(sign.any, sign.finding))
            for sign in data.sign
        )
        for word in dict.fromkeys(" ".join(self._further).split()):
            if word not in self._terms:
                self._new_term(word, "in a sequence of words")
        for name in sorted(self._known - self._used):
            self._fault(name, "nothing uses this name")
        return Language(
            data.language,
            frozenset(fold(word) for word in data.common),
            self._speller,
            self._sayings(),
            self._single,
            self._sequences,
            phrases,
            cues,
            signs,
            _by_rarest_name(signs),
            _by_completing_name(phrases),
        )

    def _sayings(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        sayings: dict[str, tuple[tuple[str, ...], ...]] = {}
        for entry in self._data.sayings:
            first, *further = map(fold, entry.split())
            if not further:
                self._fault("sayings", f"{entry!r} is a single word")
            sayings[first] = (*sayings.get(first, ()), tuple(further))
        return sayings

    def _cue(self, entries: tuple[str, ...], where: str) -> tuple[Template, ...]:
        """Cues are mostly fixed words: those become one name, the others stay templates."""
        fixed = [entry for entry in entries if _FIXED.fullmatch(entry)]
        templates = [self._template(entry, where) for entry in entries if not _FIXED.fullmatch(entry)]
        for entry in fixed:
            self._word(where, entry.strip("'"), where)
        if fixed:
            templates.append(Template((Chain((where,), ()),), (), (), (), frozenset({where})))
        return tuple(templates)

    def _fault(self, where: str, text: str) -> None:
        self.faults.append(f"{self._file}: {where}: {text}")

    def _new_term(self, word: str, where: str) -> int:
        number = self._terms[word] = len(self._terms)
        if word.isascii() and word.isalnum() and word.islower():
            self._speller.add(word, number)
            return number
        if not _WORD.fullmatch(word):
            self._fault(where, f"{word!r} is no word")
        ending = "*" if word.endswith("*") else ""
        for written in {word} if word.isascii() else {word, _plain_umlauts(word)}:
            self._speller.add(fold(written.rstrip("*")) + ending, number)
        return number

    def _word(self, name: str, entry: str, where: str) -> None:
        # Chinese is read sign by sign
        spaced = entry if entry.isascii() else _HAN_SIGN.sub(r" \1 ", entry)
        parts = spaced.split(None, 1)
        if not parts:
            self._fault(where, "an empty word")
            return
        number = self._terms.get(parts[0])
        if number is None:
            number = self._new_term(parts[0], where)
        if len(parts) == 2 and parts[1].strip():
            self._further.append(parts[1])
            self._sequences.add(number, parts[1], name)
        else:
            known = self._single.get(number)
            self._single[number] = (name,) if known is None else tuple(sorted({*known, name}))

    def _templates(self, entries: tuple[str, ...], where: str) -> tuple[Template, ...]:
        return tuple(self._template(entry, where) for entry in entries)

    def _template(self, entry: str, where: str) -> Template:
        chains: list[tuple[list[str], list[int]]] = [([], [])]
        windows: list[int] = []
        unless: list[str] = []
        anywhere: list[str] = []
        gap = CHAIN_GAP
        for piece in _PIECE.findall(entry):
            if piece[0] == "&":
                windows.append(int(piece[1:] or WINDOW))
                chains.append(([], []))
            elif piece[0] == "+":
                windows.append(-int(piece[1:] or NEXT_SENTENCE_WINDOW))
                chains.append(([], []))
            elif piece[0] == ">":
                gap = int(piece[1:] or CHAIN_GAP)
            elif piece[0] in "!@":
                (unless if piece[0] == "!" else anywhere).append(self._name(piece[1:], where))
            else:
                names, gaps = chains[-1]
                if names:
                    gaps.append(gap)
                gap = CHAIN_GAP
                names.append(self._literal(piece, where) if piece[0] == "'" else self._name(piece, where))
        if not all(names for names, _ in chains):
            self._fault(where, f"template {entry!r} has an empty part")
        return Template(
            tuple(Chain(tuple(names), tuple(gaps)) for names, gaps in chains if names),
            tuple(windows),
            tuple(unless),
            tuple(anywhere),
            frozenset(anywhere).union(*(names for names, _ in chains)),
        )

    def _name(self, name: str, where: str) -> str:
        if name not in self._known:
            self._fault(where, f"unknown name {name!r}")
        self._used.add(name)
        return name

    def _literal(self, piece: str, where: str) -> str:
        """A name for the very words between quotes."""
        if piece not in self._known:
            self._known.add(piece)
            self._word(piece, piece.strip("'"), where)
        self._used.add(piece)
        return piece


def _by_rarest_name(signs: tuple[Sign, ...]) -> dict[str, tuple[tuple[int, Template], ...]]:
    """Templates by the name that fewest others need: most are never looked at."""
    use = Counter(name for sign in signs for template in sign.templates for name in template.needs)
    index: dict[str, list[tuple[int, Template]]] = {}
    for number, sign in enumerate(signs):
        for template in sign.templates:
            if template.needs:
                rarest = min(template.needs, key=lambda name: (use[name], name))
                index.setdefault(rarest, []).append((number, template))
    return {name: tuple(found) for name, found in index.items()}


def _by_completing_name(
    phrases: dict[str, tuple[Template, ...]],
) -> dict[str, tuple[tuple[str, frozenset[str]], ...]]:
    """Which phrases to try when a name has come: under one of the words that each template needs, and under each of
    its phrases, since all words are known before any phrase."""
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
