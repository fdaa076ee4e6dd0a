"""The lexicons of the free texts: one TOML file per language in ``intake/knowledge/texts``, read strictly.

A file holds lists written as one string with ``|`` between the entries:

* ``[words]``: name -> words and fixed sequences of words (``back passage``); ``*`` stands for any ending;
* ``[phrases]``: name -> templates over names: coverage comes from combination, not from lists of sentences;
* ``[[sign]]``: a finding, its strength and the templates that show it;
* ``[cues]``: what takes a phrase its weight (negation, history, worry, other people), each with exceptions;
* ``common``: the little words that tell whose language a sentence is;
* ``ordinary``: everyday words that must not be taken for a misspelt word of the lexicon.

A template reads: ``cannot feel`` one after the other with at most two words between; ``cannot >0 feel`` with
none between; ``numb & saddle`` in either order with at most six words between, ``numb &8 saddle`` with eight;
``!cold`` not in the same stretch of the sentence; ``@pregnant`` anywhere in the text; ``'wet myself'`` these words.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .text_spelling import Speller
from .text_words import fold

FOLDER = Path(__file__).resolve().parent.parent / "knowledge" / "texts"
CHAIN_GAP = 2
WINDOW = 6

CueKind = Literal[
    "negation",  # no, without, denies: reaches over a list
    "negation_through",  # "never thought of": also over a comma and "I"
    "denial",  # "don't feel any numbness": a denial although the phrase itself uses its words
    "negation_near",  # not: reaches a few words
    "negation_after",  # "fever: none", "was ruled out", "is normal"
    "negation_behind",  # German "... nicht", right behind the phrase
    "negator",  # a phrase made of one of these ("cannot pee") is not undone by "normally" behind it
    "answer_no",  # "Fever? No": only as the whole answer
    "contrast",  # but, however: ends every reach
    "because",  # because, so, when: ends the reach of a negation
    "reason",  # because: ends the reach of a worry ("worried because I cannot feel ...")
    "fresh_start",  # I, my, can't: after a comma or an "and", a new statement begins
    "joint",  # and: a new statement may begin
    "history",  # ten years ago, as a child
    "present",  # now, since: in the same clause, history is no history
    "returned",  # worse, again, still: anywhere in the sentence
    "resolved",  # all fine since, went away
    "hypothesis",  # afraid of, what if
    "other",  # my mother, his
    "own",  # I, my
    "fleeting",  # gone in a minute, after sitting cross-legged
]
Silence = Literal["negation", "history", "hypothesis", "other", "fleeting"]


class LexiconError(ValueError):
    """The lexicon files are faulty; ``faults`` names every fault with its file and key."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _entries(value: object) -> object:
    """``"numb | no feeling"`` -> ``("numb", "no feeling")``; anything else is left to be refused."""
    if not isinstance(value, str):
        return value
    return tuple(entry.strip() for entry in value.split("|"))


_Entries = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_entries)]


class _SignFile(_Strict):
    finding: str = Field(pattern=r"^(flag|condition|wish)\.[a-z0-9_]+$")
    strength: Literal["states", "asks"] = "states"
    ignores: tuple[Silence, ...] = ()
    any: _Entries


class _CueFile(_Strict):
    any: _Entries
    unless: _Entries = ()


class _LexiconFile(_Strict):
    language: str = Field(pattern=r"^[a-z]{2}$")
    words: dict[str, _Entries]
    phrases: dict[str, _Entries] = {}
    cues: dict[CueKind, _CueFile]
    sign: tuple[_SignFile, ...]
    ordinary: _Entries = ()
    common: _Entries


