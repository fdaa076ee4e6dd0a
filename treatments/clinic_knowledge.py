"""The knowledge of this installation: ours, with the clinic's own file on top if there is one. Asks no database."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from clinic.lib.complaints import DEFAULT
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.rules import PlannerKnowledge


def own_file() -> Path | None:
    """The clinic's own knowledge file (`ASHI_KNOWLEDGE`), or None."""
    file: Path | None = settings.ASHI_KNOWLEDGE
    return file


def planner_knowledge(complaint: str = DEFAULT) -> PlannerKnowledge:
    """What the planner knows here of a complaint, read once. Raises KnowledgeError, which the system check reports
    first."""
    return load_planner_knowledge(own=own_file(), complaint=complaint)
