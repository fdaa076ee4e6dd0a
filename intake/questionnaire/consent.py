"""The consent text, versioned: what a patient reads and signs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from clinic.lib.file_words import ENGLISH, TranslatedReader
from clinic.lib.knowledge_files import Strict

SPOKEN = {"consent.toml": frozenset({"title", "paragraphs", "statement", "statement_for_minor"})}
FOLDER = Path(__file__).resolve().parents[1] / "knowledge"


class Consent(Strict):
    """``version`` is stored with each signature; change it whenever the words change."""

    version: str
    title: str
    paragraphs: list[str] = Field(min_length=1)
    statement: str
    statement_for_minor: str


@lru_cache(maxsize=8)
def load_consent(folder: Path | None = None, language: str = ENGLISH) -> Consent:
    """Read once per language. Raises KnowledgeError with every fault."""
    read = TranslatedReader(folder or FOLDER, language, SPOKEN)
    consent = read.whole("consent.toml", Consent)
    read.raise_faults()
    assert consent
    return consent
