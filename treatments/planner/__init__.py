"""What to do about it: a clinical picture in, a proposal out, every item with its reason. Pure: no Django, no clock."""

from .load import KnowledgeError, load_planner_knowledge
from .merge import MergeResult, compare, merge
from .progress import Decision, change, progress
from .propose import propose
from .recipes import PlannerKnowledge
from .review import PlanError, ReviewAlert, review
from .what_if import WhatIf, what_if

__all__ = [
    "Decision",
    "KnowledgeError",
    "MergeResult",
    "PlanError",
    "PlannerKnowledge",
    "ReviewAlert",
    "WhatIf",
    "change",
    "compare",
    "load_planner_knowledge",
    "merge",
    "progress",
    "propose",
    "review",
    "what_if",
]
