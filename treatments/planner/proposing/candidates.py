"""Step 1: facts and rules -> candidate points, each with what it serves, its weight and its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from intake.assessment import ClinicalPicture
from treatments.planner.facts import Facts
from treatments.planner.knowledge.asked import Asked, Asking, asking_of
from treatments.planner.knowledge.compiled import Program
from treatments.planner.knowledge.numbers import Numbers
from treatments.planner.knowledge.regions import painful_sites, tender_region
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import PointRule, Serves, Site
from treatments.planner.treatment.items import Reason
from treatments.planner.vocabulary.body import EX_B2_LEVELS, LEVELS, region_of_level
from treatments.planner.vocabulary.facts import SCIATICA

PALPATED = "tender on palpation today"


@dataclass(slots=True, eq=False)
class Candidate:
    """A place that could be needled. `weights` by purpose; `side` is a rule word until composition settles it."""

    code: str
    channel: str
    region: str
    limb: str
    positions: tuple[str, ...]
    is_midline: bool
    key: str  # unique and stable: code, level of EX-B2, place of ASHI
    needles: int = 1  # on one side
    weights: dict[Serves, float] = field(default_factory=dict)
    sides: dict[Serves, str] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    places: dict[str, float] = field(default_factory=dict)  # weight at each painful place that it is local to
    covers: tuple[str, ...] = ()  # the painful sites whose regions it lies in
    debts: dict[str, tuple[Serves, float, int]] = field(default_factory=dict)  # rule that owes: job, weight, how many
    techniques: dict[str, str] = field(default_factory=dict)
    level: str = ""
    where: str = ""
    fixed_side: str | None = None
    with_movement: bool = False


def find_candidates(
    picture: ClinicalPicture,
    facts: Facts,
    knowledge: PlannerKnowledge,
    program: Program,
    rules: Sequence[PointRule],
) -> list[Candidate]:
    """Every point that one of the rules asks for, and the tender points; sorted by key so that order never matters."""
    sites = painful_sites(facts, knowledge)
    levels = _levels(picture, sites, program.numbers.level_most)
    found: dict[str, Candidate] = {}
    for rule in rules:
        asking = program.asking.get(rule.id)
        if asking is None:
            asking = program.asking[rule.id] = asking_of(rule, knowledge.points, program.numbers)
        places = _places(asking, facts) if rule.serves == "local" else ()
        owed = rule.owed if rule.owed and _leads(asking, facts) else 0
        for one in asking.asked:
            if one.point.code == "EX-B2":
                for rank, level in enumerate(levels):
                    weight = one.weight - program.numbers.level_next * rank
                    _add(found, rule, one, level, weight, places, owed)
            else:
                _add(found, rule, one, "", one.weight, places, owed)
    for candidate in _tender_points(picture, facts, sites, knowledge, program.numbers):
        found[candidate.key] = candidate
    covers: dict[str, tuple[str, ...]] = {}
    for candidate in found.values():
        region = candidate.region
        covered = covers.get(region)
        if covered is None:
            covered = covers[region] = tuple([site.id for site in sites if region in site.regions])
        candidate.covers = covered
    return [found[key] for key in sorted(found)]


def _levels(picture: ClinicalPicture, sites: tuple[Site, ...], most: int) -> list[str]:
    """Levels for EX-B2: first those found tender by palpation, then those of the sites."""
    tender = sorted((level for level in picture.case.levels if level in EX_B2_LEVELS), key=LEVELS.index, reverse=True)
    by_site = [level for site in sites for level in site.levels]
    return list(dict.fromkeys(tender + by_site))[:most]


def _leads(asking: Asking, facts: Facts) -> bool:
    """A channel that is only touched as well owes nothing."""
    return asking.leads_by is None or not asking.leads_by.isdisjoint(facts.words)


def _places(asking: Asking, facts: Facts) -> tuple[str, ...]:
    """The painful places a local rule speaks of; leg pain from the back is one of its own."""
    return tuple(site for site in facts.sites if site in asking.sites) or ("leg pain",)


def _add(
    found: dict[str, Candidate],
    rule: PointRule,
    asked: Asked,
    level: str,
    weight: float,
    rule_places: tuple[str, ...],
    owed: int,
) -> None:
    point = asked.point
    key = f"{point.code} {level}" if level else point.code
    candidate = found.get(key)
    if candidate is None:
        candidate = found[key] = Candidate(
            code=point.code,
            channel=point.channel,
            region=region_of_level(level) if level else point.region,
            limb=point.limb,
            positions=point.positions,
            is_midline=point.sides == "midline",
            key=key,
            needles=asked.needles,
            level=level,
        )
    candidate.reasons.append(asked.reason)
    serves = rule.serves
    old = candidate.weights.get(serves)
    if old is None or weight > old:
        candidate.sides[serves] = asked.side
        if asked.technique is not None:
            candidate.techniques[serves] = asked.technique
        candidate.weights[serves] = weight
    for place in rule_places:
        candidate.places[place] = max(weight, candidate.places.get(place, 0.0))
    if owed and (asked.is_owed_whatever or weight >= asked.owed_from):
        candidate.debts[rule.id] = (serves, weight, owed)
    if rule.with_movement:
        candidate.with_movement = True
        candidate.positions = (rule.position,) if rule.position else candidate.positions


def _tender_points(
    picture: ClinicalPicture, facts: Facts, sites: tuple[Site, ...], knowledge: PlannerKnowledge, numbers: Numbers
) -> list[Candidate]:
    """Ashi: those found by palpation; if there was none yet, the places to palpate on the day."""
    found: list[Candidate] = []
    palpated = picture.case.palpation
    sources = ("EXPERT", "SCIA2021")
    for place, ashi in enumerate(palpated[: numbers.tender_most_found]):
        region = tender_region(ashi.where, palpated, knowledge) or _main_region(sites)
        if region not in knowledge.ashi:
            continue  # head, chest or belly: a tender point there is the practitioner's own decision
        text = "Tender point found by palpation: no expert leaves it out."
        found.append(
            _tender(
                region,
                ashi.where,
                ashi.side,
                numbers.tender_first - numbers.tender_next_found * place,
                Reason("ashi.palpated", text, sources),
                knowledge,
            )
        )
    if palpated:
        return found
    text = "The most tender point, to be found by palpation on the day: no expert leaves it out."
    places = list(sites)
    if "leg" not in facts.sites and not SCIATICA.isdisjoint(facts.words):
        places.append(knowledge.sites["leg"])
    for place, site in enumerate(places):
        for rank, where in enumerate(site.ashi[: numbers.tender_most_there]):
            less = numbers.tender_next_place * place + numbers.tender_next_there * rank
            weight = numbers.tender_first - less
            found.append(_tender(site.region, where, None, weight, Reason("ashi.site", text, sources), knowledge))
    return found


def _main_region(sites: tuple[Site, ...]) -> str:
    return sites[0].region if sites else "low_back"


def _tender(
    region: str, where: str, side: str | None, weight: float, reason: Reason, knowledge: PlannerKnowledge
) -> Candidate:
    limits = knowledge.ashi[region]
    limb = "leg" if region in ("thigh", "knee", "leg") else "none"
    return Candidate(
        code="ASHI",
        channel="",
        region=region,
        limb=limb,
        positions=limits.positions,
        is_midline=side == "midline",
        key=f"ASHI {where}".strip(),
        weights={"ashi": weight},
        sides={"ashi": "painful_one"},
        reasons=[reason],
        debts={"ashi": ("ashi", weight, 1)},  # no expert leaves the first one out
        where=where,
        fixed_side=side if side in ("left", "right", "both") else None,
    )
