"""No rule that can never fire: for every rule a patient is made, by the real assessment, in whom it holds."""

from __future__ import annotations

from itertools import islice, product

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.rows import each_row
from treatments.planner.checking.rules import never_holds
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.matching import compile_rules, condition_of, first
from treatments.planner.safety.contraindications import compile_row
from treatments.planner.safety.guard import build_guard, row_state
from treatments.planner.vocabulary.facts import branches, roots
from treatments.planner.vocabulary.modalities import MODALITIES

KNOWLEDGE, INTAKE = load_planner_knowledge(), load_intake_knowledge()
DAYS = {"acute": 20, "subacute": 60, "chronic": 400, "unknown": None}
AGES = {"under_16": 14, "over_65": 68, "over_75": 80}
WEEKS = {"weeks_1_12": 8, "weeks_13_36": 20, "week_37": 38, "any": 20}
SIGNS = {
    "heat": "worsened_by.heat",
    "cold": "quality.cold",
    "empty_heat": "body.empty_heat",
    "stress": "onset.stress",
    "anxiety": "body.anxious",
}
SCIATICA = {"bladder": "radiation.back_of_leg", "gallbladder": "radiation.side_of_leg"}
SIDES = {"left": ("side.left",), "right": ("side.right",), "both": ("side.left", "side.right"), "unknown": ()}


SPORTS = {
    "running": "a marathon",
    "cycling": "cycling",
    "swimming": "swimming",
    "throwing": "tennis",
    "lifting": "weightlifting",
    "ball": "football",
    "dance": "ballet",
    "rowing": "rowing",
}


def options(word):
    """Ways to bring a fact about: (findings, changes of the case)."""
    kind, colon, value = word.partition(":")
    if not colon:
        return [((word,), {})]
    if kind == "site":
        return [((f"site.{value}",), {})]
    if kind == "side":
        central = [((finding,), {}) for finding in INTAKE.labels if finding.startswith("side.") and "mid" in finding]
        return central if value == "central" else [(SIDES[value], {})]
    if kind in ("channel", "also"):
        rows = sorted((row for row in INTAKE.channels.rule if row.channel == value), key=lambda row: -row.weight)
        found = [(*row.all, finding) for row in rows for finding in row.any]
        if kind == "also":  # second: another channel is touched more
            found = [(*one, before) for one in found for before in ("radiation.side_of_leg", "radiation.back_of_leg")]
        return [(findings, {}) for findings in found]
    if kind in ("branch", "root", "pattern", "class"):
        role = kind if kind != "pattern" else "branch" if value in branches() else "root"
        return [((), {("confirmed", role): value})]
    if kind == "cause":
        return [((finding,), {}) for finding in INTAKE.labels if finding == f"onset.{value}"] or [
            ((finding,), {}) for finding in INTAKE.labels if finding.startswith(("onset.", "worsened_by."))
        ]
    if kind == "stage":
        return [((), {("complaint", "duration_days"): DAYS[value]})]
    if kind in ("strain", "injury"):
        return [(("onset.lifting",), {("complaint", "duration_days"): 2})]
    if kind == "training":
        return [(("body.training_load", "body.tired"), {})]
    if kind == "sport":
        return [((), {("texts", "reason"): f"It began with {SPORTS[value]}."})]
    if kind == "sciatica":
        path = (SCIATICA[value],) if value in SCIATICA else ()
        return [((*path, "radiation.below_knee", "quality.electric"), {})]
    if kind == "places":
        return [(("site.low_back", "site.knee") if value == "front_and_back" else ("site.knee",), {})]
    if kind == "visit":
        return [((), {("visit",): 1 if value == "first" else 3})]
    if kind == "course":
        if value == "eased":  # a pain, which has a place
            return [(("site.low_back",), {("visit",): 3, ("complaint", "pain_now"): 1})]
        return [((), {("visit",): 3, ("complaint", "pain_now"): 6})]
    if kind == "age":
        return [((), {("patient", "age"): AGES[value]})]
    if kind == "pregnancy" and value == "can_be":
        return [((), {("patient", "sex"): "female"})]
    if kind == "pregnancy" or word == "person:pregnant":
        weeks = WEEKS.get(value, 20)
        return [(("condition.pregnant",), {("patient", "pregnancy_weeks"): weeks, ("patient", "sex"): "female"})]
    if word == "person:lying":
        return [(("condition.fainter",), {})]
    if kind == "pain":
        return [((), {("complaint", "pain_now"): 9})]
    return [((SIGNS[value],), {})]


