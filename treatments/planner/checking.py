"""Proves that the knowledge hangs together: every fault of every file at once, and the coverage of pattern by site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .adjuncts import MODALITY_OF
from .candidates import LEVELS
from .facts import BRANCHES, KINDS, ROOTS, SITES, Facts
from .knowledge import MODALITIES, PointRule, Rule, When
from .load import FOLDER, KnowledgeError, known_findings, load_planner_knowledge
from .matching import compile_rules, matching
from .recipes import PlannerKnowledge

NEEDED = ("local", "distal", "root")
HEATING = ("moxa_indirect", "warm_needle", "heat_lamp")
EXCLUSIVE = ("class", "stage", "branch", "root", "side", "visit", "channel")  # one value of each at a time
# Conditions that change no modality; each is used by rules or by the assessment, or is only worth knowing.
NEUTRAL_CONDITIONS = frozenset(
    {
        "condition.first_acupuncture",
        "condition.cannot_lie_prone",
        "condition.earlier_stress_fracture",
        "condition.menopause",
        "condition.breastfeeding",
    }
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many candidate points one pattern has at one site."""

    pattern: str
    site: str
    local: int
    distal: int
    root: int

    @property
    def is_complete(self) -> bool:
        return self.local > 0 and self.distal > 0 and self.root > 0


def check_knowledge(folder: Path = FOLDER, own: Path | None = None) -> tuple[str, ...]:
    """One line for every fault, with file or rule and key; empty when the knowledge is sound. `own`: a clinic's."""
    try:
        knowledge = load_planner_knowledge(folder) if own is None else load_planner_knowledge(folder, own)
    except KnowledgeError as error:
        return error.faults
    return (
        *_point_faults(knowledge),
        *_condition_faults(knowledge),
        *_order_faults(knowledge),
        *_contradictions(knowledge),
        *_contraindication_faults(knowledge),
        *_table_faults(knowledge),
        *(
            f"coverage: {row.pattern} at {row.site}: no candidate that is {', '.join(_lacking(row))}"
            for row in coverage(knowledge)
            if not row.is_complete
        ),
    )


def coverage(knowledge: PlannerKnowledge) -> list[Coverage]:
    """Every pattern at every site: local, distal and root candidates that its rules bring."""
    rules = compile_rules(knowledge.rules)
    rows = []
    for pattern in BRANCHES + ROOTS:
        role, klass = ("branch", "stagnation") if pattern in BRANCHES else ("root", "deficiency")
        for site in SITES:
            words = {f"site:{site}", f"pattern:{pattern}", f"{role}:{pattern}", f"class:{klass}", "stage:chronic"}
            facts = Facts(frozenset(words | {"visit:first", "side:left"}), (site,), ("left",), (), 1)
            count: Counter[str] = Counter()
            for rule in matching(rules, facts):
                serves = {"segmental": "local", "branch": "root"}.get(rule.serves, rule.serves)
                count[serves] += len(rule.points)
            rows.append(Coverage(pattern, site, count["local"], count["distal"], count["root"]))
    return rows


def _lacking(row: Coverage) -> list[str]:
    return [need for need in NEEDED if getattr(row, need) == 0]


def _point_faults(knowledge: PlannerKnowledge) -> list[str]:
    """Points that do not parse, depths past their cap, sources that do not exist, points no position reaches."""
    faults = list(knowledge.points.read_all()) if hasattr(knowledge.points, "read_all") else []
    if faults:
        return faults
    for code, point in knowledge.points.items():
        owner = f"points: point[{code}]"
        faults += [f"{owner}: sources: no such source {key!r}" for key in point.sources if key not in knowledge.sources]
        if not 0 <= point.depth_mm[0] <= point.depth_mm[1] <= point.cap_mm:
            faults.append(f"{owner}: depth_mm {point.depth_mm} does not fit under cap_mm {point.cap_mm}")
        if point.use == "plan" and not point.positions:
            faults.append(f"{owner}: positions: a point that may be proposed has none")
        if point.level and point.level not in LEVELS:
            faults.append(f"{owner}: level: no such level {point.level!r}")
        if point.use == "plan" and not any(point.region in size.regions for size in knowledge.needles):
            faults.append(f"{owner}: region {point.region!r} has no needle size")
    return faults


def _condition_faults(knowledge: PlannerKnowledge) -> list[str]:
    """Rules that can never fire: what they ask for they also exclude, or two values of a kind that has one."""
    return [f"{rule.id}: when: {why}" for rule in knowledge.every_rule() for why in never_holds(rule.when)]


def never_holds(when: When) -> list[str]:
    """Why a condition can never hold; empty where it can."""
    why = [f"{word!r} is asked for and excluded" for word in when.all if word in when.none]
    if when.any and set(when.any) <= set(when.none):
        why.append("all of `any` is excluded")
    for kind in EXCLUSIVE:
        values = sorted({word for word in when.all if word.startswith(f"{kind}:")})
        if len(values) > 1:
            why.append(f"{' and '.join(values)} never hold together")
        if len(values) == 1 and when.any and all(w.startswith(f"{kind}:") and w != values[0] for w in when.any):
            why.append(f"{values[0]} never holds together with {', '.join(when.any)}")
    return why


