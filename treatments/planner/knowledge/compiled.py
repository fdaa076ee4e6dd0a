"""The rules of one knowledge, compiled once for all proposals of a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from treatments.planner.knowledge.asked import Asking
from treatments.planner.knowledge.besides import AdjunctRule, EarRule, EarUse, HomeRule
from treatments.planner.knowledge.matching import Rules, compile_rules
from treatments.planner.knowledge.numbers import Numbers, numbers_of
from treatments.planner.knowledge.rules import (
    DepthRule,
    DoseRule,
    ElectroGoal,
    ElectroPair,
    Gentle,
    NoElectroRule,
    PatientProfile,
    PlannerKnowledge,
    Protocol,
    Retention,
    Sensation,
    Sparing,
    Technique,
    Worth,
)
from treatments.planner.knowledge.tables import PointRule
from treatments.planner.treatment.items import Needle


@dataclass(frozen=True)
class Program:
    """The rules of one knowledge, compiled."""

    rules: Rules[PointRule]
    persons: Rules[PatientProfile]
    worths: Rules[Worth]
    protocols: Rules[Protocol]
    retentions: Rules[Retention]
    techniques: Rules[Technique]
    sensations: Rules[Sensation]
    gentle: Rules[Gentle]
    depths: Rules[DepthRule]
    goals: Rules[ElectroGoal]
    exclusions: Rules[NoElectroRule]
    pairs: Rules[ElectroPair]
    adjuncts: Rules[AdjunctRule]
    ear: Rules[EarRule]
    ear_uses: Rules[EarUse]
    home: Rules[HomeRule]
    doses: Rules[DoseRule]
    sparings: Rules[Sparing]
    numbers: Numbers
    asking: dict[str, Asking] = field(default_factory=dict)  # by rule, put together when it first holds
    needles: dict[tuple[str, int, bool], Needle] = field(default_factory=dict)  # by region, depth and whether fine


@lru_cache(maxsize=64)
def program_of(knowledge: PlannerKnowledge) -> Program:
    """Compiled once per knowledge; a server holds one or two, a test of many clinics' own files dozens."""
    return Program(
        rules=compile_rules(knowledge.rules),
        persons=compile_rules(knowledge.persons),
        worths=compile_rules(knowledge.worths),
        protocols=compile_rules(knowledge.protocols),
        retentions=compile_rules(knowledge.retentions),
        techniques=compile_rules(knowledge.techniques),
        sensations=compile_rules(knowledge.sensations),
        gentle=compile_rules(knowledge.gentle),
        depths=compile_rules(knowledge.depths),
        goals=compile_rules(knowledge.goals),
        exclusions=compile_rules(knowledge.exclusions),
        pairs=compile_rules(knowledge.pairs),
        adjuncts=compile_rules(knowledge.adjuncts),
        ear=compile_rules(knowledge.ear_rules),
        ear_uses=compile_rules(knowledge.ear_uses),
        home=compile_rules(sorted(knowledge.home, key=lambda rule: (-rule.weight, rule.id))),
        doses=compile_rules(knowledge.doses),
        sparings=compile_rules(knowledge.sparings),
        numbers=numbers_of(knowledge.numbers),
    )
