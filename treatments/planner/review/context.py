"""What a review looks at: the plan, the patient's guard and facts, where each needle would go; the alerts raised."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from intake.assessment import ClinicalPicture
from treatments.planner.facts import Facts, read_facts, with_suspicions
from treatments.planner.knowledge.compiled import program_of
from treatments.planner.knowledge.matching import matching
from treatments.planner.knowledge.point_names import find_point
from treatments.planner.knowledge.regions import painful_sites, tender_region
from treatments.planner.knowledge.rules import DepthRule, LimitId, PatientProfile, PlannerKnowledge
from treatments.planner.knowledge.tables import Point, Rule
from treatments.planner.review.alert import ReviewAlert
from treatments.planner.safety.guard import Guard, Place, build_guard
from treatments.planner.safety.passing import value_at
from treatments.planner.safety.stops import Stop
from treatments.planner.treatment.hand_made import ReadPlan, ReadPoint, ReadProtocol, ReadStage
from treatments.planner.vocabulary.body import NEEDLED_LEVELS, region_of_level
from treatments.planner.vocabulary.modalities import MODALITIES, Modality
from treatments.planner.vocabulary.severity import Severity, rank


@dataclass(frozen=True, slots=True)
class Spot:
    """A needled place: its point in the knowledge, and the regions it lies in (several for EX-B2)."""

    stage: ReadStage
    read: ReadPoint
    point: Point
    regions: tuple[str, ...]
    limb: str

    @property
    def sides(self) -> tuple[str, ...]:
        return ("left", "right") if self.read.side in ("both", None) else (self.read.side or "",)

    def is_thoracic(self, thorax: frozenset[str]) -> bool:
        return not thorax.isdisjoint(self.regions)


class Context:
    """A review in progress."""

    def __init__(self, plan: ReadPlan, picture: ClinicalPicture, knowledge: PlannerKnowledge) -> None:
        self.read = plan  # whole
        self.plan = plan  # what is looked at: the plan itself, then each of its later protocols
        self.picture = picture
        self.knowledge = knowledge
        self.program = program_of(knowledge)
        self.facts: Facts = read_facts(picture)
        self.gentle: Facts = with_suspicions(self.facts, picture)  # for limits: what the patient wrote counts too
        sites = painful_sites(self.facts, knowledge)
        self.field = frozenset(region for site in sites for region in site.regions)
        self.main_regions = tuple(dict.fromkeys(site.region for site in sites[:1])) or ("low_back",)
        self.guard: Guard = build_guard(picture, self.facts, knowledge, self.field)
        self.persons: tuple[PatientProfile, ...] = tuple(matching(self.program.persons, self.gentle))
        self.depths: tuple[DepthRule, ...] = tuple(matching(self.program.depths, self.gentle))
        self.spots: list[Spot] = []  # filled by the needle checks, used by the checks of current and adjuncts
        self._found: dict[tuple[str, str], ReviewAlert] = {}

    def turn_to(self, protocol: ReadProtocol) -> None:
        """From here on the needles and current of later visits are looked at."""
        self.plan = replace(self.read, stages=protocol.stages)
        self.spots = []
        visit = max(self.facts.visit, protocol.from_visit)
        self.facts, self.gentle = (
            replace(facts, words=(facts.words - {"visit:first"}) | {"visit:later"}, visit=visit)
            for facts in (self.facts, self.gentle)
        )
        self.persons = tuple(matching(self.program.persons, self.gentle))

    # ------------------------------------------------------------------ facts

    def limit(self, which: LimitId) -> int:
        """A number of review_limits.toml."""
        return self.knowledge.limits[which].value

    def reasons_of(self, rule: Rule) -> tuple[str, ...]:
        """The facts by which a rule holds for this patient."""
        return tuple(word for word in rule.when.facts() if word in self.gentle.words)

    def has(self, *words: str) -> tuple[str, ...]:
        """Those of the facts that hold."""
        return tuple(word for word in words if word in self.facts.words)

    # ----------------------------------------------------------------- alerts

    def add(
        self,
        level: Severity,
        code: str,
        text: str,
        path: str,
        subject: str,
        because: Iterable[str] = (),
        source: str = "DESIGN",
        fact: str = "",
        is_whole: bool = False,
    ) -> None:
        """Keeps one alert for each code and subject: the gravest, with every item it concerns. A rule for the whole
        body (``is_whole``) judges the patient by a ``fact``, not what is at the path: more of it is not a new stop."""
        place = _address(path)
        judged = ", ".join(part for part in ("" if is_whole else value_at(self.plan, path), fact) if part)
        new = ReviewAlert(level, code, text, subject, (place,), tuple(because), source, (judged,))
        old = self._found.get((code, subject))
        if old is None or rank(level) > rank(old.level):
            self._found[code, subject] = new
        elif level == old.level and place not in old.places:
            values = old.values if is_whole else (*old.values, judged)
            said = old.text if text in old.text else f"{old.text} {text}"
            self._found[code, subject] = replace(old, text=said, places=(*old.places, place), values=values)

    def add_stops(self, stops: Iterable[Stop], modality: Modality, label: str, path: str, subject: str) -> None:
        """Alerts from the safety tables. What holds for the whole body is one alert for the modality; what holds for
        a place is one for the item. Of several stops of one row the gravest counts."""
        gravest: dict[str, Stop] = {}
        for stop in stops:
            if stop.row not in gravest or stop.severity > gravest[stop.row].severity:
                gravest[stop.row] = stop
        columns = ("needle", "deep_trunk") if modality == "needle" else (modality,)
        for stop in gravest.values():
            is_whole = any(stop in self.guard.whole[column] for column in columns)
            self.add(
                stop.level,
                stop.row,
                f"{MODALITIES[modality].name if is_whole else label}: {stop.text}",
                path,
                modality if is_whole else subject,
                (stop.because,),
                stop.source,
                stop.because,
                is_whole,
            )

    def alerts(self) -> tuple[ReviewAlert, ...]:
        """The alerts, gravest first, then in the order of the plan. A caution that only repeats a row of the
        safety tables for another modality is given once."""
        rows = {row.id for row in self.knowledge.contraindications}
        if "pregnancy:weeks_unknown" in self.facts.words:  # every phase holds: the strictest speaks for all
            for code, subject in list(self._found):
                if code in ("preg_t2", "preg_37") and any(known == "preg_t1" for known, _ in self._found):
                    self._drop_phase(code, subject)
        graver = {alert.code for alert in self._found.values() if alert.level != "caution"}
        kept: list[ReviewAlert] = []
        said: dict[str, int] = {}
        for alert in self._found.values():
            if alert.level == "caution" and alert.code in rows:
                if alert.code in graver:
                    continue
                if alert.code in said:
                    first = kept[said[alert.code]]
                    kept[said[alert.code]] = replace(first, places=(*first.places, *alert.places))
                    continue
                said[alert.code] = len(kept)
            kept.append(alert)
        return tuple(sorted(kept, key=_in_order))

    def _drop_phase(self, code: str, subject: str) -> None:
        """A later phase of pregnancy that the first weeks already cover, at least as severely."""
        first = self._found.get(("preg_t1", subject))
        alert = self._found[code, subject]
        if alert.level == "caution" or (first and rank(first.level) >= rank(alert.level)):
            del self._found[code, subject]

    # ----------------------------------------------------------------- places

    def find(self, code: str) -> Point | None:
        """The point of that code, in any usual spelling."""
        return self.knowledge.points.get(code) or find_point(code, self.knowledge)

    def nearest(self, code: str, known: Iterable[str]) -> str:
        near = difflib.get_close_matches(code[:40].upper(), list(known), n=1, cutoff=0.4)
        return f" The nearest known is {near[0]}." if near else ""

    def regions_of(self, read: ReadPoint, point: Point) -> tuple[str, ...]:
        """Where a needle lies: by level for EX-B2, by palpation, site table or words for a tender point."""
        if point.code == "EX-B2" and read.levels:
            known = [level for level in read.levels if level in NEEDLED_LEVELS]
            return tuple(dict.fromkeys(region_of_level(level) for level in known)) or (point.region,)
        if point.code != "ASHI":
            return (point.region,)
        region = tender_region(read.where, self.picture.case.palpation, self.knowledge)
        return (region,) if region else self.main_regions

    def place(self, spot: Spot, region: str, side: str) -> Place:
        return Place(region, spot.limb, side)


def _address(path: str) -> str:
    """``stages[0].points[3]`` as ``stages.0.points.3``, as the plan's page and its edits address it."""
    return path.replace("[", ".").replace("]", "")


def _in_order(alert: ReviewAlert) -> tuple[int, tuple[tuple[str, int], ...], str, str]:
    steps = tuple((name, int(number or -1)) for name, number in re.findall(r"([a-z_]+)(?:\.(\d+))?", alert.places[0]))
    first = {"plan": "0", "stages": "1", "adjuncts": "2", "ear": "3", "home_care": "4", "dose": "5"}
    ranked = tuple((first.get(name, name), number) for name, number in steps)
    return -rank(alert.level), ranked, alert.code, alert.item
