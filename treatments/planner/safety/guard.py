"""What must not be done to this patient: contraindications, pregnancy, limbs. It has the last word.

A contraindication is present, suspected (words in a text raise it), open (not known, and the row has a gate) or absent.
Present: every cell of the row counts. Suspected: its forbid cells count. Open: the gated modalities stay out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from intake.assessment import ClinicalPicture
from treatments.planner.facts import Facts
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.knowledge.tables import Contraindication, Point, When
from treatments.planner.vocabulary.body import LUMBOSACRAL, THORAX, TRUNK, limb_at_risk, limb_of_region
from treatments.planner.vocabulary.facts import PHASES
from treatments.planner.vocabulary.modalities import MODALITIES
from treatments.planner.vocabulary.severity import Severity, is_stop, rank

FIELD_ONLY = frozenset({"needle", "deep_trunk", "tacks", "seeds", "magnets", "acupressure"})
LIMB_SCOPES = {
    "left_leg": ("leg", "left"),
    "right_leg": ("leg", "right"),
    "left_arm": ("arm", "left"),
    "right_arm": ("arm", "right"),
}
_OPEN_TEXT = "Not known yet: {why}"


class Stop(NamedTuple):
    """One reason against something."""

    level: Severity
    because: str
    text: str
    source: str
    row: str
    is_open: bool = False

    @property
    def severity(self) -> int:
        return rank(self.level)

    @property
    def is_stop(self) -> bool:
        """Whether it keeps something out."""
        return is_stop(self.level)


class Place(NamedTuple):
    """Where something would be done: region of the body, limb and side ("" and "none" for the trunk)."""

    region: str
    limb: str
    side: str


@dataclass(frozen=True, slots=True)
class Guard:
    """The safety rules that hold for one patient. Answers are ordered gravest first."""

    whole: dict[str, tuple[Stop, ...]]  # modality -> stops for the whole body
    thorax: dict[str, tuple[Stop, ...]]
    field: dict[str, tuple[Stop, ...]]
    limbs: dict[str, dict[tuple[str, str], tuple[Stop, ...]]]
    field_regions: frozenset[str]
    pregnancy: tuple[str, ...]
    pregnancy_because: str
    is_one_sided: bool
    present: tuple[tuple[Contraindication, str], ...]  # rows that hold, with the finding that makes them hold
    open: tuple[tuple[Contraindication, str], ...]  # rows nobody has ruled out, with the finding to ask

    def against(self, modality: str, place: Place | None = None) -> tuple[Stop, ...]:
        """Every stop against one modality, at one place or as such; gravest first."""
        if place is None:
            return self.whole[modality]
        here: list[Stop] = []
        if place.region in THORAX:
            here += self.thorax[modality]
        if place.region in self.field_regions:
            here += self.field[modality]
        limb = limb_at_risk(place.region, place.limb)
        if limb != "none":
            for side in ("left", "right") if place.side == "both" else (place.side,):
                here += self.limbs[modality].get((limb, side), ())
        return _in_order((*self.whole[modality], *here)) if here else self.whole[modality]

    def against_needle(self, point: Point, place: Place) -> tuple[Stop, ...]:
        """Stops against needling a point: the needle column, the deep trunk column, and pregnancy."""
        needle = self.against("needle", place)
        stops = list(needle)
        if place.region in TRUNK or place.region in THORAX:
            stops += self.against("deep_trunk", place) if place.region in TRUNK else self._thoracic_deep()
        stops += self.against_in_pregnancy(point, place.region)
        return _in_order(stops) if len(stops) > len(needle) else needle

    def limbs_left_alone(self, modality: str, regions: Iterable[str]) -> dict[tuple[str, str], Stop]:
        """Limbs, as ("left", "leg"), known to be kept from this modality that take part in these regions, with the
        gravest stop."""
        touched = {limb_of_region(region) for region in regions}
        found: dict[tuple[str, str], Stop] = {}
        for (limb, side), stops in sorted(self.limbs[modality].items()):
            known = [stop for stop in stops if stop.is_stop and not stop.is_open]
            if limb in touched and known:
                found[side, limb] = max(known, key=lambda stop: stop.severity)
        return found

    def _thoracic_deep(self) -> tuple[Stop, ...]:
        """The shoulder is no trunk, but the lung lies under it."""
        return self.thorax["deep_trunk"]

    def against_in_pregnancy(self, point: Point, region: str) -> tuple[Stop, ...]:
        """The point list of pregnancy. While pregnancy is open only its hard stops count."""
        stops = []
        for phase in self.pregnancy:
            level = pregnancy_level(point, region, phase)
            if level == "caution":
                continue  # the matrix row says it for the whole body
            name = PHASES[phase]
            stops.append(
                Stop(level, self.pregnancy_because, f"{point.code} is kept out {name} of pregnancy (custom and "
                     "consent, not proven harm).", "CARR2015", "pregnancy_points")
            )  # fmt: skip
        if not self.pregnancy and self.pregnancy_because and point.pregnancy in ("forbid", "forbid_t1"):
            text = f"{point.code} stays out until pregnancy is ruled out."
            stops.append(Stop("forbidden", self.pregnancy_because, text, "CARR2015", "pregnancy_points", True))
        return tuple(stops)


def pregnancy_level(point: Point, region: str, phase: str) -> Severity:
    """How grave one point is in one phase (t1 weeks 1-12, t2 weeks 13-36, t3 from week 37)."""
    column = point.pregnancy
    if column == "forbid":
        return "needs_reason" if phase == "t3" else "forbidden"
    if column == "forbid_t1":
        return "forbidden" if phase == "t1" else "needs_reason"
    if column == "override" or (point.code == "ASHI" and region in LUMBOSACRAL):
        return "forbidden" if phase == "t1" and region in LUMBOSACRAL else "needs_reason"
    return "needs_reason" if phase == "t1" else "caution"


def build_guard(picture: ClinicalPicture, facts: Facts, knowledge: PlannerKnowledge, regions: frozenset[str]) -> Guard:
    """The guard of one patient; `regions` are those of the painful field."""
    whole: dict[str, list[Stop]] = {modality: [] for modality in MODALITIES}
    thorax: dict[str, list[Stop]] = {modality: [] for modality in MODALITIES}
    field: dict[str, list[Stop]] = {modality: [] for modality in MODALITIES}
    limbs: dict[str, dict[tuple[str, str], list[Stop]]] = {modality: {} for modality in MODALITIES}
    present: list[tuple[Contraindication, str]] = []
    open_rows: list[tuple[Contraindication, str]] = []
    one_sided = False
    for row in knowledge.contraindications:
        state, because = row_state(row, picture, facts)
        if state == "absent":
            continue
        (open_rows if state in ("open", "suspected") else present).append((row, because))
        one_sided = one_sided or (state != "open" and (row.scope in LIMB_SCOPES or row.scope == "arms"))
        for modality in row.gate.modalities if state == "open" and row.gate else MODALITIES:
            stop = _stop(row, modality, state, because)
            if stop is None:
                continue
            if row.scope in LIMB_SCOPES:
                limbs[modality].setdefault(LIMB_SCOPES[row.scope], []).append(stop)
            elif row.scope == "arms":
                for side in ("left", "right"):
                    limbs[modality].setdefault(("arm", side), []).append(stop)
            elif row.scope == "thorax" and modality in ("needle", "deep_trunk"):
                thorax[modality].append(stop)
            elif row.scope == "field" and modality in FIELD_ONLY:
                field[modality].append(stop)
            else:
                whole[modality].append(stop)
    because = ""
    if facts.pregnancy:
        because = "condition.pregnant" if "condition.pregnant" in facts.words else "condition.maybe_pregnant"
    elif "pregnancy:can_be" in facts.words:
        because = "condition.pregnant"
    return Guard(
        whole=_frozen(whole),
        thorax=_frozen(thorax),
        field=_frozen(field),
        limbs={m: {key: tuple(stops) for key, stops in by.items()} for m, by in limbs.items()},
        field_regions=regions,
        pregnancy=facts.pregnancy,
        pregnancy_because=because,
        is_one_sided=one_sided,
        present=tuple(present),
        open=tuple(open_rows),
    )


def row_state(row: Contraindication, picture: ClinicalPicture, facts: Facts) -> tuple[str, str]:
    """present, suspected, open or absent; and the finding or fact that says so."""
    if _holds(row.when, facts):
        for finding in row.findings:
            if finding in facts.words:
                return "present", finding
        if not row.findings:
            return "present", row.when.facts()[0]
    for finding in row.findings:
        if picture.is_suspected(finding):
            return "suspected", finding
    gate = row.gate
    if gate is not None and picture.is_unknown(gate.ask) and _holds(gate.when, facts):
        if any(picture.is_absent(finding) for finding in gate.ruled_out_by):
            return "absent", ""
        return "open", gate.ask
    return "absent", ""


def _stop(row: Contraindication, modality: str, state: str, because: str) -> Stop | None:
    level = row.level(modality)
    if not level:
        return None
    if state == "present":
        return Stop(level, because, row.text, row.source, row.id)
    if state == "suspected":  # withholds what a yes would forbid; where a yes asks for a reason, this asks for care
        text = f"The patient's own words raise it, nobody has cleared it: {row.text}"
        return Stop("forbidden" if level == "forbidden" else "caution", because, text, row.source, row.id, True)
    if level != "forbidden":
        return None
    assert row.gate is not None
    if modality not in row.gate.modalities:
        return None
    return Stop("forbidden", because, _OPEN_TEXT.format(why=row.gate.why), row.source, row.id, True)


def _holds(when: When, facts: Facts) -> bool:
    return facts.hold(frozenset(when.all), frozenset(when.any), frozenset(when.none))


def _gravest(stop: Stop) -> tuple[int, bool, str, str]:
    return (-stop.severity, stop.is_open, stop.row, stop.because)


def _frozen(table: dict[str, list[Stop]]) -> dict[str, tuple[Stop, ...]]:
    return {key: _in_order(stops) for key, stops in table.items()}


def _in_order(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """Each stop once, gravest first."""
    return tuple(sorted(set(stops), key=_gravest))
