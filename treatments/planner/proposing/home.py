"""What the patient does at home: the heaviest item of each group, in the patient's words. All pass the guard."""

from __future__ import annotations

from collections.abc import Sequence

from treatments.planner.facts import Facts
from treatments.planner.knowledge.besides import HomeRule
from treatments.planner.knowledge.matching import Rules, matching
from treatments.planner.knowledge.regions import painful_sites, regions_of
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing.adjuncts import is_only_there, safe_refs, sides_of
from treatments.planner.proposing.quotes import Quotes
from treatments.planner.safety.guard import Guard
from treatments.planner.safety.withholding import gravest_stop, withhold
from treatments.planner.treatment.items import HomeCare
from treatments.planner.treatment.proposal import Withheld
from treatments.planner.vocabulary.body import WITH_ROOT, WITH_ROOT_REGIONS

PRESSED = "acupressure"


def plan_home(
    rules: Rules[HomeRule], facts: Facts, guard: Guard, knowledge: PlannerKnowledge, quotes: Quotes, most_pressed: int
) -> tuple[tuple[HomeCare, ...], list[Withheld]]:
    """The heaviest item of each group; what is pressed for place and pattern becomes one; the aftercare text last."""
    groups: dict[str, list[HomeRule]] = {}
    for rule in matching(rules, facts):  # the heaviest first
        groups.setdefault(rule.group, []).append(rule)
    kept: list[HomeCare] = []
    out: list[Withheld] = []
    pressed: set[str] = set()
    for members in groups.values():
        fitting = (rule for rule in members if _still_fits(rule, pressed, most_pressed))
        chosen = next(fitting, None)
        if chosen is None or chosen.id in knowledge.silent:
            continue
        item, kept_out = _home_item(chosen, facts, guard, knowledge, quotes)
        out.extend(kept_out)
        if item is not None:
            kept.append(item)
            pressed.update(point.code for point in item.points)
    return _pressed_together(kept), out


def _still_fits(rule: HomeRule, pressed: set[str], most: int) -> bool:
    """Whether no point would be pressed twice, nor more points than a patient will press."""
    if not rule.points:
        return True
    codes = {ref.code for ref in rule.points}
    return codes.isdisjoint(pressed) and len(codes) + len(pressed) <= most


def _home_item(
    rule: HomeRule, facts: Facts, guard: Guard, knowledge: PlannerKnowledge, quotes: Quotes
) -> tuple[HomeCare | None, list[Withheld]]:
    sheet, place = rule.sheet, ""
    if "{place}" in sheet:
        place = next((site.plain for site in painful_sites(facts, knowledge)), "back")
        sheet = sheet.replace("{place}", place)
    if not rule.modality:
        return HomeCare(rule.kind, sheet, (quotes.reason(rule),)), []
    # A question not asked yet keeps nothing out at home: the sheet itself says where not to use it.
    touched = [knowledge.points[ref.code].region for ref in rule.points] or guard.field_regions
    stops = guard.against_beside(rule.modality, rule.kind, touched)
    stops = tuple(stop for stop in stops if not stop.is_open or stop.level == "caution")
    stop = gravest_stop(stops)
    if stop is not None:
        return None, [withhold(f"home {rule.kind}", rule.modality, stop)]
    refs, dropped = safe_refs(rule.points, rule.modality, facts, guard, knowledge.points, rule.kind)
    if dropped:  # the sheet names every place: one with a barred place is not handed out
        return None, dropped
    if place:
        alone = guard.limbs_left_alone(rule.modality, WITH_ROOT_REGIONS)
        if is_only_there(regions_of(place), alone, facts):
            return None, [withhold(f"home {rule.kind}", rule.modality, alone_stop) for alone_stop in alone.values()]
        sheet += "".join(f" Not on the {side} {WITH_ROOT[limb]}." for side, limb in alone)
    if "{your}" in sheet:
        sides = sides_of(rule.points[0].side, facts)
        sheet = sheet.replace("{your}", f"your {sides[0]}" if len(sides) == 1 else "each")
    cautions = tuple(dict.fromkeys(stop.text for stop in stops))
    return HomeCare(rule.kind, sheet, (quotes.reason(rule),), refs, cautions), []


def _pressed_together(items: Sequence[HomeCare]) -> tuple[HomeCare, ...]:
    """The same with all that is pressed as one item, where the first of it stood."""
    pressed = [item for item in items if item.kind == PRESSED]
    if len(pressed) < 2:
        return tuple(items)
    one = HomeCare(
        PRESSED,
        " ".join(item.text for item in pressed),
        tuple(reason for item in pressed for reason in item.because),
        tuple(ref for item in pressed for ref in item.points),
        tuple(dict.fromkeys(caution for item in pressed for caution in item.cautions)),
    )
    return tuple(one if item is pressed[0] else item for item in items if item not in pressed[1:])
