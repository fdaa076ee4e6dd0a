"""What to do about it: a clinical picture in, a proposal out, every item with its reason. Pure: no Django, no clock."""

from .load import KnowledgeError, load_planner_knowledge
from .propose import propose
from .recipes import PlannerKnowledge

__all__ = ["KnowledgeError", "PlannerKnowledge", "load_planner_knowledge", "propose"]