def case_of(parts):
    case = {
        "patient": {"age": 40, "sex": "male"},
        "complaint": {"duration_days": 200},
        "findings": {},
        "confirmed": {},
        "texts": {},
    }
    for findings, changes in parts:
        case["findings"].update(dict.fromkeys(findings, True))
        for path, value in changes.items():
            place = case
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
    return case


def picture_of(case):
    parsed = parse_case(case, INTAKE)
    return ClinicalPicture(parsed, assess(parsed, INTAKE))


def witness(when):
    """A case in which the condition holds, or None: every word of `all`, and one of `any` after the other."""
    for chosen in when.any or (None,):
        words = [*when.all, *([chosen] if chosen else [])]
        for parts in islice(product(*(options(word) for word in words)), 400):
            case = case_of(parts)
            facts = read_facts(picture_of(case))
            if condition_of(when).holds(facts.words):
                return case
    return None


# facts of a plan in progress: no patient has them before it is made (needles:fewer is tried in safety/test_shallow.py)
IN_PROGRESS = {"needles:none", "needles:fewer"}
RULES = [rule for rule in KNOWLEDGE.every_rule() if IN_PROGRESS.isdisjoint(rule.when.facts())]


@each_row("rule", RULES)
def test_there_is_a_patient_for_every_rule(rule):
    assert not never_holds(rule.when)
    assert witness(rule.when) is not None


def test_there_is_a_patient_for_the_rules_of_those_who_get_no_needles(answer, make_case, accident):
    """One for each place and pattern."""
    rules = {rule.id for rule in KNOWLEDGE.every_rule() if "needles:none" in rule.when.facts()}
    assert rules
    fired: set[str] = set()
    for site in ("low_back", "hip_side", "knee", "neck"):
        for pattern in INTAKE.pattern_ids:
            role = "root" if pattern in roots() else "branch"
            of_class = "deficiency" if role == "root" else "stagnation"
            present = (f"site.{site}", *(one for one in accident if not one.startswith("site.")), "wish.no_needles")
            confirmed = {"class": of_class, "branch": "none", "root": "none", role: pattern}
            for more in ((), ("onset.stress",)):
                treatment = answer(make_case((*present, *more), confirmed=confirmed))["treatment"]
                fired |= {why["rule"] for item in treatment["adjuncts"] for why in item["because"]}
    assert rules <= fired


@each_row("row", KNOWLEDGE.contraindications)
def test_every_contraindication_holds_for_somebody_and_reaches_every_modality_it_names(row):
    """By each of its findings; and every cell of the row arrives at the guard, which all items pass."""
    for finding in row.findings or (None,):
        words = [*row.when.all, *row.when.any[:1], *([finding] if finding else [])]
        holding = None
        for parts in islice(product(*(options(word) for word in words)), 200):
            picture = picture_of(case_of(parts))
            if row_state(compile_row(row), picture, read_facts(picture))[0] == "present":
                holding = picture
        assert holding is not None, finding
        guard = build_guard(holding, read_facts(holding), KNOWLEDGE, frozenset({"low_back"}))
        for modality in MODALITIES:
            limbs = [stop for stops in guard.limbs[modality].values() for stop in stops]
            areas = [stop for by_modality in guard.areas.values() for stop in by_modality[modality]]
            stops = [*guard.whole[modality], *guard.thorax[modality], *guard.field[modality], *limbs, *areas]
            levels = {stop.level for stop in stops if stop.row == row.id}
            elsewhere = {"caution"} if modality in row.only_at else set()
            assert levels == ({row.level(modality)} - {None}) | elsewhere, modality


def test_every_rule_is_first_somewhere():
    """Where only the first rule that fits counts, each comes first for somebody."""
    for rules in (KNOWLEDGE.doses, KNOWLEDGE.goals, KNOWLEDGE.worths):
        compiled, reached = compile_rules(rules), set()
        for rule in rules:
            for chosen in rule.when.any or (None,):
                words = [*rule.when.all, *([chosen] if chosen else [])]
                for parts in islice(product(*(options(word) for word in words)), 40):
                    case = case_of(parts)
                    undated = {**case, "complaint": {}}
                    for tried, pattern_class in product((case, undated), (None, "stagnation", "deficiency", "mixed")):
                        told = any(word.startswith("class:") for word in words)
                        confirmed = case["confirmed"] | ({"class": pattern_class} if pattern_class and not told else {})
                        winner = first(compiled, read_facts(picture_of({**tried, "confirmed": confirmed})))
                        reached.add(winner.id if winner else None)
        assert {rule.id for rule in rules} <= reached, {rule.id for rule in rules} - reached
