"""The consent text, versioned: what a patient reads and signs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from pydantic import Field

from clinic.lib.file_words import ENGLISH, TranslatedReader
from clinic.lib.knowledge_files import Strict

SPOKEN = {"consent.toml": frozenset({"title", "paragraphs", "statement", "statement_for_minor", "name", "text"})}
FOLDER = Path(__file__).resolve().parents[1] / "knowledge"


class Method(Strict):
    """What is done, in the patient's words, with a tick of its own. ``finding``: recorded where the tick is missing.

    ``sources``: keys of the figures, or their grade.
    """

    id: str
    name: str
    text: str
    finding: str = Field(pattern=r"^wish\.")
    sources: list[str] = Field(min_length=1)
    own: str = ""  # the clinic's words, before ours


class Consent(Strict):
    """``version`` is stored with each signature; change it whenever the words change."""

    version: str
    title: str
    paragraphs: list[str] = Field(min_length=1)
    statement: str
    statement_for_minor: str
    method: list[Method] = Field(min_length=1)

    @property
    def methods(self) -> dict[str, Method]:
        return {one.id: one for one in self.method}


class MethodGiven(TypedDict):
    """A method as the patient read it, and whether it was ticked."""

    id: str
    name: str
    text: str
    finding: str
    agreed: bool


class ConsentGiven(TypedDict):
    """The whole text as it was read and signed, so that a copy stays true when the text changes."""

    language: str
    title: str
    paragraphs: list[str]
    statement: str
    methods: list[MethodGiven]


def as_signed(consent: Consent, *, agreed: Collection[str], for_minor: bool, language: str) -> ConsentGiven:
    """What is kept with a signature. ``agreed``: ids of the methods ticked. Raises ValueError for an unknown one."""
    if unknown := set(agreed) - consent.methods.keys():
        raise ValueError(f"No such method: {', '.join(sorted(unknown))}.")
    return {
        "language": language,
        "title": consent.title,
        "paragraphs": consent.paragraphs,
        "statement": consent.statement_for_minor if for_minor else consent.statement,
        "methods": [
            {
                "id": one.id,
                "name": one.name,
                "text": f"{one.own}\n{one.text}".strip(),
                "finding": one.finding,
                "agreed": one.id in agreed,
            }
            for one in consent.method
        ],
    }


def version_of(consent: Consent, own: int | None) -> str:
    """Of the file, and of the clinic's words beside it if there are any."""
    return f"{consent.version}-{own}" if own else consent.version


def with_own(consent: Consent, words: Mapping[str, str], *, number: int) -> Consent:
    """With the clinic's words: ``intro`` before the paragraphs, the others by id of a method. The risks stay."""
    return consent.model_copy(
        update={
            "version": version_of(consent, number),
            "paragraphs": [*([words["intro"]] if words.get("intro") else []), *consent.paragraphs],
            "method": [one.model_copy(update={"own": words.get(one.id, "")}) for one in consent.method],
        }
    )


@lru_cache(maxsize=8)
def load_consent(folder: Path | None = None, language: str = ENGLISH) -> Consent:
    """Read once per language. Raises KnowledgeError with every fault."""
    read = TranslatedReader(folder or FOLDER, language, SPOKEN)
    consent = read.whole("consent.toml", Consent)
    read.raise_faults()
    assert consent
    return consent
