"""What holds for every input whatever."""

import json
import random
from dataclasses import dataclass, field, replace
from typing import Any

from intake.assessment import Assessment, Case, CaseError, Signs, assess, load_intake_knowledge, parse_case, signs_of
from intake.assessment.case_parsing import CASE_KEYS
from tests.support.draws import all_held, drawn, json_value, some

KNOWLEDGE = load_intake_knowledge()
IDS = sorted(KNOWLEDGE.labels)
FLAGS = [f for f in IDS if f.startswith("flag.")]
CONDITIONS = [f for f in IDS if f.startswith("condition.")]
EXPLAINING = {"flag.leg_weakness_old", "flag.cancer_history_cleared", "flag.investigated_clear"}
STRICTNESS = ("treat", "caution", "need_information", "refer_before_treating", "emergency")

ANY_KEYS = (*CASE_KEYS, "age")


def _case(chance: random.Random) -> dict[str, Any]:
    """Each part may be missing, and each part of it."""
    told = {finding: chance.choice([True, False, None]) for finding in some(chance, IDS, chance.choice([2, 8, 40]))}
    parts = {
        "patient": {
            "age": chance.choice([None, 0, 120, chance.randint(0, 120)]),
            "sex": chance.choice(["female", "male", "other", None]),
            "pregnancy_weeks": chance.choice([None, chance.randint(0, 45)]),
        },
        "complaint": {
            "duration_days": chance.choice([None, 0, chance.randint(0, 100), chance.randint(0, 20000)]),
            "pain_now": chance.choice([None, chance.randint(0, 10)]),
        },
        "findings": told,
        "cleared": [chance.choice(IDS) for _ in range(chance.randint(0, 3))],
        "visit": chance.randint(1, 20),
        "scores": {"phq2": chance.randint(0, 6), "nice_spa": chance.randint(0, 9)},
    }
    for name in ("patient", "complaint", "scores"):
        parts[name] = {key: value for key, value in parts[name].items() if chance.random() < 0.6}
    return {key: value for key, value in parts.items() if chance.random() < 0.6}


def _any_json(chance: random.Random) -> Any:
    """Any value at all, or something that looks like a case here and there."""
    if chance.random() < 0.5:
        return json_value(chance)

    def part() -> Any:
        match chance.randrange(3):
            case 0:
                return {finding: chance.choice([True, False, None]) for finding in some(chance, IDS, 40)}
            case 1:
                return _case(chance)
        return json_value(chance)

    return {key: part() for key in some(chance, ANY_KEYS, 6)}


def judge(data):
    return assess(parse_case(data, KNOWLEDGE), KNOWLEDGE)


@drawn(_any_json)
def test_any_json_is_a_case_or_a_case_error(data):
    try:
        case = parse_case(data, KNOWLEDGE)
    except CaseError as error:
        assert error.faults and all(fault.path and fault.text for fault in error.faults)
    else:
        assert isinstance(case, Case)
        json.dumps(assess(case, KNOWLEDGE).as_json(), allow_nan=False)


@dataclass(frozen=True)
class Draw:
    """Somebody of whom one red flag or condition is not known, and what is judged with each answer to it."""

    data: dict[str, Any]
    finding: str
    shuffle: random.Random = field(repr=False)
    absent: Assessment = field(repr=False)
    unknown: Assessment = field(repr=False)
    present: Assessment = field(repr=False)


def _draw(chance: random.Random) -> Draw:
    data, finding = _case(chance), chance.choice(FLAGS + CONDITIONS)
    told = {key: answer for key, answer in data.get("findings", {}).items() if key != finding}
    if "findings" in data:
        data["findings"] = told
    if "cleared" in data:
        data["cleared"] = [one for one in data["cleared"] if one != finding]
    absent, present = (judge({**data, "findings": {**told, finding: answer}}) for answer in (False, True))
    return Draw(data, finding, chance, absent, judge(data), present)


def unknown_lies_between_absent_and_present(of: Draw) -> None:
    """An open red flag or condition is never taken for absent, and never for worse than present."""
    if of.finding not in EXPLAINING:  # an ordinary explanation may lower another sign
        ranks = [STRICTNESS.index(one.action) for one in (of.absent, of.unknown, of.present)]
        assert ranks == sorted(ranks)


def order_never_matters_and_the_same_input_gives_the_same_output(of: Draw) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            of.shuffle.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return value

    mixed = shuffled(of.data)
    if "cleared" in mixed:
        mixed["cleared"] = of.shuffle.sample(mixed["cleared"], len(mixed["cleared"]))
    assert judge(mixed) == of.unknown
    assert judge(of.data).as_json() == of.unknown.as_json()


def scores_are_chances_and_the_action_follows_from_alerts_and_questions(of: Draw) -> None:
    data, a = of.data, of.unknown
    case = parse_case(data, KNOWLEDGE)
    assert signs_of(case, KNOWLEDGE) == Signs(a.alerts, a.marks), "the form is told what the assessment says"
    bare = assess(case, KNOWLEDGE, is_asking=False)
    assert replace(a, ask=bare.ask) == bare and set(bare.ask) <= set(a.ask)
    assert (bare.must_know, bare.action_by_hand) == (a.must_know, a.action_by_hand)
    assert set(a.likely) == {"stagnation", "deficiency", "mixed"} and 98 <= sum(a.likely.values()) <= 102
    for row in (a.stagnation, a.deficiency, *a.patterns, *a.considered):
        assert 1 <= row.score <= 99
        assert all(e.weight >= 1 for e in row.for_) and all(e.weight > 0 for e in row.against)
    for pattern in (*a.patterns, *a.considered):
        assert pattern.qualifies == (pattern.held_back is None)
        assert not pattern.is_lead or pattern.id in (a.branch, a.root)
    told = {finding for finding, answer in data.get("findings", {}).items() if answer is not None}
    for part in (a.stagnation, a.deficiency, *a.patterns, *a.considered):
        assert told.isdisjoint(part.missing)

    levels = {alert.level for alert in a.alerts}
    blocked = any(ask.blocks for ask in a.ask)
    if "emergency" in levels:
        assert a.action == "emergency"
    elif "refer" in levels:
        assert a.action == "refer_before_treating"
    elif blocked:
        assert a.action == "need_information"
    else:
        assert a.action == ("caution" if "caution" in levels else "treat")
        assert a.picture_class != "undetermined" and a.sites
    assert all(alert.text and alert.source for alert in a.alerts)
    assert len({ask.finding for ask in a.ask}) == len(a.ask)


@drawn(_draw)
def test_every_promise_holds(of: Draw) -> None:
    all_held(
        of,
        unknown_lies_between_absent_and_present,
        order_never_matters_and_the_same_input_gives_the_same_output,
        scores_are_chances_and_the_action_follows_from_alerts_and_questions,
    )
