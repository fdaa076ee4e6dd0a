"""How alike plans are for patients who are not: `make sameness` prints the figures, test_sameness.py holds the floors.

One woman of 45 with pain for a year, everything asked and denied. Only one thing is changed at a time: the pattern
(as the practitioner confirms it), or the cause. Current, own points and signatures are read off the same plans.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from clinic.lib.complaints import complaints
from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.matching import Rules, compile_rules, matching
from treatments.planner.knowledge.references import known_findings
from treatments.planner.knowledge.tables import PointRule
from treatments.planner.vocabulary.facts import CAUSES, branches

from .worked_cases import proposal_of

COMMON = frozenset({"BL40", "GB34", "BL23", "KI3"})  # of nearly every plan for the back: they tell nobody apart
PLACES: Mapping[str, tuple[str, ...]] = {
    "low back": ("site.low_back",),
    "sacroiliac joint": ("site.sacroiliac",),
    "leg pain behind": ("site.low_back", "site.leg", "radiation.back_of_leg", "radiation.below_knee"),
    "leg pain at the side": ("site.buttock", "radiation.side_of_leg", "radiation.below_knee"),
    "hip": ("site.hip_side",),
    "middle back": ("site.mid_back",),
    "neck and upper back": ("site.neck", "site.upper_back"),
    "knee": ("site.knee",),
}
CAUSE_FINDINGS = {cause: f"onset.{cause}" for cause in CAUSES if cause != "pregnancy"}
VISITS = (1, 4)
COURSE = {1: 6, 2: 6, 3: 6, 4: 5, 5: 4, 6: 3, 7: 3, 8: 2}  # visit -> pain: it falls by half until visit 6
Needles = frozenset[tuple[str, str, str]]


class Who(NamedTuple):
    """What one plan of the grid was made for."""

    pattern: str
    place: str
    both_sides: bool
    cause: str
    visit: int
    pain: int | None = None  # None: 5 at each visit


@dataclass(frozen=True)
class Figures:
    """What the grid shows; shares between 0 and 1."""

    patterns_alike: float
    causes_alike: float
    own_points: dict[str, float]
    signature: float
    current: float
    visits_alike: float
    course_alike: float


def _case(who: Who) -> dict[str, Any]:
    role, pattern_class = ("branch", "stagnation") if who.pattern in branches() else ("root", "deficiency")
    no = {finding: False for finding in sorted(known_findings()) if finding.split(".")[0] in ("flag", "condition")}
    sides = ("side.left", "side.right") if who.both_sides else ("side.left",)
    yes = (*PLACES[who.place], *sides, *([CAUSE_FINDINGS[who.cause]] if who.cause else ()))
    return {
        "case": None,
        "patient": {"age": 45, "sex": "female", "pregnancy_weeks": None},
        "complaint": {"duration_days": 400, "pain_now": 5 if who.pain is None else who.pain, "pain_at_start": 6},
        "findings": {**no, **dict.fromkeys(yes, True)},
        "confirmed": {role: who.pattern, "class": pattern_class},
        "visit": who.visit,
    }


def _picture(who: Who) -> ClinicalPicture:
    case = parse_case(_case(who), load_intake_knowledge())
    return ClinicalPicture(case, assess(case, load_intake_knowledge()))


def plan_for(who: Who) -> dict[str, Any]:
    return proposal_of(_case(who))


def needles(plan: Mapping[str, Any]) -> Needles:
    """Codes with level and side: what makes two plans the same."""
    return frozenset(
        (point["code"], level or point.get("where", ""), point["side"])
        for stage in plan["treatment"]["stages"]
        for point in stage["points"]
        for level in point["levels"] or [""]
    )


@cache
def _signatures() -> Rules[PointRule]:
    owed = [rule for rule in load_planner_knowledge().rules if rule.owed and rule.serves in ("branch", "root")]
    return compile_rules(owed)


def own_points(who: Who) -> set[str]:
    """The points that the signature of the pattern owns at this place, without the common ones."""
    facts = read_facts(_picture(who))
    return {choice.code for rule in matching(_signatures(), facts) for choice in rule.points} - COMMON


def _pairs_alike(plans: Iterable[dict[str, Needles]]) -> float:
    same = [a == b for by_key in plans for a, b in combinations(by_key.values(), 2)]
    return sum(same) / len(same)


def _grid(patterns: Iterable[str], causes: Iterable[str], places: Iterable[str]) -> Iterator[Who]:
    for place in places:
        for both in (False, True):
            for visit in VISITS:
                for pattern in patterns:
                    for cause in causes:
                        yield Who(pattern, place, both, cause, visit)


def course_of(pattern: str, place: str) -> list[Needles]:
    """The needles of visits 1 to 8, while the pain falls."""
    return [needles(plan_for(Who(pattern, place, False, "", visit, pain))) for visit, pain in COURSE.items()]


def figures(
    patterns: Iterable[str] = complaints()["back"].patterns,
    places: Iterable[str] = tuple(PLACES),
    patterns_of_causes: Iterable[str] = ("blood_stasis", "cold_damp", "liver_qi_stagnation", "kidney_yang_deficiency",
                                        "spleen_qi_deficiency"),
) -> Figures:  # fmt: skip
    """Every pattern at every place; and every cause at every place for a few patterns."""
    places = tuple(places)
    plans = {who: plan_for(who) for who in _grid(patterns, ("",), places)}
    same_place: dict[tuple[Any, ...], dict[str, Needles]] = {}
    visits: dict[tuple[Any, ...], dict[str, Needles]] = {}
    signed, told = [], []
    shares: dict[str, list[float]] = {}
    for who, plan in plans.items():
        here = needles(plan)
        same_place.setdefault((who.place, who.both_sides, who.visit), {})[who.pattern] = here
        visits.setdefault((who.place, who.both_sides, who.pattern), {})[str(who.visit)] = here
        codes = {code for code, _, _ in here}
        own = own_points(who)
        shares.setdefault(who.pattern, []).append(len(own & codes) / len(own))
        signed.append(not own.isdisjoint(codes))
        told.append(has_current(plan) or is_told(plan))
    courses = [course_of(pattern, place) for place in places for pattern in patterns]
    next_to = [here == after for course in courses for here, after in pairwise(course)]
    of_causes: dict[tuple[Any, ...], dict[str, Needles]] = {}
    for who in _grid(patterns_of_causes, CAUSE_FINDINGS, places):
        key = (who.pattern, who.place, who.both_sides, who.visit)
        of_causes.setdefault(key, {})[who.cause] = needles(plan_for(who))
    return Figures(
        patterns_alike=_pairs_alike(same_place.values()),
        causes_alike=_pairs_alike(of_causes.values()),
        own_points={pattern: sum(found) / len(found) for pattern, found in sorted(shares.items())},
        signature=sum(signed) / max(1, len(signed)),
        current=sum(told) / len(told),
        visits_alike=_pairs_alike(visits.values()),
        course_alike=sum(next_to) / len(next_to),
    )


def has_current(plan: Mapping[str, Any]) -> bool:
    return any(stage["electro"] for stage in plan["treatment"]["stages"])


def is_told(plan: Mapping[str, Any]) -> bool:
    """Whether the plan says why there is no current."""
    return any(item["modality"] == "ea" and item["item"] == "electro" for item in plan["withheld"])


def main() -> None:
    found = figures()
    lines = [
        f"identical needles, two patterns at one place   {found.patterns_alike:7.1%}  (at most 1 %)",
        f"identical needles, two causes                  {found.causes_alike:7.1%}  (at most 20 %)",
        f"identical needles, visit {VISITS[0]} and visit {VISITS[1]}          {found.visits_alike:7.1%}",
        f"identical needles, a visit and the next        {found.course_alike:7.1%}  (at most 10 %)",
        f"a signature point of the pattern is there      {found.signature:7.1%}  (at least 90 %)",
        f"current planned, or its absence told           {found.current:7.1%}  (100 %)",
        "own points of the pattern that reach the plan           (at least 0.60)",
        *(f"  {pattern:44} {share:7.2f}" for pattern, share in found.own_points.items()),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
