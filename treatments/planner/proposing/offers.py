"""Step 3: what each candidate would earn, job by job. The numbers stand in composition.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from treatments.planner.facts import Facts
from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.rules import ElectroPair, Job
from treatments.planner.knowledge.tables import Serves
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.layout import Layout, reach

OF_PATTERN = ("root", "branch")  # jobs whose points are reached from either face of the body

Key = tuple[str, str]  # a job, and what tells its holders apart: the place, the channel, the rule that owes


class Earning(NamedTuple):
    """What one candidate earns at one job. `owed`: 0 for a job that is never done, else how many needles it takes; the
    last of `keys` tells by how many others what it earns has fallen."""

    value: float
    keys: tuple[Key, ...]
    falls: float
    owed: int = 0
    counts: float = 1.0  # as a needle at the job: a place that is reached besides is not done with it


@dataclass(slots=True, eq=False)
class Offer:
    """A candidate in the position it would be needled in, with all it earns."""

    candidate: Candidate
    position: str
    serves: Serves
    cost: int
    price: float  # what the gain is divided by
    earnings: list[Earning]
    share: float  # of what it earns, in a position that takes a turn
    side: str = ""  # only of an offer of the other side
    partner: Offer | None = None  # the other end of the pair that may carry the current
    order: tuple[str, str] = field(init=False)  # of two that earn the same
    whole: float = field(init=False)  # what it earns while no job is done yet

    def __post_init__(self) -> None:
        self.order = (self.candidate.key, self.side)
        earned = 0.0
        for earning in self.earnings:
            earned += earning[0]
        self.whole = earned * self.share / self.price

    def earn(self, earning: Earning) -> None:
        """One thing more."""
        self.earnings.append(earning)
        self.whole = self.gain({})

    def gain(self, done: Mapping[Key, float]) -> float:
        """What it earns with so many needles at each job already."""
        earned = 0.0
        if not done:
            for earning in self.earnings:
                earned += earning[0]
            return earned * self.share / self.price
        for value, keys, falls, owed, _ in self.earnings:
            if owed and done.get(keys[0], 0.0) >= owed:
                continue
            needles = done.get(keys[-1])
            earned += value * falls**needles if needles else value
        return earned * self.share / self.price


def offers_of(
    candidates: Sequence[Candidate],
    worth: Mapping[Job, float],
    layout: Layout,
    cost: float,
    facts: Facts,
    numbers: Numbers,
) -> dict[str, Offer]:
    """What every candidate that can be reached earns, by its key."""
    found: dict[str, Offer] = {}
    usual = numbers.next
    lead = facts.sites[0] if facts.sites else ""
    falls = {"root": numbers.next_root, "branch": numbers.next_branch, "distal": numbers.next_distal}
    is_both = len(facts.painful) == 2
    front = layout.positions[0]
    in_turn = 1.0 - cost / 100
    words = facts.words
    prices: dict[int, float] = {}  # of few numbers of needles
    worth_of = worth.get
    for candidate in candidates:
        position = reach(candidate, layout)
        if position is None:
            continue
        earnings: list[Earning] = []
        by_job: dict[Serves, float] = {}
        for serves, weight in candidate.weights.items():
            value = by_job[serves] = worth_of(serves, 0.0) * weight / 100
            if serves == "local":
                earnings += _at_places(candidate, worth_of(serves, 0.0), numbers)
            elif serves in ("ashi", "segmental"):
                place = candidate.covers[0] if candidate.covers else lead
                earnings.append(Earning(value, ((serves, place),), usual))
            elif serves != "cause":
                of = candidate.channel if serves == "distal" and f"also:{candidate.channel}" in words else ""
                earnings.append(Earning(value, ((serves, of),), falls.get(serves, usual)))
        for rule, (serves, weight, owed) in candidate.debts.items():
            value = worth_of(serves, 0.0) * (weight / 100) ** numbers.owed_power
            if serves == "cause":  # of several causes the second earns less
                earning = Earning(value, (("owed", rule), (serves, "")), usual, owed)
            else:
                earning = Earning(numbers.debt * value, (("owed", rule),), numbers.next_owed, owed)
            earnings.append(earning)
            by_job[serves] = by_job.get(serves, 0.0) + earning.value
        main = _main_job(by_job, numbers.root_first)
        needles = candidate.needles
        if candidate.limb == "none" and not candidate.is_midline:
            side = candidate.sides.get(main)
            if side == "both" or (is_both and side == "painful"):
                needles *= 2
        price = prices.get(needles)
        if price is None:
            price = prices[needles] = float(needles**numbers.price)
        share = in_turn if position != front and not candidate.with_movement else 1.0
        found[candidate.key] = Offer(candidate, position, main, needles, price, earnings, share)
    return found


def _at_places(candidate: Candidate, worth: float, numbers: Numbers) -> list[Earning]:
    """At the painful places that it is local to: the first counts whole, what it reaches besides a part."""
    places = candidate.places
    if len(places) == 1:
        ((place, at),) = places.items()
        return [Earning(worth * at / 100, (("local", place),), numbers.next)]
    ranked = sorted(places.items(), key=lambda place: -place[1])
    found = []
    for rank, (place, at) in enumerate(ranked):
        share = numbers.also_covers if rank else 1.0
        found.append(Earning(share * worth * at / 100, (("local", place),), numbers.next, counts=share))
    return found


def _main_job(by_job: Mapping[Serves, float], root_first: float) -> Serves:
    """What it is needled for: the job it earns most at, never the cause alone while there is another."""
    if len(by_job) == 1:
        return next(iter(by_job))
    return max(by_job, key=lambda job: (job != "cause", by_job[job] * (root_first if job == "root" else 1.0), job))


def join_pair(offers: Mapping[str, Offer], worth: float, pairs: Sequence[ElectroPair], numbers: Numbers) -> None:
    """Makes partners of the ends of the best pair that may carry the current: once one is in, the other earns more."""
    best: tuple[float, Offer, Offer] | None = None
    for pair in pairs:
        a = offers.get(f"{pair.a} {pair.level_a}" if pair.level_a else pair.a)
        b = offers.get(f"{pair.b} {pair.level_b}" if pair.level_b else pair.b) if a is not None else None
        if a is None or b is None or a.position != b.position or a.candidate.with_movement or b.candidate.with_movement:
            continue
        gain = a.whole + b.whole - numbers.pair_rank * pair.rank
        if best is None or gain > best[0]:
            best = (gain, a, b)
    if best is not None:
        _, a, b = best
        a.partner, b.partner = b, a
        for end in (a, b):
            job = ("pair", end.candidate.key)
            end.earn(Earning(worth / numbers.pair_first_end, (job,), numbers.next))
