"""Promises that hold for every mix of findings. Thousands of cases; HYPOTHESIS_PROFILE=quick while working."""

from __future__ import annotations

import itertools
import json

from tests.support.draws import drawn, seeded, some
from tests.support.rows import each_row
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.references import known_findings
from treatments.planner.vocabulary.severity import STOPS

KNOWLEDGE = load_planner_knowledge()
FINDINGS = sorted(known_findings())
CONDITIONS = [f for f in FINDINGS if f.startswith(("condition.", "wish."))]
POSTURE = "condition.cannot_lie_prone"
FLAGS = [f for f in FINDINGS if f.startswith("flag.")]
SIGNS = [f for f in FINDINGS if not f.startswith(("condition.", "wish.", "flag.", "site."))]
SITES = [f for f in FINDINGS if f.startswith("site.")]
LEADING = [
    ("onset.accident", "quality.stabbing_fixed", "worsened_by.pressure", "worsened_by.movement"),
    ("onset.stress", "worsened_by.stress_much", "body.liver_tension", "quality.tight_moving"),
    ("onset.cold_damp", "worsened_by.cold_damp", "worsened_by.rest", "eased_by.heat"),
    ("quality.burning", "worsened_by.heat", "body.heat", "worsened_by.humid_heat"),
    ("quality.weak_hollow", "eased_by.rest", "body.cold", "worsened_by.tiredness"),
    ("body.empty_heat", "quality.weak_hollow", "eased_by.rest"),
    ("body.weak_digestion", "quality.heavy", "worsened_by.activity", "body.tired"),
    ("onset.lifting", "onset.sudden", "quality.spasm", "worsened_by.movement", "worsened_by.pressure"),
    ("onset.sport", "quality.tight_moving", "body.training_load", "body.tired", "worsened_by.activity"),
    ("radiation.side_of_leg", "radiation.below_knee", "quality.electric", "worsened_by.pressure", "onset.lifting"),
]  # fmt: skip


def case_from(chance):
    """A treatable picture most of the time: flags answered no, one leading picture, anything else beside it."""
    findings = dict.fromkeys(FLAGS, False)
    findings.update(dict.fromkeys(some(chance, CONDITIONS, chance.choice([3, 12, 60])), False))
    findings.update(dict.fromkeys(some(chance, CONDITIONS, 3), True))
    findings.update(dict.fromkeys(chance.choice(LEADING), True))
    findings.update(dict.fromkeys(some(chance, SIGNS, 6), True))
    findings.update(dict.fromkeys(some(chance, SITES, 3, least=1), True))
    return {
        "case": None,
        "patient": {
            "age": chance.choice([None, 12, 24, 38, 52, 67, 83]),
            "sex": chance.choice([None, "female", "male", "other"]),
            "pregnancy_weeks": chance.choice([None] * 8 + [8, 20, 38]),
        },
        "complaint": {
            "duration_days": chance.choice([None, 2, 20, 60, 400]),
            "pain_now": chance.choice([None, 4, 9]),
        },
        "findings": findings,
        "visit": chance.choice([1, 1, 2, 5]),
    }


def cases():
    return seeded(case_from)


def needled(proposal):
    return [point for stage in (proposal["treatment"] or {"stages": []})["stages"] for point in stage["points"]]


def risks(proposal):
    """Everything that could harm, without its side: a barred limb may move a point to the other side."""
    treatment = proposal["treatment"]
    if treatment is None:
        return set()
    found = {("needle", point["code"], level) for point in needled(proposal) for level in point["levels"] or [""]}
    found |= {
        ("current", *lead)
        for stage in treatment["stages"]
        for item in stage["electro"]
        for lead in map(sorted, item["leads"])
    }
    found |= {(adjunct["kind"],) for adjunct in treatment["adjuncts"] if adjunct["kind"] != "acupressure"}
    methods = {item["method"] for item in treatment["ear"]}
    # a tack or a magnet presses its zone as a seed does, and more: a seed in its place brings nothing new
    return found | {(method,) for method in methods} | ({("seeds",)} if methods & {"press_tacks", "magnets"} else set())


