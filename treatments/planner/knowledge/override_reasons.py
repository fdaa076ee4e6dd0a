"""The coded reasons for overriding a stop, for leaving out what is proposed, and for gaps in a note."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from clinic.lib.knowledge_files import Fault, Reader, Strict, Text
from treatments.planner.knowledge.load import FOLDER

FILE = "override_reasons.toml"
Use = Literal["override", "decline", "unsaid"]


class OverrideReason(Strict):
    """One reason. `uses`: where it is offered; `note`: the code must be explained in words."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    text: Text
    uses: Annotated[tuple[Use, ...], Field(min_length=1, alias="for")]
    note: bool


class ReasonsFile(Strict):
    reason: Annotated[tuple[OverrideReason, ...], Field(min_length=1)]


@lru_cache(maxsize=4)
def load_override_reasons(folder: Path = FOLDER) -> tuple[OverrideReason, ...]:
    """All reasons in file order. Raises KnowledgeError."""
    read = Reader(folder)
    file = read.whole(FILE, ReasonsFile)
    reasons = file.reason if file else ()
    codes = [reason.code for reason in reasons]
    read.faults += [
        Fault(FILE, f"reason[{code}]", "duplicate") for code in dict.fromkeys(codes) if codes.count(code) > 1
    ]
    read.raise_faults()
    return reasons


def reasons_for(use: Use) -> dict[str, str]:
    """Code -> words of the reasons offered there."""
    return {reason.code: reason.text for reason in load_override_reasons() if use in reason.uses}
