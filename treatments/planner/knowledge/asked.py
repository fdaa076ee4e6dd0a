"""A point that a rule asks for, put together once: whatever does not depend on the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.tables import Point, PointRule
from treatments.planner.treatment.items import Reason
from treatments.planner.vocabulary.needle_sets import needles_in


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """`owed_from`: what it has to weigh to be owed, unless `is_owed_whatever`."""

    point: Point
    weight: float
    side: str
    technique: str | None
    reason: Reason
    owed_from: float
    is_owed_whatever: bool
    needles: int  # on one side


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """What a rule asks for. `leads_by`: one of these words makes it owe what it asks for; None: it always does."""

    asked: tuple[Asked, ...]
    leads_by: frozenset[str] | None
    sites: frozenset[str]  # that it names


def asking_of(rule: PointRule, points: Mapping[str, Point], numbers: Numbers) -> Asking:
    """One rule, put together."""
    leads_by = frozenset(word for word in rule.when.any if not word.startswith("also:")) if rule.when.any else None
    words = (*rule.when.all, *rule.when.any)
    sites = frozenset(word.partition(":")[2] for word in words if word.startswith("site:"))
    return Asking(_asked_by(rule, points, numbers), leads_by, sites)


def _asked_by(rule: PointRule, points: Mapping[str, Point], numbers: Numbers) -> tuple[Asked, ...]:
    """Every point of one rule, in its order."""
    return tuple(
        Asked(
            point=points[choice.code],
            weight=choice.weight,
            side=choice.side or rule.side,
            technique=choice.technique,
            reason=Reason(rule.id, f"{rule.text} {choice.text}".strip(), rule.sources),
            owed_from=rule.points[0].weight - numbers.owed_within,
            is_owed_whatever=rule.serves not in ("local", "distal"),
            needles=needles_in(choice.code),
        )
        for choice in rule.points
    )
