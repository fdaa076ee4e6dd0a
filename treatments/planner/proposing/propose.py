"""From a clinical picture to a proposal, in five steps: candidates, safety, composition, parameters, account.

Pure: same picture and knowledge, same proposal. Safety sees every item before it enters and once more at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from intake.assessment import ClinicalPicture
from treatments.planner.facts import Facts, read_facts, with_suspicions
from treatments.planner.knowledge.budget import budget
from treatments.planner.knowledge.compiled import PROGRAMS, Program
from treatments.planner.knowledge.matching import first, matching
from treatments.planner.knowledge.regions import painful_sites
from treatments.planner.knowledge.rules import ElectroGoal, Person, PlannerKnowledge
from treatments.planner.proposing import compose, electro, explanation
from treatments.planner.proposing.adjuncts import keep_cups_off_needles, plan_adjuncts, plan_home
from treatments.planner.proposing.candidates import Candidate, find_candidates
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.ear import ear_needles, ear_uses, plan_ear
from treatments.planner.proposing.parameters import needling_order, plan_point, retention
from treatments.planner.safety.guard import Guard, Place, build_guard
from treatments.planner.safety.withholding import gravest_stop, stopping, withhold
from treatments.planner.treatment.items import Dose, Electro, Phase, PlannedPoint, Reason, Stage
from treatments.planner.treatment.proposal import Proposal, Question, Treatment, Withheld
from treatments.planner.vocabulary.body import LEVELS, UPRIGHT, limb_at_risk
from treatments.planner.vocabulary.modalities import ADJUNCTS

NO_PLAN = ("emergency", "refer_before_treating", "need_information")


def propose(picture: ClinicalPicture, knowledge: PlannerKnowledge) -> Proposal:
    """The proposal for one patient. Never raises for a picture that the assessment accepted."""
    assessment = picture.assessment
    program = PROGRAMS.of(knowledge)
    facts = read_facts(picture)
    regions = frozenset(region for site in painful_sites(facts, knowledge) for region in site.regions)
    guard = build_guard(picture, facts, knowledge, regions)
    shown = explanation.alerts(assessment, guard)
    treatment: Treatment | None = None
    withheld: tuple[Withheld, ...] = ()
    ask = tuple(Question(item.finding, item.why) for item in assessment.ask)
    if assessment.action not in NO_PLAN:
        treatment, out = _treatment(picture, facts, guard, knowledge, program)
        withheld = explanation.tidy([*out, *explanation.barred_modalities(guard)])
        ask = explanation.questions(assessment, guard, withheld)
    return Proposal(
        case=picture.case.case,
        knowledge_version=knowledge.version,
        action=explanation.action_of(assessment, shown),
        alerts=shown,
        assessment=assessment.as_json(),
        treatment=treatment,
        withheld=withheld,
        ask=ask,
    )


def _treatment(
    picture: ClinicalPicture, facts: Facts, guard: Guard, knowledge: PlannerKnowledge, program: Program
) -> tuple[Treatment, list[Withheld]]:
    out: list[Withheld] = []
    gentle = with_suspicions(facts, picture)
    persons = matching(program.persons, gentle)
    candidates = find_candidates(picture, facts, knowledge, program.rules)
    needles = budget(persons, facts.visit)
    uses = ear_uses(program.ear_uses, facts, needles)
    stages = _stages(candidates, facts, gentle, guard, knowledge, program, persons, needles - ear_needles(uses), out)
    if not stages:
        facts = replace(facts, words=facts.words | {"needles:none"})
    adjuncts, kept_out = plan_adjuncts(program.adjuncts, facts, guard, knowledge)
    out += kept_out
    adjuncts = keep_cups_off_needles(adjuncts, stages, picture.case, knowledge)
    if not stages:
        adjuncts = tuple(adjunct for adjunct in adjuncts if not ADJUNCTS[adjunct.kind].needled)
    ear, kept_out = plan_ear(program.ear, uses, facts, guard, knowledge)
    out += kept_out
    home, kept_out = plan_home(program.home, facts, guard, knowledge)
    out += kept_out
    cautions = dict.fromkeys(
        stop.text for modality in ("needle",) for stop in guard.against(modality) if stop.level == "caution"
    )
    treatment = Treatment(
        principle=explanation.principle(facts, picture.assessment, knowledge),
        stages=stages,
        adjuncts=adjuncts,
        ear=ear,
        home_care=home,
        dose=_dose(facts, program),
        cautions=tuple(cautions),
    )
    return treatment, out


def _stages(
    candidates: Sequence[Candidate],
    facts: Facts,
    gentle: Facts,
    guard: Guard,
    knowledge: PlannerKnowledge,
    program: Program,
    persons: Sequence[Person],
    needles: int,
    out: list[Withheld],
) -> tuple[Stage, ...]:
    needles_out = gravest_stop(guard.against("needle"))
    if needles_out is not None:
        out.append(withhold("needles", "needle", needles_out))
        return ()
    for candidate in candidates:  # whatever a rule asks for and safety stops is told, chosen or not
        _tell_stop(candidate, facts, guard, knowledge, out)
    candidates = [candidate for candidate in candidates if not _pregnancy_stops(candidate, facts, guard, knowledge)]
    slots = first(program.slots, facts)
    assert slots is not None, "every class has its slots; check_knowledge proves it"
    ideal, layout = compose.lay_out(facts, painful_sites(facts, knowledge), candidates)
    cost = compose.turn_cost(persons, slots)
    chosen = compose.choose(candidates, slots, ideal, cost, needles, facts)
    kept, left_out = compose.keep_safe(chosen, guard, layout, knowledge.points)
    for item, stop in left_out:
        if stop is not None:
            name = _name(item)
            if limb_at_risk(item.candidate.region, item.candidate.limb) != "none" and guard.is_one_sided:
                if item.side == "both":  # told above for the barred side; the other side is in the plan
                    continue
                name = f"{name} {item.side}"
            out.append(withhold(name, "needle", stop))
    goal, exclusions = electro.planned_goal(program.goals, program.exclusions, facts)
    pairs: list[electro.Pair] = []
    if goal is not None:
        most = goal.max_pairs * (2 if len(facts.painful) == 2 else 1)
        pairs = electro.pairs_of(chosen, goal, matching(program.pairs, facts), knowledge.points, most)
        if pairs:
            out += electro.excluded(exclusions, facts)
        barred = stopping(guard.against("ea"))
        if pairs:
            out += [withhold("electro", "ea", stop) for stop in barred]
        if exclusions or barred:
            goal = None
    return _build_stages(kept, layout, facts, gentle, guard, knowledge, program, persons, goal, pairs, out)


def _build_stages(
    kept: Sequence[Chosen],
    layout: compose.Layout,
    facts: Facts,
    gentle: Facts,
    guard: Guard,
    knowledge: PlannerKnowledge,
    program: Program,
    persons: Sequence[Person],
    goal: ElectroGoal | None,
    pairs: Sequence[electro.Pair],
    out: list[Withheld],
) -> tuple[Stage, ...]:
    by_position: dict[str, list[Chosen]] = defaultdict(list)
    for item in kept:
        by_position[item.position].append(item)
    primary = layout.positions[0]
    order = sorted(by_position, key=lambda position: (position != UPRIGHT if layout.movement else False,
                                                      position != primary))  # fmt: skip
    techniques, depths = matching(program.techniques, gentle), matching(program.depths, gentle)
    stages = []
    for position in order:
        items = sorted(by_position[position], key=lambda item: needling_order(item, facts))
        planned = [
            plan_point(
                item,
                knowledge.points[item.candidate.code],
                knowledge.ashi.get(item.candidate.region) if item.candidate.code == "ASHI" else None,
                guard,
                gentle,
                persons,
                techniques,
                depths,
                knowledge.needles,
            )
            for item in items
        ]
        main = position == primary
        minutes = retention(persons, len(order), main)
        if layout.movement and position == UPRIGHT:
            minutes = 10
        current: tuple[Electro, ...] = ()
        if goal:
            current, kept_out = electro.electro_items(goal, pairs, kept, knowledge.points, guard, minutes, position)
            out += kept_out
        points = _join_levels(planned)
        if guard.is_one_sided:
            points = _split_sides(points)
        side_up = layout.side_up if position == "side_lying" else None
        stages.append(Stage(position, side_up, minutes, tuple(points), current))
    return tuple(stages)


def _join_levels(points: Sequence[PlannedPoint]) -> list[PlannedPoint]:
    """EX-B2 at several levels of one part of the spine and one side is one entry with its levels from above down."""
    joined: list[PlannedPoint] = []
    for point in points:
        if point.levels:
            for place, other in enumerate(joined):
                same = other.code == point.code and other.side == point.side and other.depth_mm == point.depth_mm
                if same and other.levels[0][0] == point.levels[0][0]:
                    levels = tuple(sorted(other.levels + point.levels, key=LEVELS.index))
                    joined[place] = replace(other, levels=levels)
                    break
            else:
                joined.append(point)
        else:
            joined.append(point)
    return joined


def _split_sides(points: Sequence[PlannedPoint]) -> list[PlannedPoint]:
    """A patient with a barred limb gets every side said by itself."""
    split: list[PlannedPoint] = []
    for point in points:
        split += [replace(point, side="left"), replace(point, side="right")] if point.side == "both" else [point]
    return split


def _pregnancy_stops(candidate: Candidate, facts: Facts, guard: Guard, knowledge: PlannerKnowledge) -> bool:
    """A known pregnancy has its own few points: what it stops gives its place to what it allows."""
    if not facts.pregnancy:
        return False
    place = Place(candidate.region, candidate.limb, facts.painful[0])
    stops = guard.against_needle(knowledge.points[candidate.code], place)
    return any(stop.row.startswith("preg") and stop.is_stop for stop in stops)


def _tell_stop(
    candidate: Candidate, facts: Facts, guard: Guard, knowledge: PlannerKnowledge, out: list[Withheld]
) -> None:
    if candidate.code == "ASHI" and out and any(item.item == "ASHI" for item in out):
        return
    is_limb = limb_at_risk(candidate.region, candidate.limb) != "none"
    if not is_limb or not guard.is_one_sided:
        sides = facts.painful[:1]
    else:
        sides = ("left", "right")
    point = knowledge.points[candidate.code]
    for side in sides:
        stops = guard.against_needle(point, Place(candidate.region, candidate.limb, side))
        hard = gravest_stop(stops)
        if hard is not None:
            name = candidate.code + (f" {candidate.level}" if candidate.level else "")
            if is_limb and guard.is_one_sided and hard.row.startswith(("lymph", "avfistula")):
                name = f"{name} {side}"
            out.append(withhold(name, "needle", hard))


def _name(item: Chosen) -> str:
    candidate = item.candidate
    return candidate.code + (f" {candidate.level}" if candidate.level else "")


def _dose(facts: Facts, program: Program) -> Dose:
    rule = first(program.doses, facts)
    assert rule is not None, "the last dose rule holds always; check_knowledge proves it"
    return Dose(
        phases=tuple(Phase(phase.per_week, phase.weeks) for phase in rule.phases),
        review_at=rule.review_at,
        because=(Reason(rule.id, rule.text, rule.sources),),
    )
