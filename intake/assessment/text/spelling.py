"""From a written word to the terms of a lexicon, forgiving spelling.

Pure. A term is one word of the lexicon, whole (``bladder``) or a prefix (``numb*``). A word that is not a term is
compared with terms of at least five letters and the same first letter: one typing error (a letter missing, doubled,
wrong or swapped), or, from seven letters on, the same consonants with other vowels ("incontinance"); an "s" after
a term of any length is a guess too.
Words listed as ordinary never count as misspelt.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from .vocabulary import Lines

MIN_FUZZY = 5
MIN_SKELETON = 8
_CACHE = 20_000


class _Near(NamedTuple):
    """The terms of one first letter by what one slip of the fingers leaves: their first three letters, or, where it
    fell among those, their last two. (In a term of five letters a swap of the third and fourth leaves neither: it
    stands under its beginning as swapped, too.) ``skeletons``: by their consonants alone. The terms with a blank
    between them, as one text."""

    beginnings: dict[str, str]
    ends: dict[str, str]
    skeletons: dict[str, str]


class Speller:
    """Finds terms for a folded word; remembers the last few thousand answers (an answer never changes)."""

    def __init__(self, terms: Lines, ordinary: Iterable[str]) -> None:
        """``terms``: all that are words. Those in plain lower case are found among them; the others, which are never
        folded words, under what is added for them."""
        self._plain = terms
        self._whole: dict[str, tuple[str, ...]] = {}
        self._beginnings: dict[str, tuple[str, ...]] = {}
        self._shortest = 99
        self._near_by_letter: dict[str, _Near] = {}
        self._ordinary = frozenset(ordinary)
        self._answers: OrderedDict[str, tuple[tuple[str, ...], bool]] = OrderedDict()

    def add(self, folded: str, term: str) -> None:
        """Add a term that is not plain, as it reads folded; a trailing ``*`` matches any ending."""
        if folded.endswith("*"):
            stem = folded.rstrip("*")
            self._beginnings[stem] = (*self._beginnings.get(stem, ()), term)
            self._shortest = min(self._shortest, len(stem))
        else:
            self._whole[folded] = (*self._whole.get(folded, ()), term)

    def _index(self, letter: str) -> _Near:
        """Prepare guessing for one first letter; done when an unknown word appears, so that loading stays fast."""
        beginnings: dict[str, list[str]] = {}
        ends: dict[str, list[str]] = {}
        skeletons: dict[str, list[str]] = {}
        terms = self._plain.between(letter, chr(ord(letter) + 1))
        plain = (term for term in terms if term.isascii() and term.isalpha() and term.islower())
        stems = (stem for stems in (plain, self._whole, self._beginnings) for stem in stems if stem[0] == letter)
        for stem in sorted(set(stems)):
            if len(stem) >= MIN_FUZZY:
                beginnings.setdefault(stem[:3], []).append(stem)
                ends.setdefault(stem[-2:], []).append(stem)
            if len(stem) == MIN_FUZZY and stem[2] != stem[3]:
                beginnings.setdefault(stem[:2] + stem[3], []).append(stem)
            if len(stem) >= MIN_SKELETON:
                skeletons.setdefault(_skeleton(stem), []).append(stem)
        return _Near(*({key: " ".join(found) for key, found in one.items()} for one in (beginnings, ends, skeletons)))

    def terms(self, word: str) -> tuple[tuple[str, ...], bool]:
        """The terms the word matches, and whether that took a guess at the spelling."""
        known = self._answers.get(word)
        if known is None:
            known = self._find(word)
            self._answers[word] = known
            if len(self._answers) > _CACHE:
                self._answers.popitem(last=False)
        return known

    def _whole_terms(self, word: str) -> tuple[str, ...]:
        further = self._whole.get(word, ())
        return (word, *further) if word in self._plain else further

    def _find(self, word: str) -> tuple[tuple[str, ...], bool]:
        found = set(self._whole_terms(word))
        for length in range(self._shortest, len(word) + 1):
            found.update(self._beginnings.get(word[:length], ()))
        if found or word in self._ordinary or not MIN_FUZZY - 1 <= len(word) <= 30:
            return tuple(sorted(found)), False
        if word[-1] == "s" and (without := self._whole_terms(word[:-1])):
            return without, True  # "my neck's been bad"
        for term in self._near(word):
            found.update(self._whole_terms(term))
        for length in range(MIN_FUZZY, len(word) + 1):
            beginning = word[:length]
            if beginning in self._ordinary:
                continue
            for term in self._near(beginning):
                # long enough that an ending cannot turn it into another word
                if len(term) > MIN_FUZZY:
                    found.update(self._beginnings.get(term, ()))
        return tuple(sorted(found)), bool(found)

    def _near(self, word: str) -> set[str]:
        near: set[str] = set()
        known = self._near_by_letter.get(word[0])
        if known is None:
            known = self._near_by_letter[word[0]] = self._index(word[0])
        for terms in (known.beginnings.get(word[:3], ""), known.ends.get(word[-2:], "")):
            for term in terms.split():
                if -2 < len(word) - len(term) < 2 and _one_slip(word, term):
                    near.add(term)
        if len(word) >= MIN_SKELETON - 1:
            for term in known.skeletons.get(_skeleton(word), "").split():
                if term[:2] == word[:2] and _distance(word, term) <= 2:
                    near.add(term)
        return near


def _one_slip(written: str, term: str) -> bool:
    """Whether one letter inserted, left out, replaced or swapped with its neighbour turns the term into the word.

    A term of five letters has too many neighbours ("fever", "never"): there only a swap or an extra letter counts.
    """
    i = 0
    while i < min(len(written), len(term)) and written[i] == term[i]:
        i += 1
    if len(written) == len(term):
        swapped = written[i + 2 :] == term[i + 2 :] and written[i : i + 2] == term[i : i + 2][::-1]
        return swapped or (len(term) > MIN_FUZZY and written[i + 1 :] == term[i + 1 :])
    if len(written) == len(term) + 1:
        return written[i + 1 :] == term[i:]
    return len(term) > MIN_FUZZY and len(term) == len(written) + 1 and written[i:] == term[i + 1 :]


def _distance(a: str, b: str) -> int:
    """Letters to insert, leave out or replace to make b of a."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (letter != other))
    return row[-1]


def _skeleton(word: str) -> str:
    """First letter, then the consonants without doubles: what remains when someone guesses the vowels."""
    kept = [word[0]]
    for letter in word[1:]:
        if letter not in "aeiouyh" and letter != kept[-1]:
            kept.append(letter)
    return "".join(kept)
