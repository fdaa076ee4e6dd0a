"""What a lexicon file may contain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel

from clinic.lib.knowledge_files import Strict

from .language import Silence, Strength

CueKind = Literal[
    "negation",  # no, without, denies: reaches over a list
    "negation_through",  # "never thought of": also over a comma and "I"
    "denial",  # "don't feel any numbness": a denial even though the phrase itself uses its words
    "negation_near",  # not: reaches a few words
    "negation_after",  # "fever: none", "was ruled out", "is normal"
    "negation_behind",  # German "... nicht", right after the phrase
    "negator",  # a phrase made of one of these ("cannot pee") is not undone by a following "normally"
    "answer_no",  # "Fever? No": only as the whole answer
    "contrast",  # but, however: ends every reach
    "bridge",  # but nothing comes: a contrast, yet one thought, which a phrase may reach across
    "because",  # because, so, when: ends the reach of a negation
    "reason",  # because: ends the reach of a worry ("worried because I cannot feel ...")
    "negation_closing",  # "numbness or loss of control I do not have": at the end of a whole list
    "fresh_start",  # I, my, can't: after a comma or an "and", a new statement begins
    "bare_start",  # chest, numb: begins one too, unless an "or" shows that the list of a negation goes on
    "list_or",  # or
    "joint",  # and: a new statement may begin
    "history",  # ten years ago, as a child
    "past_tense",  # could not, was: a statement after a comma that is still about then
    "present",  # now, since: in the same clause, history is no history
    "returned",  # worse, again, still: anywhere in the sentence
    "resolved",  # all fine since, went away
    "hypothesis",  # afraid of, what if
    "other",  # my mother, his
    "other_behind",  # patients, residents: right after the phrase ("incontinent patients")
    "owner_behind",  # "... is my father's": at the end of the clause
    "own",  # I, my
    "fleeting",  # gone in a minute, after sitting cross-legged
]


def entries(written: str) -> tuple[str, ...]:
    """One entry per line; empty lines and those beginning with ``#`` are ignored."""
    return tuple([line for line in map(str.strip, written.split("\n")) if line and line[0] != "#"])


def _entries(value: object) -> object:
    """Anything but a string is left for validation to refuse."""
    return entries(value) if isinstance(value, str) else value


_Entries = Annotated[tuple[str, ...], BeforeValidator(_entries)]
_Needed = Annotated[tuple[str, ...], BeforeValidator(_entries), Field(min_length=1)]


class SignFile(Strict):
    """``says`` and ``does_not_say`` are sentences for the tests: read by ``entries``, and only there, so that loading
    stays quick."""

    finding: str = Field(pattern=r"^(flag|condition|wish|site|side|onset|quality|eased_by|worsened_by)\.[a-z0-9_]+$")
    strength: Strength = "states"
    ignores: tuple[Silence, ...] = ()
    any: _Needed
    says: str = ""
    does_not_say: str = ""


class ConceptFile(Strict):
    """What a sign means, in names and not in wordings: every language that has words of the names reads it.

    ``whole``: templates that state the finding; ``half``: what alone raises the question."""

    finding: str = Field(pattern=r"^flag\.[a-z0-9_]+$")
    ignores: tuple[Silence, ...] = ()
    whole: _Needed
    half: _Entries = ()


class ConceptsFile(Strict):
    concept: tuple[ConceptFile, ...] = ()


class CueFile(Strict):
    any: _Needed
    unless: _Entries = ()


class LexiconFile(Strict):
    """One file of a language; each section may be spread over all of them."""

    sign: tuple[SignFile, ...] = ()
    words: dict[str, _Needed] = {}
    phrases: dict[str, _Needed] = {}
    cues: dict[CueKind, CueFile] = {}
    common: _Entries = ()
    intensifiers: _Entries = ()
    sayings: _Entries = ()
    ordinary: _Entries = ()
    does_not_say: str = ""


_Medicine = Annotated[str, Field(pattern=r"^[^\W_]+\*?$")]
_Medicines = Annotated[tuple[_Medicine, ...], BeforeValidator(_entries), Field(min_length=1)]


class MedicinesFile(RootModel[dict[str, _Medicines]]):
    """Names of medicines, one word each, by the name of the words they are added to in every language that has it."""
