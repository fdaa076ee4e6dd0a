"""Checks that the knowledge is consistent: all faults of all files at once, and the coverage of pattern by site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic.lib.complaints import complaints
from clinic.lib.knowledge_files import Fault, KnowledgeError, nearest
from intake.assessment import load_intake_knowledge
from intake.questionnaire.instruments import load_instruments
from intake.questionnaire.load import load_chart
from treatments.planner.checking.lists import Named, lists_beside
from treatments.planner.checking.rules import condition_faults, contradictions, never_holds, order_faults
from treatments.planner.facts import Facts
from treatments.planner.knowledge.besides import AdjunctRule, EarUse
from treatments.planner.knowledge.load import FOLDER, load_planner_knowledge
from treatments.planner.knowledge.matching import compile_rules, matching
from treatments.planner.knowledge.references import known_findings
from treatments.planner.knowledge.rules import ElectroGoal, PlannerKnowledge
from treatments.planner.knowledge.tables import PointRule
from treatments.planner.vocabulary.body import LEVELS, TRUNK
from treatments.planner.vocabulary.facts import CAUSES, kinds, sites
from treatments.planner.vocabulary.modalities import ADJUNCTS, HOME_CARE, MODALITIES
from treatments.planner.vocabulary.severity import STOPS

NEEDED = ("local", "distal", "root")
NO_PLACE = "anywhere"  # the column of a complaint that is no place: it needs points of the pattern, and no others


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
        return self.root > 0 and (self.site == NO_PLACE or (self.local > 0 and self.distal > 0))


def check_knowledge(folder: Path = FOLDER, own: Path | None = None) -> tuple[Fault, ...]:
    """One line per fault, with file or rule and key; empty when the knowledge of every complaint is sound.

    `own`: the clinic's file.
    """
    try:
        packs = tuple(complaints())
    except KnowledgeError as error:
        return error.faults
    lists, faults = lists_beside(folder)
    for complaint in packs:
        try:
            knowledge = load_planner_knowledge(folder, own, complaint)
        except KnowledgeError as error:
            faults += error.faults
        else:
            faults += _source_faults(knowledge, lists)
            faults += _point_faults(knowledge) if complaint == packs[0] else []
            faults += _faults_of(knowledge)
            faults += _measure_faults(complaint)
    return tuple(dict.fromkeys(faults))


def _faults_of(knowledge: PlannerKnowledge) -> tuple[Fault, ...]:
    """What is wrong among the rules of one complaint."""
    return (
        *condition_faults(knowledge),
        *order_faults(knowledge),
        *contradictions(knowledge),
        *_contraindication_faults(knowledge),
        *_table_faults(knowledge),
        *_debt_faults(knowledge),
        *_modality_faults(knowledge),
        *(
            Fault("", "coverage", f"{row.pattern} at {row.site}: no candidate that is {', '.join(_lacking(row))}")
            for row in coverage(knowledge)
            if not row.is_complete
        ),
    )


def _measure_faults(complaint: str) -> list[Fault]:
    """A measure that is used is a file of the registry, and printed by nobody who may not."""
    name, known = f"complaints/{complaint}/complaint.toml", load_instruments()
    faults = []
    for measure in complaints()[complaint].measures:
        file = known.get(measure.id)
        if measure.use == "yes" and file is None:
            faults.append(Fault(name, f"measures[{measure.id}]", f"no such measure{nearest(measure.id, known)}"))
        elif file is not None and file.embeddable != (measure.use == "yes"):
            says = "may be shown" if file.embeddable else "may not be shown"
            faults.append(Fault(name, f"measures[{measure.id}].use", f"the measure's own file says that it {says}"))
    return faults


def coverage(knowledge: PlannerKnowledge) -> list[Coverage]:
    """The local, distal and root candidates that the rules of each pattern give at each site."""
    rules = compile_rules(knowledge.rules)
    rows = []
    pack = knowledge.complaint
    for pattern in pack.patterns:
        role, kind = ("branch", "stagnation") if pattern in pack.branches else ("root", "deficiency")
        for site in pack.sites or (NO_PLACE,):
            words = {f"pattern:{pattern}", f"{role}:{pattern}", f"class:{kind}", "stage:chronic"}
            words |= {f"site:{site}"} if pack.sites else set()
            facts = Facts(frozenset(words | {"visit:first", "side:left"}), (site,), ("left",), (), 1)
            count: Counter[str] = Counter()
            for rule in matching(rules, facts):
                serves = {"segmental": "local", "branch": "root"}.get(rule.serves, rule.serves)
                count[serves] += len(rule.points)
            rows.append(Coverage(pattern, site, count["local"], count["distal"], count["root"]))
    return rows


def _debt_faults(knowledge: PlannerKnowledge) -> Iterator[Fault]:
    """Every pattern, cause, place and channel of the assessment owns a point, unless a clinic took it out."""
    if knowledge.switched_off:
        return
    owing = {word for rule in knowledge.rules if rule.owed for word in (*rule.when.all, *rule.when.any)}
    try:
        channels = {row.channel for row in load_intake_knowledge(complaint=knowledge.complaint.id).channels.rule}
    except KnowledgeError:
        channels = set()  # the intake reports its own faults
    needed = [
        *(f"pattern:{pattern}" for pattern in knowledge.complaint.patterns),
        *(f"site:{site}" for site in knowledge.complaint.sites),
        *(f"channel:{channel}" for channel in sorted(channels) if knowledge.complaint.sites),
    ]
    causes = [cause for cause in CAUSES if cause != "pregnancy"]  # a pregnancy has points and an order of its own
    for word in needed:
        if word not in owing:
            yield Fault("", "owed", f"{word} owns no point")
    for cause in causes:
        if not {f"cause:{cause}", f"onset.{cause}"} & owing:
            yield Fault("", "owed", f"cause:{cause} owns no point")


def _modality_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """Every kind of treatment is proposed for someone, except those a clinic has switched off."""
    if knowledge.switched_off:
        return []
    found = proposes(knowledge)
    return [
        Fault("", "modality", f"nothing ever proposes {modality}") for modality in MODALITIES if modality not in found
    ]


def proposes(knowledge: PlannerKnowledge) -> dict[str, tuple[str, ...]]:
    """Modality -> the rules that propose it and whose condition can hold."""
    found: dict[str, list[str]] = {}
    for rule in knowledge.every_rule():
        if never_holds(rule.when):
            continue
        brings: list[str] = []
        if isinstance(rule, PointRule):
            regions = {knowledge.points[choice.code].region for choice in rule.points}
            brings = ["needle", "deep_trunk"] if regions & TRUNK else ["needle"]
        elif isinstance(rule, ElectroGoal) and rule.max_pairs > 0 and knowledge.pairs:
            brings = ["ea"]
        elif isinstance(rule, AdjunctRule):
            brings = [ADJUNCTS[rule.kind].modality]
        elif isinstance(rule, EarUse):
            brings = [knowledge.ear_methods[rule.method].modality]
        for modality in brings:
            found.setdefault(modality, []).append(rule.id)
    return {modality: tuple(ids) for modality, ids in found.items()}


def _lacking(row: Coverage) -> list[str]:
    return [need for need in NEEDED if getattr(row, need) == 0]


def _source_faults(knowledge: PlannerKnowledge, lists: Sequence[Named]) -> list[Fault]:
    """Unknown sources named outside the rules: ear, principles, measures, the assessment."""
    named: list[Named] = [
        *lists,
        *(("ear_points.toml", f"ear_point[{zone.code}]", zone.sources) for zone in knowledge.ear_points.values()),
        *(("ear.toml", f"method[{method.id}]", method.sources) for method in knowledge.ear_methods.values()),
        *(("principles.toml", f"principle[{one.pattern}]", one.sources) for one in knowledge.principles.values()),
        ("stimulation.toml", "by_hand", (knowledge.by_hand.source,)),
        ("stimulation.toml", "stock", (knowledge.stock.source,)),
        *(("own_limits.toml", f"limit[{limit.region}]", (limit.source,)) for limit in knowledge.own_limits.values()),
        *(("", rule.id, rule.sources) for rule in knowledge.draft_rules),
    ]
    try:
        intake, measures = load_intake_knowledge(complaint=knowledge.complaint.id), load_instruments()
    except KnowledgeError:
        pass  # the intake reports its own faults
    else:
        named += [(f"instruments/{measure.id}.toml", "sources", measure.sources) for measure in measures.values()]
        named += [("weights.toml", finding, (row.source,)) for finding, row in intake.weights.weights.items()]
        named += [("channels.toml", row.channel, (row.source,)) for row in intake.channels.rule]
        named += [("redflags.toml", flag.code, (flag.source,)) for flag in intake.flags.flag]
        named += [("redflag_rules.toml", rule.row.code, (rule.row.source,)) for rule in intake.rules]
    return [
        Fault(file, key, f"no such source {source!r}{nearest(source, knowledge.sources)}")
        for file, key, sources in named
        for source in sources
        if source not in knowledge.sources
    ]


def _point_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """Points that do not parse, depths beyond their cap, unknown sources, points that no position reaches."""
    faults: list[Fault] = list(knowledge.points.read_all()) if hasattr(knowledge.points, "read_all") else []
    if faults:
        return faults
    for code, point in knowledge.points.items():

        def fault(text: str, code: str = code) -> None:
            faults.append(Fault("points", f"point[{code}]", text))

        for key in point.sources:
            if key not in knowledge.sources:
                fault(f"sources: no such source {key!r}{nearest(key, knowledge.sources)}")
        if not 0 <= point.depth_mm[0] <= point.depth_mm[1] <= point.cap_mm:
            fault(f"depth_mm {point.depth_mm} does not fit under cap_mm {point.cap_mm}")
        for thoracic in (True, False):
            depth, cap = point.limits_at(thoracic=thoracic)
            if not 0 <= depth[0] <= depth[1] <= cap <= point.cap_mm:
                fault(f"{'thoracic' if thoracic else 'lumbar'} depth {depth} does not fit under its cap {cap}")
        if point.use == "plan" and not point.positions:
            fault("positions: a point that may be proposed has none")
        if point.level and point.level not in LEVELS:
            fault(f"level: no such level {point.level!r}")
        if point.use == "plan" and not any(point.region in size.regions for size in knowledge.needles):
            fault(f"region {point.region!r} has no needle size")
    return faults


def _contraindication_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """Every condition is in the table (or listed as neutral), every row has an effect, every kind is judged."""
    named = {finding for row in knowledge.contraindications for finding in row.findings}
    conditions = {finding for finding in known_findings() if finding.startswith("condition.")}
    faults = [
        Fault("contraindications.toml", "", f"{finding} is in no row and not named neutral")
        for finding in sorted(conditions - named - {row.finding for row in knowledge.neutral})
    ]
    for row in knowledge.contraindications:
        if not any(row.level(modality) for modality in MODALITIES):
            faults.append(Fault("", f"contraindication[{row.id}]", "reaches no modality"))
        for kind in row.spares:
            if kind not in ADJUNCTS and kind not in HOME_CARE:
                faults.append(Fault("", f"contraindication[{row.id}].spares", f"{kind!r} is no kind of treatment"))
        for modality in row.only_at:
            if (
                row.level(modality) not in STOPS
                or row.scope != "whole"
                or (row.gate and modality in row.gate.modalities)
            ):
                text = f"{modality}: only a stop for the whole body without a gate is given by area"
                faults.append(Fault("", f"contraindication[{row.id}].only_at", text))
    for modality in MODALITIES:
        if not any(row.level(modality) == "forbidden" for row in knowledge.contraindications):
            faults.append(Fault("contraindications.toml", "", f"no row ever forbids {modality}"))
    return faults


def _table_faults(knowledge: PlannerKnowledge) -> list[Fault]:
    """What every patient needs: needles and what jobs are worth by class, a course, principles, sites; legal pairs."""
    faults: list[Fault] = []
    for pattern_class in kinds()["class"]:
        facts = Facts(frozenset({f"class:{pattern_class}", "visit:first"}), (), ("left",), (), 1)
        for name, rules in (
            ("person", knowledge.persons),
            ("worth", knowledge.worths),
            ("retention", knowledge.retentions),
            ("dose", knowledge.doses),
        ):
            if not matching(compile_rules(rules), facts):
                faults.append(Fault("stimulation.toml", name, f"none fits class {pattern_class}"))
    faults += [
        Fault("principles.toml", "", f"no principle for {p}")
        for p in knowledge.complaint.patterns
        if p not in knowledge.principles
    ]
    faults += [Fault("sites.toml", "", f"no site {site}") for site in sites() if site not in knowledge.sites]
    parts = {part for pack in complaints().values() for part in pack.site_parts}
    drawn = load_chart().findings  # what the body chart draws may hurt without rules for it: its plan is made by hand
    places = {f"site.{site}" for site in sites()} | parts | drawn
    unplanned = sorted(f for f in known_findings() if f.startswith("site.") and f not in places)
    faults += [Fault("findings.toml", finding, "a place that no complaint is about") for finding in unplanned]
    faults += [
        Fault("home_care.toml", rule.id, f"{rule.kind!r} is no kind of home care")
        for rule in knowledge.home
        if rule.kind not in HOME_CARE
    ]
    for pair in knowledge.pairs:
        for code in (pair.a, pair.b):
            if knowledge.points[code].electro != "yes":
                faults.append(Fault("", pair.id, f"{code} takes no current without a reason"))
        if {pair.level_a[:1], pair.level_b[:1]} & {"T", "C"}:
            faults.append(Fault("", pair.id, "no current at the thorax or neck"))
    for limit in knowledge.own_limits.values():
        if limit.from_mm > limit.cap_mm:
            faults.append(Fault("own_limits.toml", f"limit[{limit.region}]", "from_mm is deeper than cap_mm"))
    usual, stock = knowledge.by_hand, knowledge.stock
    if max(usual.review_at) > usual.per_week * usual.weeks:
        faults.append(Fault("stimulation.toml", "by_hand", "review_at lies behind the last visit"))
    if list(stock.lengths_mm) != sorted({*stock.lengths_mm}) or stock.length_mm not in stock.lengths_mm:
        faults.append(Fault("stimulation.toml", "stock", "lengths_mm: from short to long, the usual one among them"))
    for dose in knowledge.doses:
        sessions = sum(phase.per_week * phase.weeks for phase in dose.phases)
        if max(dose.review_at) > sessions:
            faults.append(Fault("", dose.id, f"review_at lies behind the last of {sessions} sessions"))
    return faults
