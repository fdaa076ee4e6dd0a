"""Rules compiled once to sets, so that matching a case takes a few set comparisons per rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from treatments.planner.facts import Facts
from treatments.planner.knowledge.tables import Rule, When

R = TypeVar("R", bound=Rule)
MOST_KNOWN = 64  # sets of words, of each table


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


class Rules(tuple[Compiled[R], ...]):
    """Compiled rules in their order, and where each can be found by a word that it cannot do without."""

    words: frozenset[str]  # all that they look at
    _always: tuple[int, ...]  # places of the rules that wait for no word
    _by_word: Mapping[str, tuple[int, ...]]
    _known: dict[frozenset[str], tuple[R, ...]]  # what holds, by those of `words` that are there

    def holding(self, words: frozenset[str]) -> tuple[R, ...]:
        """Every rule whose condition holds, in order. Most patients differ in words that few rules look at, and the
        visits of one course in hardly any: the same tuple is given for them."""
        seen = words & self.words
        found = self._known.get(seen)
        if found is None:
            found = tuple(
                [
                    rule
                    for rule, all_, any_, none in self._may_hold(seen)
                    if all_ <= seen and (not any_ or not any_.isdisjoint(seen)) and none.isdisjoint(seen)
                ]
            )
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[seen] = found
        return found

    def _may_hold(self, words: frozenset[str]) -> Iterable[Compiled[R]]:
        """Those that could hold, in order: of most rules none of the words is there."""
        by_word = self._by_word
        places = set(self._always)
        for word in words & by_word.keys():
            places.update(by_word[word])
        return [self[place] for place in sorted(places)]


def compile_rules(rules: Sequence[R]) -> Rules[R]:
    """The rules in their order, conditions as sets."""
    compiled = Rules(Compiled(rule, *condition_of(rule.when)) for rule in rules)
    by_word: dict[str, list[int]] = {}
    always: list[int] = []
    for place, rule in enumerate(rules):
        when = rule.when
        needed = when.all[:1] or when.any
        for word in needed:
            by_word.setdefault(word, []).append(place)
        if not needed:
            always.append(place)
    compiled.words = frozenset().union(*(rule.all | rule.any | rule.none for rule in compiled))
    compiled._always = tuple(always)
    compiled._by_word = {word: tuple(places) for word, places in by_word.items()}
    compiled._known = {}
    return compiled


def matching(rules: Rules[R], facts: Facts) -> tuple[R, ...]:
    """Every rule whose condition holds, in order."""
    return rules.holding(facts.words)


def first(rules: Rules[R], facts: Facts) -> R | None:
    """The first rule whose condition holds."""
    return next(iter(rules.holding(facts.words)), None)
