"""The knowledge of this installation: ours, with the clinic's own file on top if there is one."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.rules import PlannerKnowledge


def own_file() -> Path | None:
    """The clinic's own knowledge file (`ASHI_KNOWLEDGE`), or None."""
    file: Path | None = settings.ASHI_KNOWLEDGE
    return file


def planner_knowledge() -> PlannerKnowledge:
    """What the planner knows here, read once. Raises KnowledgeError, which the system check reports first."""
    file = own_file()
    return load_planner_knowledge() if file is None else load_planner_knowledge(own=file)
