"""The consent text, versioned: what a patient reads and signs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import tomli
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake.assessment.knowledge.load import KnowledgeError, KnowledgeFault

FILE = Path(__file__).resolve().parents[1] / "knowledge" / "consent.toml"


class Consent(BaseModel):
    """``version`` is stored with each signature; change it whenever the words change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    title: str
    paragraphs: list[str] = Field(min_length=1)
    statement: str
    statement_for_minor: str


@lru_cache(maxsize=1)
def load_consent() -> Consent:
    """Read once. Raises KnowledgeError with every fault."""
    try:
        return Consent.model_validate(tomli.loads(FILE.read_text("utf-8")))
    except (OSError, tomli.TOMLDecodeError) as error:
        raise KnowledgeError([KnowledgeFault(FILE.name, "file", str(error))]) from error
    except ValidationError as error:
        faults = [KnowledgeFault(FILE.name, ".".join(map(str, f["loc"])), f["msg"]) for f in error.errors()]
        raise KnowledgeError(faults) from error
