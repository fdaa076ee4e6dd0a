"""What a clinic's own points and rules must not do: every fault in words, with its key (see clinic_file.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clinic.lib.knowledge_files import Fault, nearest
from treatments.planner.knowledge.besides import AdjunctRule, HomeRule
from treatments.planner.knowledge.point_names import OWN_CODE, find_point, plain_name
from treatments.planner.knowledge.regions import regions_in
from treatments.planner.knowledge.rules import OwnLimit, PlannerKnowledge, Source
from treatments.planner.knowledge.tables import Point, PointRule
from treatments.planner.vocabulary.body import LEVELS, REGIONS, THORAX
from treatments.planner.vocabulary.modalities import ADJUNCTS, SUCTION, draws_blood

SOURCE_PREFIX = "OWN-"
NOT_BENEATH = {"eye", "heart", "fontanelle"}
NO_OWN = {"chest", "face", "groin"}
# Words for how cups are used, as the rest of the planner reads them.
CUP_WORDS = re.compile(r"\b(retained|sliding|flash)\b")


def point_faults(point: Point, limit: OwnLimit) -> Iterator[str]:
    """An own point is never deeper, closer to a risk, or less restricted than its region allows."""
    if point.limb != limit.limb:
        yield f"limb: {point.region} belongs to {limit.limb!r} here"
    if not 1 <= point.cap_mm <= limit.cap_mm:
        yield f"cap_mm: {point.region} takes own points of {limit.cap_mm} mm at most"
    if not 1 <= point.depth_mm[0] <= point.depth_mm[1] <= point.cap_mm:
        yield f"depth_mm: must lie between 1 and cap_mm ({point.cap_mm})"
    of_level = ("thoracic_cap_mm", "lumbar_cap_mm", "thoracic_depth_mm", "lumbar_depth_mm")
    if any(getattr(point, key) is not None for key in of_level):
        yield f"{', '.join(of_level)} belong to EX-B2"
    if not point.positions or not {*point.positions} <= {*limit.positions}:
        yield f"positions: {point.region} is reached {', '.join(limit.positions)}"
    if missing := {*limit.risks} - {*point.risks}:
        yield f"risks: must name {', '.join(sorted(missing))}"
    yield from _anatomy_faults(point)
    if point.electro == "yes":
        yield 'electro: an own point takes no current without a reason: "no" or "override"'
    if point.pregnancy == "ok":
        yield 'pregnancy: an own point is kept out: "forbid", "forbid_t1" or "override"'
    if point.moxa == "yes" and limit.moxa == "no":
        yield f"moxa: {point.region} is not warmed"
    if point.level and point.level not in LEVELS:
        yield f"level: no such level {point.level!r}"


def _anatomy_faults(point: Point) -> Iterator[str]:
    """Ashi knows no anatomy of an own point: every rule of safety goes by its region, so the region must be the one
    that its own words and risks name, and over the lung no needle stands upright."""
    if barred := NOT_BENEATH & {*point.risks}:
        yield f"risks: no own point over {', '.join(sorted(barred))}"
    if "pneumothorax" in point.risks and point.region not in THORAX:
        yield f"region: a point over the lung lies in {_listed(THORAX - NO_OWN)}"
    named = {*regions_in(point.location)}
    if (lung := named & THORAX) and point.region not in THORAX:
        yield f"region: the location names the {_listed(lung)}, where the lung lies beneath: choose that region"
    if named & NO_OWN:
        yield f"location: no own point at the {_listed(named & NO_OWN)}"
    if "pneumothorax" in point.risks and point.angle == "perpendicular":
        yield "angle: over the lung an own point is needled oblique or transverse"


def _listed(regions: Iterable[str]) -> str:
    return ", ".join(REGIONS[region] for region in sorted(regions))


def name_faults(point: Point, base: PlannerKnowledge, taken: set[str]) -> Iterator[str]:
    """An own point never replaces a standard one, under any usual spelling."""
    standard = point.code in base.points or point.code.startswith("EX-")
    if standard or not OWN_CODE.fullmatch(point.code) or find_point(point.code, base) is not None:
        yield "code: letters of your own, a dash and a number, and no usual spelling of a WHO point: T-77.08"
    if point.code in taken or plain_name(point.name) in taken:
        yield "duplicate"
    for name in (point.name, point.pinyin, point.hanzi, point.hanzi_traditional, point.english, *point.aliases):
        known = find_point(name, base)
        if known is not None or not plain_name(name):
            yield f"{name!r} is the name of {known.code if known else 'nothing'}"


def reference_faults(points: Iterable[Point], sources: set[str]) -> Iterator[Fault]:
    for point in points:
        for key in point.sources:
            if key not in sources:
                yield Fault("", f"point[{point.code}]", f"sources: no such source {key!r}{nearest(key, sources)}")


def source_faults(sources: Sequence[Source], base: PlannerKnowledge) -> Iterator[Fault]:
    keys = [source.key for source in sources]
    for key in keys:
        if key in base.sources or not key.startswith(SOURCE_PREFIX):
            yield Fault("", f"source[{key}]", f"key: must start with {SOURCE_PREFIX!r}")
        if keys.count(key) > 1:
            yield Fault("", f"source[{key}]", "duplicate")


# ----------------------------------------------------------------------------------------------------- rules


def rule_faults(rules: Sequence[PointRule]) -> Iterator[Fault]:
    for rule in rules:
        if rule.with_movement or rule.position is not None:
            yield Fault("", rule.id, "with_movement, position: needling with movement is ours")


def _shared(own: AdjunctRule | HomeRule, ours: Sequence[AdjunctRule | HomeRule]) -> Iterator[Fault]:
    """An own rule excludes whatever all our rules of that kind exclude."""
    every = set.intersection(*({*other.when.none} for other in ours))
    if isinstance(own, AdjunctRule) and ADJUNCTS[own.kind].modality in SUCTION:
        every |= {"injury:first_72h"}  # no cupping or scraping of a fresh injury
    if missing := every - {*own.when.none}:
        yield Fault("", own.id, f"when.none: a {own.kind} must exclude {', '.join(sorted(missing))}")


def adjunct_faults(rules: Sequence[AdjunctRule], base: PlannerKnowledge, points: Sequence[Point]) -> Iterator[Fault]:
    """Never longer, earlier or at another time than our rules of that kind; no heat or new cups over the lung."""
    regions = {point.code: point.region for point in points}
    for rule in rules:
        kind = ADJUNCTS[rule.kind]
        ours = [other for other in base.adjuncts if other.kind == rule.kind]
        if not ours:
            yield Fault("", rule.id, f"kind: nothing of ours to go by: {rule.kind} is not proposed here")
            continue
        yield from _shared(rule, ours)
        longest, first = max(other.minutes for other in ours), min(other.from_visit for other in ours)
        if rule.minutes > longest:
            yield Fault("", rule.id, f"minutes: {longest} at most")
        if rule.from_visit < first:
            yield Fault("", rule.id, f"from_visit: {first} at the earliest")
        if rule.order not in {other.order for other in ours}:
            yield Fault("", rule.id, f"order: one of {', '.join(sorted({other.order for other in ours}))}")
        if draws_blood(rule.detail, rule.where):
            yield Fault("", rule.id, "detail: techniques that draw blood are not offered")
        if kind.modality == "cupping" and not CUP_WORDS.search(rule.detail):
            yield Fault("", rule.id, "detail: say whether the cups are retained, sliding or flash")
        if kind.modality in SUCTION and "{" not in rule.where and not regions_in(rule.where):
            yield Fault("", rule.id, "where: name a region of the body, or {cups} for the painful place")
        if kind.is_warm and not kind.runs_alone:
            lying = {regions.get(ref.code) or _region(ref.code, base) for ref in rule.points} | {
                *regions_in(rule.where)
            }
            if "{" in rule.where or lying & THORAX:
                yield Fault("", rule.id, "where, points: own moxa stays off the chest wall")


def _region(code: str, base: PlannerKnowledge) -> str:
    return base.points[code].region if code in base.points else ""


def home_faults(rules: Sequence[HomeRule], base: PlannerKnowledge) -> Iterator[Fault]:
    """Home care of a kind we have, judged by the same modality; it never outweighs the safety sheet."""
    for rule in rules:
        ours = [other for other in base.home if other.kind == rule.kind]
        if not ours:
            kinds = dict.fromkeys(other.kind for other in base.home)
            yield Fault("", rule.id, f"kind: one of {', '.join(kinds)}")
            continue
        if rule.modality not in {other.modality for other in ours}:
            yield Fault("", rule.id, f"modality: {rule.kind} is judged as {ours[0].modality!r}")
        if rule.points and not rule.modality:
            yield Fault("", rule.id, "points: only with a modality")
        if rule.group not in {other.group for other in ours}:
            yield Fault("", rule.id, f"group: {rule.kind} belongs to {ours[0].group!r}")
        if any(other.group == rule.group and other.evidence == "safety" for other in base.home):
            yield Fault("", rule.id, f"group: the {rule.group} sheet is ours")
        yield from _shared(rule, ours)
