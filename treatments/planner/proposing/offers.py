"""Step 3: what each candidate would earn, job by job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import ElectroPair, Job
from treatments.planner.knowledge.tables import Serves
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.layout import Layout, reach

NEXT_OWED = 0.7  # of the first needle of a debt: the second
DEBT = 0.8  # of a job's worth, on top: what the signature of a pattern, a place or a channel earns
NEXT = 0.5  # of what the needle before it earned at the same job
NEXT_OF_PATTERN = {"root": 0.7, "branch": 0.6}  # points of one pattern support each other
NEXT_OF = {**NEXT_OF_PATTERN, "distal": 0.6}  # and so do those of one channel
PRICE = 0.3  # a needle's gain is divided by its cost to this power
ALSO_COVERS = 0.25  # of its worth for each further painful place that one needle reaches
RANK = 4.0  # what each step down the list of pairs takes off a pair that may carry the current
ROOT_FIRST = 1.3  # a point that serves place and root is needled as the root: on both sides, reinforcing

Key = tuple[str, str]  # a job, and what tells its holders apart: the place, the channel, the rule that owes


@dataclass(slots=True, eq=False)
class Earning:
    """What one candidate earns at one job. `owed`: 0 for a job that is never done, else how many needles it takes; the
    last of `keys` tells by how many others what it earns has fallen."""

    value: float
    keys: tuple[Key, ...]
    owed: int = 0
    falls: float = NEXT
    counts: float = 1.0  # as a needle at the job: a place that is reached besides is not done with it

    def now(self, done: Mapping[Key, float]) -> float:
        """What it earns with so many needles at each job already."""
        if self.owed:
            if done.get(self.keys[0], 0) >= self.owed:
                return 0.0
            return float(self.value * self.falls ** done.get(self.keys[-1], 0.0))
        return float(self.value * self.falls ** done.get(self.keys[0], 0.0))


@dataclass(slots=True, eq=False)
class Offer:
    """A candidate in the position it would be needled in, with all it earns."""

    candidate: Candidate
    position: str
    serves: Serves
    cost: int
    earnings: list[Earning]
    share: float  # of what it earns, in a position that takes a turn
    side: str = ""  # only of an offer of the other side
    partner: Offer | None = None  # the other end of the pair that may carry the current

    def gain(self, done: Mapping[Key, float]) -> float:
        earned = 0.0
        for earning in self.earnings:
            earned += earning.now(done)
        return earned * self.share / float(self.cost**PRICE)


def offers_of(
    candidates: Sequence[Candidate], worth: Mapping[Job, float], layout: Layout, cost: float, facts: Facts
) -> dict[str, Offer]:
    """What every candidate that can be reached earns, by its key."""
    found: dict[str, Offer] = {}
    lead = facts.sites[:1] or ("",)
    touched = {word.partition(":")[2] for word in facts.words if word.startswith("also:")}
    for candidate in candidates:
        position = reach(candidate, layout)
        if position is None:
            continue
        earnings: list[Earning] = []
        by_job: dict[Serves, float] = {}
        for serves, weight in candidate.weights.items():
            value = worth.get(serves, 0.0) * weight / 100
            by_job[serves] = value
            if serves == "local":
                ranked = sorted(candidate.places.items(), key=lambda place: -place[1])
                for rank, (place, at) in enumerate(ranked):
                    share = ALSO_COVERS if rank else 1.0
                    earned = share * worth.get(serves, 0.0) * at / 100
                    earnings.append(Earning(earned, ((serves, place),), counts=share))
            elif serves in ("ashi", "segmental"):
                place = (candidate.covers or lead)[0]
                earnings.append(Earning(value, ((serves, place),)))
            elif serves != "cause":
                of = candidate.channel if serves == "distal" and candidate.channel in touched else ""
                earnings.append(Earning(value, ((serves, of),), falls=NEXT_OF.get(serves, NEXT)))
        for rule, (serves, weight, owed) in candidate.debts.items():
            value = worth.get(serves, 0.0) * (weight / 100) ** 2
            if serves == "cause":  # of several causes the second earns less
                earnings.append(Earning(value, (("owed", rule), (serves, "")), owed))
            else:
                earnings.append(Earning(DEBT * value, (("owed", rule),), owed, falls=NEXT_OWED))
            by_job[serves] = by_job.get(serves, 0.0) + earnings[-1].value
        main = max(by_job, key=lambda job: (job != "cause", by_job[job] * (ROOT_FIRST if job == "root" else 1.0), job))
        turned = position != layout.positions[0] and not candidate.with_movement
        two = candidate.sides.get(main) == "both" and candidate.limb == "none" and not candidate.is_midline
        two = two or (len(facts.painful) == 2 and candidate.limb == "none" and candidate.sides.get(main) == "painful")
        found[candidate.key] = Offer(
            candidate=candidate,
            position=position,
            serves=main,
            cost=candidate.needles * (2 if two and not candidate.is_midline else 1),
            earnings=earnings,
            share=1.0 - cost / 100 if turned else 1.0,
        )
    return found


def join_pair(offers: Mapping[str, Offer], worth: float, pairs: Sequence[ElectroPair]) -> None:
    """Makes partners of the ends of the best pair that may carry the current: once one is in, the other earns more."""
    best: tuple[float, Offer, Offer] | None = None
    for pair in pairs:
        a, b = (offers.get(f"{code} {at}".strip()) for code, at in ((pair.a, pair.level_a), (pair.b, pair.level_b)))
        if a is None or b is None or a.position != b.position or a.candidate.with_movement or b.candidate.with_movement:
            continue
        gain = a.gain({}) + b.gain({}) - RANK * pair.rank
        if best is None or gain > best[0]:
            best = (gain, a, b)
    if best is not None:
        _, a, b = best
        a.partner, b.partner = b, a
        for end in (a, b):
            end.earnings.append(Earning(worth / 3, (("pair", end.candidate.key),)))
