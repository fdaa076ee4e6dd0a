"""Rules compiled once to sets, so that matching a case takes a few set comparisons per rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from treatments.planner.facts import Facts
from treatments.planner.knowledge.tables import Rule, When

R = TypeVar("R", bound=Rule)


class Condition(NamedTuple):
    """What must hold, as sets."""

    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]

    def holds(self, words: frozenset[str]) -> bool:
        """Whether these facts satisfy it (see `When`)."""
        return self.all <= words and (not self.any or not self.any.isdisjoint(words)) and self.none.isdisjoint(words)


def condition_of(when: When) -> Condition:
    return Condition(frozenset(when.all), frozenset(when.any), frozenset(when.none))


class Compiled(NamedTuple, Generic[R]):
    """One rule and its condition as sets."""

    rule: R
    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]


def compile_rules(rules: Sequence[R]) -> tuple[Compiled[R], ...]:
    """The rules in their order, conditions as sets."""
    return tuple(Compiled(rule, *condition_of(rule.when)) for rule in rules)


def matching(rules: Sequence[Compiled[R]], facts: Facts) -> list[R]:
    """Every rule whose condition holds, in order."""
    words = facts.words
    return [
        rule
        for rule, all_, any_, none in rules
        if all_ <= words and (not any_ or not any_.isdisjoint(words)) and none.isdisjoint(words)
    ]


def first(rules: Sequence[Compiled[R]], facts: Facts) -> R | None:
    """The first rule whose condition holds."""
    words = facts.words
    for rule, all_, any_, none in rules:
        if all_ <= words and (not any_ or not any_.isdisjoint(words)) and none.isdisjoint(words):
            return rule
    return None