@drawn(case_from)
def test_a_plan_is_always_whole(answer, data):
    """Reachable, within caps and budget, every lead needled, every item with a reason and a source."""
    proposal = answer(data)
    assert json.loads(json.dumps(proposal)) == proposal
    if proposal["action"] in ("emergency", "refer_before_treating", "need_information"):
        assert proposal["treatment"] is None
        return
    treatment = proposal["treatment"]
    assert len(treatment["stages"]) <= 2
    assert sum(stage["needles"] for stage in treatment["stages"]) == treatment["needles"] <= 14
    for stage in treatment["stages"]:
        assert stage["points"]
        assert 5 <= stage["retention_min"] <= 30
        assert (stage["side_up"] is not None) == (stage["position"] == "side_lying")
        for planned in stage["points"]:
            point = KNOWLEDGE.points[planned["code"]]
            assert stage["position"] in point.positions
            low, high = planned["depth_mm"]
            cap = point.cap_mm
            if planned["levels"]:
                cap = point.thoracic_cap_mm if planned["levels"][0].startswith("T") else point.lumbar_cap_mm
            assert 1 <= low <= high <= cap < 100
            assert planned["needle"]["length_mm"] > high
            assert (planned["side"] == "midline") == (point.sides == "midline") or planned["code"] == "ASHI"
            if stage["position"] == "side_lying":
                assert planned["side"] in (stage["side_up"], "midline")
            assert planned["code"] != "ASHI" or planned["where"]
        codes = {planned["code"] for planned in stage["points"]}
        for item in stage["electro"]:
            assert item["minutes"] <= min(30, stage["retention_min"])
            assert all(set(lead) <= codes for lead in item["leads"])
            assert item["side"] in ("left", "right")
    reasoned = [
        *needled(proposal), *treatment["adjuncts"], *treatment["ear"], *treatment["home_care"], treatment["dose"],
        *(item for stage in treatment["stages"] for item in stage["electro"]),
    ]  # fmt: skip
    for item in reasoned:
        assert item["because"]
        for reason in item["because"]:
            assert reason["rule"] and reason["text"]
            assert reason["sources"] and set(reason["sources"]) <= set(KNOWLEDGE.sources)
    dose = treatment["dose"]
    assert dose["sessions"] == sum(phase["per_week"] * phase["weeks"] for phase in dose["phases"]) >= 6
    asked = [question["finding"] for question in proposal["ask"]]
    assert len(asked) == len(set(asked))
    assert all(item["text"] and item["source"] in KNOWLEDGE.sources for item in proposal["withheld"])


@drawn(case_from, lambda chance: chance.choice(CONDITIONS))
def test_a_contraindication_only_takes_away(answer, data, condition):
    """present <= not known <= absent: what is not known or present never brings anything that absent does not."""
    findings = {key: value for key, value in data["findings"].items() if key != condition}
    absent = risks(answer({**data, "findings": {**findings, condition: False}}))
    unknown = risks(answer({**data, "findings": findings}))
    present = risks(answer({**data, "findings": {**findings, condition: True}}))
    if condition == POSTURE:  # no contraindication: whoever cannot lie face down is reached through the ear
        present -= {("needles",)}
    assert present <= unknown <= absent


@drawn(case_from, lambda chance: chance)
def test_nothing_forbidden_is_ever_proposed_whatever_the_order_of_findings(answer, data, rng):
    """The safety table read by itself: whole-body cells of every condition that is present."""
    proposal = answer(data)
    shuffled = list(data["findings"].items())
    rng.shuffle(shuffled)
    assert answer({**data, "findings": dict(shuffled)}) == proposal
    if proposal["treatment"] is None:
        return
    done = {kind for kind, *_ in risks(proposal)}
    kinds = {
        "ea": {"current"}, "cupping": {"cupping_dry"}, "guasha": {"gua_sha"},
        "moxa_heat": {"moxa_indirect", "warm_needle", "heat_lamp"}, "seeds": {"seeds"}, "tacks": {"press_tacks"},
        "magnets": {"magnets"}, "needle": {"needle", "needles"}, "acupressure": {"tuina"},
    }  # fmt: skip
    for row in KNOWLEDGE.contraindications:
        holds = not row.when.facts() and any(data["findings"].get(finding) for finding in row.findings)
        if holds and row.scope == "whole":
            for modality, names in kinds.items():
                if row.level(modality) in STOPS and modality not in row.only_at:
                    assert not done & (names - {*row.spares}), (row.id, modality)


@each_row("flag, leading", itertools.product(FLAGS, LEADING[:3]))
def test_a_flag_never_opens_a_plan(answer, make_case, flag, leading):
    """A flag that is not known is at most as free as one that is absent, and one that is present at most as that."""
    order = ("treat", "caution", "need_information", "refer_before_treating", "emergency")
    present = ("site.low_back", "side.left", *leading)
    absent = answer(make_case(present, days=20))
    unknown = answer(make_case(present, unknown=(flag,), days=20))
    told = answer(make_case((*present, flag), days=20))
    assert order.index(absent["action"]) <= order.index(unknown["action"])
    if flag not in ("flag.investigated_clear", "flag.cancer_history_cleared"):
        assert risks(told) <= risks(unknown) <= risks(absent)
