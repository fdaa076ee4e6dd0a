"""The rules of one knowledge, compiled once for all proposals of a process."""

from __future__ import annotations

from dataclasses import dataclass

from treatments.planner.knowledge.matching import Compiled, compile_rules
from treatments.planner.knowledge.rules import (
    AdjunctRule,
    DepthRule,
    DoseRule,
    EarRule,
    EarUse,
    ElectroGoal,
    ElectroPair,
    Exclusion,
    HomeRule,
    Person,
    PlannerKnowledge,
    Slots,
    Technique,
)
from treatments.planner.knowledge.tables import PointRule


@dataclass(frozen=True)
class Program:
    """The rules of one knowledge, compiled."""

    rules: tuple[Compiled[PointRule], ...]
    persons: tuple[Compiled[Person], ...]
    slots: tuple[Compiled[Slots], ...]
    techniques: tuple[Compiled[Technique], ...]
    depths: tuple[Compiled[DepthRule], ...]
    goals: tuple[Compiled[ElectroGoal], ...]
    exclusions: tuple[Compiled[Exclusion], ...]
    pairs: tuple[Compiled[ElectroPair], ...]
    adjuncts: tuple[Compiled[AdjunctRule], ...]
    ear: tuple[Compiled[EarRule], ...]
    ear_uses: tuple[Compiled[EarUse], ...]
    home: tuple[Compiled[HomeRule], ...]
    doses: tuple[Compiled[DoseRule], ...]


class Programs:
    """Compiled rules by knowledge; a process knows one or two."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[PlannerKnowledge, Program]] = {}

    def of(self, knowledge: PlannerKnowledge) -> Program:
        kept = self._kept.get(id(knowledge))
        if kept is None:
            kept = (knowledge, _compile(knowledge))
            self._kept[id(knowledge)] = kept
        return kept[1]


def _compile(knowledge: PlannerKnowledge) -> Program:
    return Program(
        rules=compile_rules(knowledge.rules),
        persons=compile_rules(knowledge.persons),
        slots=compile_rules(knowledge.slots),
        techniques=compile_rules(knowledge.techniques),
        depths=compile_rules(knowledge.depths),
        goals=compile_rules(knowledge.goals),
        exclusions=compile_rules(knowledge.exclusions),
        pairs=compile_rules(knowledge.pairs),
        adjuncts=compile_rules(knowledge.adjuncts),
        ear=compile_rules(knowledge.ear_rules),
        ear_uses=compile_rules(knowledge.ear_uses),
        home=compile_rules(knowledge.home),
        doses=compile_rules(knowledge.doses),
    )


PROGRAMS = Programs()
