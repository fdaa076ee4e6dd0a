"""The short safety questions of every visit: the red flags asked about, in the words of the intake's knowledge."""

from __future__ import annotations

from collections.abc import Mapping

from intake.assessment import load_intake_knowledge


def safety_questions() -> Mapping[str, str]:
    """Finding -> question, in the order they are asked (`asked_at_every_visit` of redflags.toml)."""
    return load_intake_knowledge().visit_questions
