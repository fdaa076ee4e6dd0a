"""A language as texts are read with it. Pure.

It is made of plain data, which the compiler writes: that can be kept, and read again without the compiler.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypedDict

from .spelling import Speller
from .templates import Templates, TemplatesByName
from .vocabulary import Lines, Vocabulary

Strength = Literal["states", "asks", "tells"]  # tells: no danger; offered to the patient to confirm
Silence = Literal["negation", "history", "hypothesis", "other", "fleeting"]
SignRow = tuple[str, Strength, list[Silence], bool]  # the fields of a Sign


class Plain(TypedDict):
    """A language as plain data. The fields that are not explained become those of `Language`."""

    code: str
    common: list[str]
    intensifiers: list[str]
    ordinary: list[str]  # never taken for a misspelt word of the lexicon
    sayings: dict[str, list[list[str]]]
    terms: str  # all words, as `Lines`
    irregular: list[tuple[str, str]]  # terms that are not in plain lower case: how they read folded, and the term
    lines: str  # what the vocabulary is made of, as `Lines`
    phrases: Mapping[str, Sequence[str]]
    cues: Mapping[str, tuple[Sequence[str], Sequence[str]]]
    signs: list[SignRow]
    signs_by_name: dict[str, list[tuple[int, int, str]]]
    phrases_by_name: dict[str, list[tuple[str, list[str]]]]


@dataclass(frozen=True, slots=True)
class Sign:
    finding: str
    strength: Strength
    ignores: frozenset[Silence]
    is_concept: bool = False  # of the second net


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled.

    ``sayings[w]`` are the further words of the sayings that begin with word w. ``phrases_by_name[n]`` are the phrases,
    and what one of their templates needs, by the names that may complete it.
    """

    code: str
    common: frozenset[str]
    speller: Speller
    sayings: dict[str, tuple[tuple[str, ...], ...]]
    intensifiers: frozenset[str]
    vocabulary: Vocabulary
    phrases: dict[str, Templates]
    cues: dict[str, tuple[Templates, Templates]]
    signs: tuple[Sign, ...]
    signs_by_name: TemplatesByName
    phrases_by_name: dict[str, tuple[tuple[str, frozenset[str]], ...]]

    @classmethod
    def of(cls, plain: Plain) -> Language:
        speller = Speller(Lines(plain["terms"]), plain["ordinary"])
        for folded, term in plain["irregular"]:
            speller.add(folded, term)
        return cls(
            plain["code"],
            frozenset(plain["common"]),
            speller,
            {word: tuple(map(tuple, further)) for word, further in plain["sayings"].items()},
            frozenset(plain["intensifiers"]),
            Vocabulary(Lines(plain["lines"])),
            {name: Templates(entries) for name, entries in plain["phrases"].items()},
            {kind: (Templates(said), Templates(unless)) for kind, (said, unless) in plain["cues"].items()},
            tuple(
                Sign(finding, strength, _silences(tuple(ignores)), is_concept)
                for finding, strength, ignores, is_concept in plain["signs"]
            ),
            TemplatesByName(plain["signs_by_name"]),
            {name: _needing(phrases) for name, phrases in plain["phrases_by_name"].items()},
        )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages; every text is read with each of them."""

    languages: tuple[Language, ...]


@cache
def _silences(names: tuple[Silence, ...]) -> frozenset[Silence]:
    """One set for all signs with the same."""
    return frozenset(names)


def _needing(phrases: Iterable[tuple[str, list[str]]]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((phrase, frozenset(needs)) for phrase, needs in phrases)
