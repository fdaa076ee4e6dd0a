"""The points that a clinic keeps on its page, laid over the knowledge of this installation.

What is proposed, and every page without such a point, asks the database nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.utils import timezone

from clinic.lib.complaints import DEFAULT
from clinic.lib.knowledge_files import Fault
from treatments.clinic_knowledge import planner_knowledge
from treatments.models import OwnPoint
from treatments.planner.knowledge.clinic_file import OwnRow, with_points
from treatments.planner.knowledge.point_names import is_own
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Point
from treatments.planner.treatment.shapes import TreatmentJson


def with_own_points(complaint: str = DEFAULT) -> PlannerKnowledge:
    """What the planner knows here of a complaint, with the points of the page as they are kept now."""
    return _laid_over(planner_knowledge(complaint), told_now())[0]


def knowledge_with(codes: Iterable[str], complaint: str = DEFAULT) -> PlannerKnowledge:
    """The knowledge that knows these points as far as anybody does."""
    base = planner_knowledge(complaint)
    return with_own_points(complaint) if any(is_own(code) and code not in base.points for code in codes) else base


def knowledge_of(treatment: TreatmentJson, complaint: str = DEFAULT) -> PlannerKnowledge:
    """The knowledge by which a treatment is reviewed: with the clinic's own points where it has one."""
    return knowledge_with(codes_in(treatment), complaint)


def known_point(code: str) -> Point | None:
    return knowledge_with([code]).points.get(code)


def codes_in(treatment: Any) -> Iterator[str]:
    """Every point that a treatment names, in whatever part of it and at whichever visit; in no order."""
    waiting = [treatment]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            code = one.get("code")
            if isinstance(code, str):
                yield code
            waiting += [value for value in one.values() if isinstance(value, dict | list)]
        elif isinstance(one, list):
            waiting += [value for value in one if isinstance(value, dict | list)]


def told_now() -> str:
    """What is kept of own points now, as one text: the same text is the same knowledge."""
    rows = OwnPoint.objects.filter(replaced_at__isnull=True).order_by("code")
    told = [
        [tables, f"{timezone.localtime(at):%-d %B %Y}" if retired else ""]
        for tables, retired, at in rows.values_list(*_TOLD)
    ]
    return json.dumps(told, sort_keys=True)


def own_point_faults(told: str) -> tuple[tuple[Fault, ...], ...]:
    """What is wrong with each, in the order of ``told_now``: of those that stay out, of one being written."""
    return _laid_over(planner_knowledge(), told)[1]


_TOLD = ("tables", "is_retired", "written_at")


@lru_cache(maxsize=16)  # of a handful of complaints, now and before the last change
def _laid_over(base: PlannerKnowledge, told: str) -> tuple[PlannerKnowledge, tuple[tuple[Fault, ...], ...]]:
    return with_points(base, [OwnRow(tables, retired) for tables, retired in json.loads(told)])
