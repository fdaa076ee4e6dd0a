"""From candidates to the stages of one visit: composition, safety once more, parameters, current."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from treatments.planner.knowledge.besides import EarUse
from treatments.planner.knowledge.budget import budget
from treatments.planner.knowledge.matching import first, matching
from treatments.planner.knowledge.regions import painful_sites
from treatments.planner.knowledge.rules import ElectroGoal, ElectroPair
from treatments.planner.proposing import compose, course, electro, styles
from treatments.planner.proposing.candidates import Candidate
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.ear import ear_needles
from treatments.planner.proposing.in_progress import ProposalInProgress
from treatments.planner.proposing.keep_safe import keep_safe, make_up
from treatments.planner.proposing.layout import Layout, lay_out
from treatments.planner.proposing.parameters import needling_order, plan_point, retention
from treatments.planner.safety.guard import Place
from treatments.planner.safety.withholding import gravest_stop, stopping, withhold
from treatments.planner.treatment.items import Electro, PlannedPoint, Stage
from treatments.planner.treatment.proposal import CourseStep
from treatments.planner.vocabulary.body import LEVELS, UPRIGHT, limb_at_risk


def plan_stages(plan: ProposalInProgress, uses: Sequence[EarUse]) -> tuple[Stage, ...]:
    """The needles of this visit; none where nothing may be needled. `uses`: methods for the ear, some of needles."""
    facts, guard = plan.facts, plan.guard
    candidates = plan.candidates
    needles = budget(plan.profiles, facts.visit) - ear_needles(uses)
    needles_out = gravest_stop(guard.against("needle"))
    if needles_out is not None:
        plan.withheld.append(withhold("needles", "needle", needles_out))
        return ()
    if guard.may_stop_needles:
        if plan.before is None:  # anything a rule asks for and safety stops is reported once, chosen or not
            for candidate in candidates:
                _tell_stop(plan, candidate)
        candidates = [candidate for candidate in candidates if not _pregnancy_stops(plan, candidate)]
    order = first(plan.program.worths, facts)
    assert order is not None, "every class has the worth of its jobs; check_knowledge proves it"
    protocols = plan.protocols
    order = course.at_visit(styles.in_style(order, plan.style), protocols)
    usual_ideal, usual_layout = lay_out(
        facts, painful_sites(facts, plan.knowledge), candidates, plan.knowledge.complaint.position
    )
    ideal, layout = (course.turned_over(one, protocols) for one in (usual_ideal, usual_layout))
    cost = compose.turn_cost(plan.profiles, order, plan.numbers.usual_turn)
    points = plan.knowledge.points
    goal = first(plan.program.goals, facts)
    pairs = electro.legal_pairs(goal, plan.program.pairs, facts, points) if goal and goal.max_pairs else []
    work = _work(plan, compose.Work(candidates, order, cost, facts, pairs, plan.numbers))
    needles = styles.needles_for(plan.style, work, ideal, needles)
    chosen = compose.choose(work, ideal, needles)
    kept, left_out = keep_safe(chosen, guard, layout, points)
    lost = sum(item.cost for item in chosen) - sum(item.cost for item in kept)
    jobs = {item.serves for item, stop in left_out if stop is not None}
    kept = make_up(kept, lost, jobs, guard, points)
    plan.composed.append(
        compose.Composed(work, usual_ideal, ideal, layout, needles, chosen, tuple(kept), frozenset(jobs))
    )
    for item, stop in left_out:
        if stop is not None:
            name = _name(item.candidate)
            if limb_at_risk(item.candidate.region, item.candidate.limb) != "none" and guard.is_one_sided:
                if item.side == "both":  # reported above for the barred side; the other side is in the plan
                    continue
                name = f"{name} {item.side}"
            plan.withheld.append(withhold(name, "needle", stop))
    goal, joined = _current(plan, goal, chosen, pairs)
    return _build_stages(plan, kept, layout, goal, joined)


def _work(plan: ProposalInProgress, work: compose.Work) -> compose.Work:
    """That of the visit before, with what was ranked then, if it is the same."""
    before = plan.before.composed if plan.before is not None else None
    return before[-1].work if before and before[-1].work.is_as(work) else work


def step_of(plan: ProposalInProgress) -> CourseStep | None:
    """What this visit changes since the one before; None for the first, and without needles."""
    if plan.facts.visit <= 1 or not plan.composed:
        return None
    composed = plan.composed[-1]
    before = _chosen_before(plan, composed.work, composed.usual, composed.needles)
    return course.step(plan.facts, plan.protocols, composed.chosen, before)


def _chosen_before(plan: ProposalInProgress, work: compose.Work, usual: Layout, needles: int) -> list[Chosen]:
    """The needles of the visit before, as this one is chosen."""
    facts = course.visit_before(plan.facts)
    profiles = plan.profiles
    if facts.visit == 1:
        profiles = matching(plan.program.persons, course.visit_before(plan.gentle))
        needles = min(needles, budget(profiles, facts.visit))
    protocols = matching(plan.program.protocols, facts) if facts.visit > 1 else []
    order = first(plan.program.worths, facts)
    assert order is not None, "every class has the worth of its jobs; check_knowledge proves it"
    order = course.at_visit(styles.in_style(order, plan.style), protocols)
    ideal = course.turned_over(usual, protocols)
    cost = compose.turn_cost(profiles, order, plan.numbers.usual_turn)
    return compose.choose(replace(work, order=order, cost=cost, facts=facts), ideal, needles)


def _current(
    plan: ProposalInProgress, goal: ElectroGoal | None, chosen: Sequence[Chosen], legal: Sequence[ElectroPair]
) -> tuple[ElectroGoal | None, list[electro.Pair]]:
    """What the current is for (None: no current), and which needles it would run between."""
    if goal is None or goal.max_pairs == 0:
        return None, []
    most = goal.max_pairs * (2 if len(plan.facts.painful) == 2 else 1)
    pairs = electro.pairs_of(chosen, legal, plan.knowledge.points, most)
    barred = stopping(plan.guard.against("ea"))
    against = matching(plan.program.exclusions, plan.gentle)
    if pairs:
        plan.withheld.extend(electro.excluded(against, plan.gentle))
        plan.withheld.extend(withhold("electro", "ea", stop) for stop in barred)
    return (None if against or barred else goal), pairs


def _build_stages(
    plan: ProposalInProgress,
    kept: Sequence[Chosen],
    layout: Layout,
    goal: ElectroGoal | None,
    pairs: Sequence[electro.Pair],
) -> tuple[Stage, ...]:
    by_position: dict[str, list[Chosen]] = defaultdict(list)
    for item in kept:
        by_position[item.position].append(item)
    primary = layout.positions[0]
    order = sorted(by_position, key=lambda position: (position != UPRIGHT if layout.movement else False,
                                                      position != primary))  # fmt: skip
    goal_minutes = first(plan.program.retentions, plan.facts)
    assert goal_minutes is not None, "the last row holds always; check_knowledge proves it"
    stages = []
    for position in order:
        items = sorted(by_position[position], key=lambda item: needling_order(item, plan.facts))
        points = _join_levels([plan_point(plan, item) for item in items])
        if plan.guard.is_one_sided:
            points = _split_sides(points)
        minutes = retention(goal_minutes.minutes, plan.profiles, len(order), position == primary, plan.numbers)
        if layout.movement and position == UPRIGHT:
            minutes = plan.numbers.with_movement_min
        current: tuple[Electro, ...] = ()
        if goal and minutes >= plan.knowledge.limits["current_least_min"].value:
            points_known = plan.knowledge.points
            current, kept_out = electro.electro_items(
                goal, pairs, kept, points_known, plan.guard, minutes, position, plan.quotes
            )
            plan.withheld.extend(kept_out)
        side_up = layout.side_up if position == "side_lying" else None
        stages.append(Stage(position, side_up, minutes, tuple(points), current))
    return tuple(stages)


def _join_levels(points: Sequence[PlannedPoint]) -> list[PlannedPoint]:
    """EX-B2 at several levels of one part of the spine on one side is one entry, its levels from the top down."""
    joined: list[PlannedPoint] = []
    for point in points:
        if point.levels:
            for place, other in enumerate(joined):
                same = other.code == point.code and other.side == point.side and other.depth_mm == point.depth_mm
                if same and other.levels[0][0] == point.levels[0][0]:
                    levels = tuple(sorted(other.levels + point.levels, key=LEVELS.index))
                    joined[place] = other._replace(levels=levels)
                    break
            else:
                joined.append(point)
        else:
            joined.append(point)
    return joined


def _split_sides(points: Sequence[PlannedPoint]) -> list[PlannedPoint]:
    """For a patient with a barred limb each side is an entry of its own."""
    split: list[PlannedPoint] = []
    for point in points:
        split += [point._replace(side="left"), point._replace(side="right")] if point.side == "both" else [point]
    return split


def _pregnancy_stops(plan: ProposalInProgress, candidate: Candidate) -> bool:
    """A known pregnancy has few points of its own: those it stops give their places to those it allows."""
    if not plan.facts.pregnancy:
        return False
    place = Place(candidate.region, candidate.limb, plan.facts.painful[0])
    stops = plan.guard.against_needle(plan.knowledge.points[candidate.code], place)
    return any(stop.row.startswith("preg") and stop.is_stop for stop in stops)


def _tell_stop(plan: ProposalInProgress, candidate: Candidate) -> None:
    guard = plan.guard
    if candidate.code == "ASHI" and any(item.item == "ASHI" for item in plan.withheld):
        return
    is_limb = limb_at_risk(candidate.region, candidate.limb) != "none"
    sides = ("left", "right") if is_limb and guard.is_one_sided else plan.facts.painful[:1]
    point = plan.knowledge.points[candidate.code]
    for side in sides:
        stop = gravest_stop(guard.against_needle(point, Place(candidate.region, candidate.limb, side)))
        if stop is not None:
            name = _name(candidate)
            if is_limb and guard.is_one_sided and stop.row.startswith(("lymph", "avfistula")):
                name = f"{name} {side}"
            plan.withheld.append(withhold(name, "needle", stop))


def _name(candidate: Candidate) -> str:
    return f"{candidate.code} {candidate.level}".strip()
