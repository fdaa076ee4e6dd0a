"""The coded reasons for passing a stop that may be passed, and for leaving out what is proposed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import tomli
from pydantic import Field

from treatments.planner.knowledge.load import FOLDER
from treatments.planner.knowledge.tables import Table, Text

Use = Literal["override", "decline"]


class OverrideReason(Table):
    """One reason. `uses`: where it is offered; `note`: words beside the code are required."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    text: Text
    uses: Annotated[tuple[Use, ...], Field(min_length=1, alias="for")]
    note: bool


class _File(Table):
    reason: Annotated[tuple[OverrideReason, ...], Field(min_length=1)]


@lru_cache(maxsize=4)
def load_override_reasons(path: Path = FOLDER / "override_reasons.toml") -> tuple[OverrideReason, ...]:
    """All reasons in the order of the file. Raises ValueError where the file has faults or tells a code twice."""
    reasons = _File.model_validate(tomli.loads(path.read_text(encoding="utf-8"))).reason
    codes = [reason.code for reason in reasons]
    if len(set(codes)) != len(codes):
        raise ValueError(f"{path.name}: a code is told twice")
    return reasons


def reasons_for(use: Use) -> dict[str, str]:
    """Code -> words of the reasons offered there."""
    return {reason.code: reason.text for reason in load_override_reasons() if use in reason.uses}