@dataclass(frozen=True, slots=True)
class Chain:
    """Names in order; ``gaps[i]`` words at most may stand between names i and i+1."""

    names: tuple[str, ...]
    gaps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Chains that stand together; ``needs`` are all the names without which it cannot match."""

    chains: tuple[Chain, ...]
    windows: tuple[int, ...]  # words between chain i and i+1, either order
    unless: tuple[str, ...]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sign:
    finding: str
    strength: Literal["states", "asks"]
    ignores: frozenset[str]
    templates: tuple[Template, ...]


Sequence = tuple[tuple[int, ...], str]  # further terms, and the name that the whole stands for


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled.

    ``single[t]`` names what term t stands for; ``sequences[t][u]`` are the sequences that begin with terms t and u.
    ``signs_by_name[n]`` are the templates of signs, by the rarest name that each needs.
    """

    code: str
    common: frozenset[str]
    speller: Speller
    single: dict[int, tuple[str, ...]]
    sequences: dict[int, dict[int, tuple[Sequence, ...]]]
    phrases: dict[str, tuple[Template, ...]]
    cues: dict[str, tuple[tuple[Template, ...], tuple[Template, ...]]]
    signs: tuple[Sign, ...]
    signs_by_name: dict[str, tuple[tuple[int, Template], ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages; every text is read with each of them."""

    languages: tuple[Language, ...]


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """All lexicons of the folder, in order of language. Raises LexiconError with every fault found."""
    return read_lexicon({path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))})


def read_lexicon(files: dict[str, str]) -> Lexicon:
    """Lexicon from file name -> TOML text. Raises LexiconError with every fault found."""
    faults: list[str] = []
    languages = []
    for name in sorted(files):
        try:
            data = _LexiconFile.model_validate(tomllib.loads(files[name]))
        except tomllib.TOMLDecodeError as error:
            faults.append(f"{name}: {error}")
        except ValidationError as error:
            for fault in error.errors():
                faults.append(f"{name}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}")
        else:
            compiler = _Compiler(name, data)
            languages.append(compiler.language())
            faults.extend(compiler.faults)
    if not files:
        faults.append("no lexicon file found")
    if faults:
        raise LexiconError(tuple(faults))
    return Lexicon(tuple(languages))


_FIXED = re.compile(r"'[^']*'")
_HAN_SIGN = re.compile(r"([\u3400-\u9fff])")
_PIECE = re.compile(r"'[^']*'|[>&]\d*|[!@]?\w+|\S")


class _Compiler:
    """Turns one file into a Language and gathers the faults on the way."""

    def __init__(self, file: str, data: _LexiconFile) -> None:
        self.faults: list[str] = []
        self._file = file
        self._data = data
        self._terms: dict[str, int] = {}
        self._single: dict[int, set[str]] = {}
        self._sequences: dict[int, dict[int, list[Sequence]]] = {}
        self._speller = Speller(fold(word) for word in data.ordinary)
        self._known = set(data.words)
        self._used: set[str] = set()

    def language(self) -> Language:
        data = self._data
        for name, entries in data.words.items():
            for entry in entries:
                self._word(name, entry, f"words.{name}")
        phrases = {}
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
        for name in sorted(self._known - self._used):
            self._fault(name, "nothing uses this name")
        return Language(
            data.language,
            frozenset(fold(word) for word in data.common),
            self._speller,
            {term: tuple(sorted(names)) for term, names in self._single.items()},
            {
                first: {second: tuple(found) for second, found in seconds.items()}
                for first, seconds in self._sequences.items()
            },
            phrases,
            cues,
            signs,
            _by_rarest_name(signs),
        )

    def _cue(self, entries: tuple[str, ...], where: str) -> tuple[Template, ...]:
        """Cues are mostly fixed words: those become one name, the others stay templates."""
        fixed = [entry for entry in entries if _FIXED.fullmatch(entry)]
        templates = [self._template(entry, where) for entry in entries if not _FIXED.fullmatch(entry)]
        for entry in fixed:
            self._word(where, entry.strip("'"), where)
        if fixed:
            templates.append(Template((Chain((where,), ()),), (), (), frozenset({where})))
        return tuple(templates)

    def _fault(self, where: str, text: str) -> None:
        self.faults.append(f"{self._file}: {where}: {text}")

    def _term(self, word: str) -> int:
        number = self._terms.get(word)
        if number is None:
            number = self._terms[word] = len(self._terms)
            ending = "*" if word.endswith("*") else ""
            for written in {word} if word.isascii() else {word, _plain_umlauts(word)}:
                self._speller.add(fold(written.rstrip("*")) + ending, number)
        return number

    def _word(self, name: str, entry: str, where: str) -> None:
        # Chinese is read sign by sign
        spaced = entry if entry.isascii() else _HAN_SIGN.sub(r" \1 ", entry)
        numbers = tuple(self._term(word) for word in spaced.split())
        if not numbers or "*" in spaced.split():
            self._fault(where, f"an empty word in {entry!r}")
        elif len(numbers) == 1:
            self._single.setdefault(numbers[0], set()).add(name)
        else:
            seconds = self._sequences.setdefault(numbers[0], {})
            seconds.setdefault(numbers[1], []).append((numbers[2:], name))

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


def _plain_umlauts(word: str) -> str:
    """``ä`` as ``ae``: how German is written on a keyboard without umlauts."""
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