def _order_faults(knowledge: PlannerKnowledge) -> list[str]:
    """Where the first rule that fits counts, a rule behind one that always fits is never reached."""
    faults: list[str] = []
    tables: tuple[tuple[str, Sequence[Rule]], ...] = (
        ("slots", knowledge.slots),
        ("goal", knowledge.goals),
        ("dose", knowledge.doses),
    )
    for name, rules in tables:
        for place, rule in enumerate(rules):
            for earlier in rules[:place]:
                if implies(rule.when, earlier.when):
                    faults.append(
                        f"{rule.id}: never reached: {earlier.id} comes first in {name} and fits whenever it does"
                    )
    for place, rule in enumerate(knowledge.techniques):
        for earlier in knowledge.techniques[:place]:
            if set(rule.serves) <= set(earlier.serves) and implies(rule.when, earlier.when):
                faults.append(f"{rule.id}: never reached: {earlier.id} comes first and fits whenever it does")
    return faults


def implies(special: When, general: When) -> bool:
    """Whether `general` holds whenever `special` does (told from the words alone)."""
    any_held = bool(set(special.all) & set(general.any)) or (special.any and set(special.any) <= set(general.any))
    return (
        set(general.all) <= set(special.all)
        and (not general.any or bool(any_held))
        and set(general.none) <= set(special.none)
    )


def can_hold_together(a: When, b: When) -> bool:
    """Whether no word of the two conditions speaks against their holding for one patient."""
    both = When(all=tuple(dict.fromkeys(a.all + b.all)), none=tuple(dict.fromkeys(a.none + b.none)))
    if never_holds(both):
        return False
    return all(not w.any or not set(w.any) <= set(both.none) for w in (a, b))


def _contradictions(knowledge: PlannerKnowledge) -> list[str]:
    """One point told to be reinforced and reduced for the same purpose; equal weights of one kind; warmth in heat."""
    faults: list[str] = []
    told: dict[tuple[str, str], list[tuple[PointRule, str]]] = {}
    for rule in knowledge.rules:
        for choice in rule.points:
            if choice.technique:
                told.setdefault((choice.code, rule.serves), []).append((rule, choice.technique))
    for (code, serves), sayings in told.items():
        for place, (rule, technique) in enumerate(sayings):
            for other, another in sayings[place + 1 :]:
                opposed = {technique, another} == {"reinforcing", "reducing"}
                if opposed and can_hold_together(rule.when, other.when):
                    faults.append(f"{rule.id} and {other.id}: {code} as {serves} is both reinforced and reduced")
    for one in knowledge.adjuncts:
        if one.kind in HEATING and "sign:heat" not in one.when.none:
            faults.append(f"{one.id}: when.none: warmth must exclude sign:heat")
        for two in knowledge.adjuncts:
            same = two.id > one.id and two.kind == one.kind and two.weight == one.weight
            if same and can_hold_together(one.when, two.when):
                faults.append(f"{one.id} and {two.id}: same kind and weight: which one counts is left open")
    return faults


def _contraindication_faults(knowledge: PlannerKnowledge) -> list[str]:
    """Every condition is in the table (or named neutral), every row does something, every kind is judged."""
    named = {finding for row in knowledge.contraindications for finding in row.findings}
    conditions = {finding for finding in known_findings() if finding.startswith("condition.")}
    faults = [
        f"contraindications.toml: {finding} is in no row and not named neutral"
        for finding in sorted(conditions - named - NEUTRAL_CONDITIONS)
    ]
    for row in knowledge.contraindications:
        if not any(row.level(modality) for modality in MODALITIES):
            faults.append(f"contraindication[{row.id}]: reaches no modality")
    for modality in MODALITIES:
        if not any(row.level(modality) == "forbid" for row in knowledge.contraindications):
            faults.append(f"contraindications.toml: no row ever forbids {modality}")
    for rule in knowledge.adjuncts:
        if rule.kind not in MODALITY_OF:
            faults.append(f"{rule.id}: kind {rule.kind!r} is judged by no modality")
    return faults


def _table_faults(knowledge: PlannerKnowledge) -> list[str]:
    """What every patient needs: a budget and slots for each class, a course, principles, sites; legal pairs."""
    faults: list[str] = []
    for klass in KINDS["class"]:
        facts = Facts(frozenset({f"class:{klass}", "visit:first"}), (), ("left",), (), 1)
        for name, rules in (("person", knowledge.persons), ("slots", knowledge.slots), ("dose", knowledge.doses)):
            if not matching(compile_rules(rules), facts):
                faults.append(f"stimulation.toml: {name}: none fits class {klass}")
    faults += [f"principles.toml: no principle for {p}" for p in BRANCHES + ROOTS if p not in knowledge.principles]
    faults += [f"sites.toml: no site {site}" for site in SITES if site not in knowledge.sites]
    for pair in knowledge.pairs:
        for code in (pair.a, pair.b):
            if knowledge.points[code].electro != "yes":
                faults.append(f"{pair.id}: {code} takes no current without a reason")
        if {pair.level_a[:1], pair.level_b[:1]} & {"T", "C"}:
            faults.append(f"{pair.id}: no current at the thorax or neck")
    for dose in knowledge.doses:
        sessions = sum(phase.per_week * phase.weeks for phase in dose.phases)
        if max(dose.review_at) > sessions:
            faults.append(f"{dose.id}: review_at lies behind the last of {sessions} sessions")
    return faults
