"""Patients with any mix of findings, and what in a proposal could harm: for promises that hold for every one."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.draws import some
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.references import known_findings
from treatments.planner.proposing.propose import propose

Json = dict[str, Any]
FINDINGS = sorted(known_findings())
CONDITIONS = [f for f in FINDINGS if f.startswith(("condition.", "wish."))]
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


def case_from(chance: random.Random) -> Json:
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
            "pain_now": chance.choice([None, 1, 4, 5, 9]),
        },
        "findings": findings,
        "noted": chance.choice([[], sorted(findings)[::3]]),
        "visit": chance.choice([1, 1, 1, 2, 3, 4, 5, 7]),
    }


@dataclass(frozen=True)
class Answered:
    """A case and what is proposed for it."""

    data: Json
    picture: ClinicalPicture = field(repr=False)
    proposal: Json = field(repr=False)


def answered(data: Json) -> Answered:
    intake = load_intake_knowledge()
    case = parse_case(data, intake)
    picture = ClinicalPicture(case, assess(case, intake))
    return Answered(data, picture, propose(picture, load_planner_knowledge()).as_json())


def needled(proposal: Json) -> list[Json]:
    return [point for stage in (proposal["treatment"] or {"stages": []})["stages"] for point in stage["points"]]


def deepest(proposal: Json) -> dict[tuple[str, str], int]:
    """By place: how deep the needle goes at most, whatever its side."""
    found: dict[tuple[str, str], int] = {}
    for one in needled(proposal):
        for level in one["levels"] or [one.get("where", "")]:
            key = (one["code"], level)
            found[key] = max(one["depth_mm"][1], found.get(key, 0))
    return found


def risks(proposal: Json) -> set[tuple[str, ...]]:
    """Everything that could harm, without its side: a barred limb may move a point to the other side."""
    treatment = proposal["treatment"]
    if treatment is None:
        return set()
    found: set[tuple[str, ...]] = {
        ("needle", point["code"], level) for point in needled(proposal) for level in point["levels"] or [""]
    }
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
