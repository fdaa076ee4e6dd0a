"""The consent text, versioned: what a patient reads and signs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from clinic.lib.knowledge_files import Reader, Strict

FOLDER = Path(__file__).resolve().parents[1] / "knowledge"


class Consent(Strict):
    """``version`` is stored with each signature; change it whenever the words change."""

    version: str
    title: str
    paragraphs: list[str] = Field(min_length=1)
    statement: str
    statement_for_minor: str


@lru_cache(maxsize=1)
def load_consent() -> Consent:
    """Read once. Raises KnowledgeError with every fault."""
    read = Reader(FOLDER)
    consent = read.whole("consent.toml", Consent)
    read.raise_faults()
    assert consent
    return consent
