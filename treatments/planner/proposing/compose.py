"""Step 3: spends the needles by what they earn.

A plan has jobs: a needle at each painful place, its segment, each channel, what blocks, what is weak, the cause, calm,
a pair that may carry the current; and debts, the points that a pattern, a cause, a place or a channel owns (`owed`). A
needle earns for each job it does, the second at the same job less, the third less again. How much a job is worth to
this patient stands in stimulation.toml, what a needle earns in offers.py.

The sequence of needles follows from the facts alone; the needles of a visit are its beginning. So fewer needles are
never other needles, and what safety takes away cannot bring anything else in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from treatments.planner.facts import Facts
from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.rules import ElectroPair, PatientProfile, Worth
from treatments.planner.knowledge.tables import Serves
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.layout import Layout
from treatments.planner.proposing.offers import OF_PATTERN, Earning, Key, Offer, join_pair, offers_of
from treatments.planner.proposing.sides import Sides


class Chosen(NamedTuple):
    """A candidate with its side, its purpose and its position; `cost` in needles."""

    candidate: Candidate
    serves: Serves
    side: str
    position: str

    @property
    def cost(self) -> int:
        return self.candidate.needles * (2 if self.side == "both" else 1)


@dataclass(frozen=True, slots=True)
class Work:
    """What the needles of one visit are chosen from, and by what; visits with the same share it. `cost`: what a turn of
    the body takes off, of 100."""

    candidates: Sequence[Candidate]
    order: Worth
    cost: float
    facts: Facts
    pairs: Sequence[ElectroPair]
    numbers: Numbers
    _ranked: dict[tuple[Layout, int], tuple[list[Chosen], Layout]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_as(self, other: Work) -> bool:
        """Whether the same needles are chosen from, by the same, whatever the visit."""
        return (
            self.cost == other.cost
            and self.order == other.order
            and self.candidates == other.candidates
            and self.pairs == other.pairs
        )

    def ranked(self, layout: Layout, most: int) -> tuple[list[Chosen], Layout]:
        """Needles in the order of what they earn, at most so many; and the positions that they are worth."""
        known = self._ranked.get((layout, most))
        if known is None:
            known = self._ranked[layout, most] = _ranked(self, layout, most)
        return known

    def offers(self, layout: Layout) -> dict[str, Offer]:
        """What every candidate earns that can be reached so, a pair that may carry the current included."""
        offers = offers_of(self.candidates, self.order.worth, layout, self.cost, self.facts, self.numbers)
        join_pair(offers, self.order.worth.get("pair", 0.0), self.pairs, self.numbers)
        return offers


@dataclass(frozen=True, slots=True)
class Composed:
    """How the needles of one visit were chosen: what may be looked at closer afterwards."""

    work: Work
    usual: Layout  # before a protocol turns it
    ideal: Layout  # as if nothing were forbidden
    actual: Layout
    needles: int
    chosen: Sequence[Chosen]
    kept: tuple[Chosen, ...]
    lost: frozenset[Serves]  # jobs of which safety took a needle away


def turn_cost(profiles: Sequence[PatientProfile], order: Worth, usual: float) -> float:
    """What a turn takes off a needle, of 100; by complaint and class only, so that safety cannot change it. Who has a
    complaint that is treated in quiet is turned no sooner than his class would be."""
    if order.turn_cost is not None:
        return order.turn_cost
    costs = [person.turn_cost for person in profiles if all(w.startswith("class:") for w in person.when.facts())]
    return max(costs, default=usual)


def choose(work: Work, layout: Layout, needles: int) -> list[Chosen]:
    """The needles of a visit as if nothing were forbidden. There is no turn for fewer needles than it is worth."""
    # those of a whole course, so that fewer needles never change whether the body is turned
    sequence, layout = work.ranked(layout, work.numbers.whole_course)
    chosen = _beginning(sequence, needles, work.facts)
    least = work.numbers.turn_needles
    if not layout.movement and _turned(chosen, layout) < least:
        chosen = _in_company(chosen, layout, least)
        if _turned(chosen, layout) < least:
            chosen = [item for item in chosen if item.position == layout.positions[0]]
    return chosen


def _ranked(work: Work, layout: Layout, most: int) -> tuple[list[Chosen], Layout]:
    if layout.positions[0] == "side_lying":  # most can be reached so
        work = replace(work, cost=max(work.cost, work.numbers.side_turn))
    sequence = _sequence(work, layout, most)
    least = work.numbers.turn_needles
    if not layout.movement and 0 < _turned(_in_company(sequence, layout, least), layout) < least:
        layout = Layout(layout.positions[:1], layout.side_up, False)
        sequence = _sequence(work, layout, most)
    return sequence, layout


def _turned(items: Sequence[Chosen], layout: Layout) -> int:
    """Needles that take a turn of the body."""
    return sum(item.cost for item in items if item.position != layout.positions[0])


def _in_company(items: Sequence[Chosen], layout: Layout, least: int) -> list[Chosen]:
    """With too few needles after a turn, those of the pattern that can be reached there go with them."""
    if not 0 < _turned(items, layout) < least:
        return list(items)
    second = layout.positions[1]
    return [
        item._replace(position=second)
        if item.serves in OF_PATTERN and item.candidate.limb != "none" and second in item.candidate.positions
        else item
        for item in items
    ]


def _beginning(sequence: Sequence[Chosen], needles: int, facts: Facts) -> list[Chosen]:
    """As much of the sequence as the needles allow, the two sides of a point as one."""
    chosen: dict[str, Chosen] = {}
    for wished in sequence:
        item = wished
        if item.cost > needles and item.side == "both":
            item = item._replace(side=facts.painful[0])
        if item.cost > needles:
            break
        needles -= item.cost
        key = item.candidate.key
        chosen[key] = chosen[key]._replace(side="both") if key in chosen else item
    return list(chosen.values())


def _sequence(work: Work, layout: Layout, most: int) -> list[Chosen]:
    """The needles in the order of what they earn."""
    order, numbers = work.order, work.numbers
    ranking = _Ranking(work.offers(layout).values(), numbers)
    sides = Sides(layout, work.facts)
    sequence: list[Chosen] = []
    needles = 0
    is_turned = layout.movement
    while needles < most and (offer := ranking.take_best()) is not None:
        candidate = offer.candidate
        side = offer.side or sides.of(candidate, offer.serves, offer.position)
        item = Chosen(candidate, offer.serves, side, offer.position)
        sequence.append(item)
        needles += item.cost
        if not offer.side and (other := sides.other(candidate, offer.serves, side, offer.position)):
            worth = order.worth.get(offer.serves, 0.0)
            value = numbers.other_side * worth * candidate.weights.get(offer.serves, 0.0) / 100
            rest = Earning(value * offer.share, (("other side", candidate.key),), numbers.next)
            ranking.add(
                Offer(candidate, offer.position, offer.serves, offer.cost, offer.price, [rest], 1.0, side=other)
            )
        if offer.partner is not None and offer.partner in ranking:
            offer.partner.earnings.append(Earning(order.worth.get("pair", 0.0), (("pair", ""),), numbers.next))
            ranking.add_again(offer.partner)
        if not is_turned and offer.position != layout.positions[0]:
            is_turned = True
            least = numbers.turn_needles
            there = _turned(_in_company(sequence, layout, least), layout)
            ranking.turn(layout.positions[0], needs_company=there < least)
    return sequence


class _Ranking:
    """The offers, best first. A gain only falls as jobs get done, so the best of an old ranking that is still the best
    when looked at again is the best of all."""

    def __init__(self, offers: Iterable[Offer], numbers: Numbers) -> None:
        self.done: dict[Key, float] = {}
        self.turned = numbers.turned
        self.first: Offer | None = None  # comes next, whatever it earns
        self.heap = [(-offer.whole, offer.order, offer) for offer in offers]
        heapify(self.heap)

    def __contains__(self, offer: Offer) -> bool:
        return any(entry[-1] is offer for entry in self.heap)

    def add_again(self, offer: Offer) -> None:
        """One that earns more than when it was added; the others only ever earn less than their place says."""
        self.heap = [entry for entry in self.heap if entry[-1] is not offer]
        heapify(self.heap)
        self.add(offer)

    def add(self, offer: Offer) -> None:
        heappush(self.heap, (-offer.gain(self.done), offer.order, offer))

    def take_best(self) -> Offer | None:
        """The offer that earns most now, its jobs done; None when none earns anything."""
        best, self.first = self.first, None
        heap, done = self.heap, self.done
        while best is None and heap:
            offer = heappop(heap)[-1]
            gain = offer.gain(done)
            if heap and -gain > heap[0][0]:
                heappush(heap, (-gain, offer.order, offer))
            elif gain <= 0.0:
                break
            else:
                best = offer
        if best is not None:
            for _, keys, _, _, counts in best.earnings:
                for job in keys:
                    done[job] = done.get(job, 0.0) + counts
        return best

    def turn(self, front: str, needs_company: bool) -> None:
        """After a first needle that takes a turn: further ones cost little; and one more makes the turn worth it."""
        turned = []
        for _, order, offer in self.heap:
            if offer.position != front:
                offer.share = max(offer.share, self.turned)
                turned.append((-offer.gain(self.done), order, offer))
        turned.sort()
        if turned and needs_company:
            self.first = turned.pop(0)[-1]
        self.heap = [entry for entry in self.heap if entry[-1].position == front] + turned
        heapify(self.heap)
