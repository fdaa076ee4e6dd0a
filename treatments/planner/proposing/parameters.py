"""Step 4: how to needle each chosen point: size, depth, angle, technique, sensation, order, retention."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.facts import Facts
from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.rules import AshiRegion, DepthRule, PatientProfile, Sensation, Technique
from treatments.planner.knowledge.tables import Point, Serves
from treatments.planner.proposing.compose import Chosen
from treatments.planner.proposing.in_progress import ProposalInProgress
from treatments.planner.safety.guard import Place
from treatments.planner.treatment.items import PlannedPoint, Reason
from treatments.planner.vocabulary.body import HEAD, HEAD_TO_FOOT, THORAX
from treatments.planner.vocabulary.modalities import Role

MILDEST_FIRST = ("none", "mild", "clear")


def role_of(item: Chosen) -> Role:
    """The role in the contract: pattern points on the limbs are distal, those on the trunk belong to the root."""
    serves = item.serves
    if serves in ("local", "segmental", "ashi"):
        return "local"
    if serves in ("branch", "cause"):
        return "distal" if item.candidate.limb != "none" else "root"
    if serves == "distal":
        return "distal"
    return "calm" if serves == "calm" else "root"


def technique_of(item: Chosen, rules: Sequence[Technique], is_gentle: bool) -> str:
    """By phase and goal first: the point's own technique if its rule names one, else that of the first match. Then the
    constitution: in a `gentle` patient nothing is reduced, nor what strengthens the root while it serves the place."""
    for rule in rules:
        if item.serves in rule.serves:
            moved = "reducing" if item.candidate.with_movement else rule.technique
            wished = item.candidate.techniques.get(item.serves) or moved
            strengthens = "root" in item.candidate.weights and item.serves in ("local", "segmental", "distal")
            return "even" if wished == "reducing" and (is_gentle or strengthens) else wished
    return "even"


def depth_of(
    item: Chosen, point: Point, limits: AshiRegion | None, rules: Sequence[DepthRule]
) -> tuple[tuple[int, int], str]:
    """Depth in mm (low, high) and angle, lowered for this patient; never beyond the cap."""
    region, angle = item.candidate.region, point.angle
    if limits is not None:
        (low, high), angle, cap = limits.depth_mm, limits.angle, limits.depth_mm[1]
    else:
        (low, high), cap = point.limits_at(thoracic=item.candidate.level.startswith("T"))
    factor = 1.0
    for rule in rules:
        if rule.on == "all" or (rule.on == "thorax" and region in THORAX) or (rule.on == "abdomen" == region):
            factor *= rule.factor
            if rule.transverse and region in THORAX:
                angle = "transverse"
    top = max(1, int(min(high, cap) * factor))
    return (max(1, min(int(low * factor), top)), top), angle


def deqi_of(
    role: Role, serves: Serves, region: str, rules: Sequence[Sensation], profiles: Sequence[PatientProfile]
) -> str:
    """The sensation to aim for: what phase and goal ask for, or milder if a matching kind of patient calls for it; on
    face and head at most mild."""
    wished = [rule.deqi for rule in rules if serves in rule.serves][:1]
    wished += [person.deqi_local if role in ("local", "distal") else person.deqi_root for person in profiles]
    if role == "calm" or region in HEAD:
        wished.append("mild")
    return min(wished, key=MILDEST_FIRST.index)


def retention(minutes: int, profiles: Sequence[PatientProfile], stages: int, main: bool, numbers: Numbers) -> int:
    """Minutes the needles of a stage stay in: what the goal asks for, capped by the kind of patient. Two stages share
    them, in steps."""
    whole = min(minutes, *(person.retention[1] for person in profiles))
    if stages == 1:
        return whole
    step, parts = numbers.stage_step_min, numbers.first_stage_parts
    longer = max(step, round(whole * parts / (parts + 1) / step) * step)
    return longer if main else max(step, whole - longer)


def _cautions_of(point: Point, level: str, facts: Facts) -> list[str]:
    """What the point asks to mind, for this patient and at this level."""
    told = [point.caution]
    if level.startswith("T"):
        told.append(point.thoracic_caution)
    if "pregnancy:any" in facts.words:
        told.append(point.pregnancy_caution)
    return [caution for caution in told if caution]


def plan_point(plan: ProposalInProgress, item: Chosen) -> PlannedPoint:
    """One chosen candidate with all its parameters."""
    technique = technique_of(item, plan.techniques, plan.is_gentle)
    deqi = deqi_of(role_of(item), item.serves, item.candidate.region, plan.sensations, plan.profiles)
    key = (item.candidate, item.serves, item.side, technique, deqi)
    known = plan.points.get(key)
    if known is None:
        known = plan.points[key] = _planned(plan, item, technique, deqi)
    return known


def _planned(plan: ProposalInProgress, item: Chosen, technique: str, deqi: str) -> PlannedPoint:
    candidate, knowledge = item.candidate, plan.knowledge
    point = knowledge.points[candidate.code]
    limits = knowledge.ashi.get(candidate.region) if candidate.code == "ASHI" else None
    depth, angle = depth_of(item, point, limits, plan.depths)
    stops = plan.guard.against_needle(point, Place(candidate.region, candidate.limb, item.side))
    shallow = [stop for stop in stops if stop.most_mm] if stops else []
    if shallow:
        most = min(depth[1], *(stop.most_mm for stop in shallow))
        depth = (min(depth[0], most), most)
    cautions = _cautions_of(point, candidate.level, plan.facts) if candidate.code != "ASHI" else []
    if candidate.code == "ASHI" and candidate.region in THORAX:
        cautions.append("Over the lung: shallow and oblique, never deep.")
    if candidate.with_movement:
        cautions.append("Seated with arms and support; stop the movement at the first faintness.")
    cautions += [stop.text for stop in stops if not stop.is_stop]
    because = [plan.quotes.add(reason) for reason in candidate.reasons]
    because += [Reason(f"shallow.{stop.row}", stop.text, (stop.source,)) for stop in shallow]
    return PlannedPoint(
        code=candidate.code,
        name=point.shown_name,
        side=item.side,  # type: ignore[arg-type]
        role=role_of(item),
        technique=technique,
        needle=plan.needle_of(candidate.region, depth[1]),
        depth_mm=depth,
        angle=angle,
        deqi=deqi,
        because=tuple(because),
        cautions=tuple(dict.fromkeys(cautions)),
        levels=(candidate.level,) if candidate.level else (),
        where=candidate.where,
        with_movement=candidate.with_movement,
    )


def needling_order(item: Chosen, facts: Facts) -> tuple[int, int, float, str]:
    """Head to foot, tender points after the named ones of the place; with a fresh strain the distal points first."""
    distal_first = "strain:acute" in facts.words and item.serves == "distal"
    return (
        0 if distal_first or item.serves == "calm" else 1,
        HEAD_TO_FOOT.index(item.candidate.region),
        200.0 - item.candidate.weights["ashi"] if item.serves == "ashi" else 0.0,
        item.candidate.key,
    )
