"""Textbook patients, drawn: the picture of a pattern as it is taught, and ordinary complaints that everybody has.

The pictures are written from the cards of teaching (what a patient with the pattern tells, what tongue, pulse and hands
then show) and not from weights.toml, whose numbers they test. An ordinary complaint is one that back pain brings along
whatever the pattern; to be hard, it is taken from those that teaching books under the *other* side.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from intake.assessment import load_intake_knowledge

Picture = tuple[str, str, str, str]  # own signs, further signs, tongue and pulse, what hands find

BRANCHES: dict[str, Picture] = {
    "qi_blood_stagnation": (
        "onset.lifting onset.accident onset.sport",
        "worsened_by.movement worsened_by.pressure quality.spasm quality.tight_moving onset.sudden",
        "tongue.normal_thin_white pulse.tight",
        "palpation.tender_points motion.sharp_block",
    ),
    "blood_stasis": (
        "quality.stabbing_fixed",
        "worsened_by.pressure time.night_fixed body.stasis worsened_by.movement",
        "tongue.purple pulse.choppy",
        "palpation.hard_nodules palpation.tender_points",
    ),
    "liver_qi_stagnation": (
        "worsened_by.stress_much onset.stress",
        "body.liver_tension quality.tight_moving body.busy_mind eased_by.movement quality.moving",
        "tongue.red_sides pulse.wiry",
        "palpation.general_tension palpation.bl18_tender",
    ),
    "cold_damp": (
        "worsened_by.cold_damp onset.cold_damp",
        "worsened_by.rest eased_by.heat quality.heavy quality.cold time.morning_short",
        "tongue.white_greasy pulse.deep_slow_strong",
        "palpation.cold_skin motion.stiff_all",
    ),
    "damp_heat": (
        "quality.burning worsened_by.heat",
        "body.heat worsened_by.humid_heat quality.heavy eased_by.cold worsened_by.pressure",
        "tongue.yellow_greasy pulse.slippery_rapid",
        "palpation.warm_skin",
    ),
}
ROOTS: dict[str, Picture] = {
    "kidney_yang_deficiency": (
        "body.cold",
        "quality.weak_hollow eased_by.rest worsened_by.tiredness eased_by.heat body.kidney_signs quality.cold",
        "tongue.pale_swollen_wet pulse.deep_slow_weak",
        "palpation.cold_skin palpation.flaccid",
    ),
    "kidney_yin_deficiency": (
        "body.empty_heat",
        "quality.weak_hollow eased_by.rest worsened_by.tiredness body.kidney_signs onset.overwork",
        "tongue.red_no_coat pulse.thin_rapid",
        "palpation.flaccid palpation.bl23_tender",
    ),
    "kidney_qi_deficiency": (
        "quality.weak_hollow body.kidney_signs",
        "eased_by.rest eased_by.pressure worsened_by.tiredness quality.dull onset.recurrent onset.gradual",
        "tongue.pale pulse.deep_weak",
        "palpation.flaccid motion.full_but_tiring",
    ),
    "spleen_qi_deficiency": (
        "body.weak_digestion",
        "quality.heavy body.damp worsened_by.activity body.tired eased_by.pressure",
        "tongue.pale_toothmarked pulse.soggy",
        "palpation.bl20_tender motion.full_but_tiring",
    ),
    "qi_blood_deficiency": (
        "body.blood_lack onset.illness_or_birth body.training_load",
        "body.tired body.thin_sleep eased_by.pressure eased_by.rest worsened_by.activity quality.dull",
        "tongue.pale_thin_dry pulse.thin_weak",
        "palpation.flaccid motion.full_but_tiring",
    ),
}
OF_STAGNATION = (
    "worsened_by.movement worsened_by.sitting onset.sitting_posture quality.stiff quality.spasm time.morning_short "
    "time.morning worsened_by.stress_some eased_by.movement worsened_by.cough onset.sudden quality.fixed body.busy_mind"
)
OF_DEFICIENCY = (
    "worsened_by.tiredness body.tired eased_by.rest quality.dull onset.gradual onset.recurrent onset.overwork "
    "time.evening worsened_by.activity worsened_by.standing eased_by.pressure body.thin_sleep eased_by.heat"
)
OPPOSITES = (
    {"eased_by.rest", "worsened_by.rest"},
    {"eased_by.pressure", "worsened_by.pressure"},
    {"eased_by.movement", "worsened_by.movement"},
    {"eased_by.heat", "worsened_by.heat"},
    {"quality.fixed", "quality.moving"},
    {"quality.fixed", "quality.tight_moving"},
    {"worsened_by.stress_some", "worsened_by.stress_much"},
)
FORM = ("onset", "quality", "eased_by", "worsened_by", "time", "body")  # what the patient's form has boxes for


@dataclass(frozen=True)
class Patient:
    """`picture_class`, `branch` and `root` are what the patient was drawn from."""

    picture_class: str
    branch: str | None
    root: str | None
    data: dict[str, Any]


def draw(chance: random.Random, picture_class: str, complaints: int, *, hands: bool, form: bool) -> Patient:
    """One patient. `form`: boxes left empty are told absent, as the form does it; else they are not known."""
    branch = None if picture_class == "deficiency" else chance.choice(list(BRANCHES))
    root = None if picture_class == "stagnation" else chance.choice(list(ROOTS))
    told: set[str] = set()
    for picture in (BRANCHES.get(branch or ""), ROOTS.get(root or "")):
        if picture is not None:
            own, further, seen, felt = (words.split() for words in picture)
            told.add(chance.choice(own))
            _add(chance, told, further, 3)
            if hands:
                told |= {*seen, chance.choice(felt)}
    if picture_class == "mixed" and hands:  # one tongue and one pulse are written down: of branch or root
        for group in ("tongue.", "pulse."):
            told -= set(chance.sample(sorted(f for f in told if f.startswith(group)), 1))
    ordinary = {"stagnation": OF_DEFICIENCY, "deficiency": OF_STAGNATION}.get(
        picture_class, f"{OF_STAGNATION} {OF_DEFICIENCY}"
    )
    _add(chance, told, ordinary.split(), complaints)
    knowledge = load_intake_knowledge()
    findings = dict.fromkeys(_boxes(), False) if form else {}
    if form:
        findings["flag.constant_night_pain"] = False
    findings |= dict.fromkeys(sorted(told), True)
    assert set(findings) <= set(knowledge.order)
    days = chance.choice([10, 40, 120, 300, 800, 2500])
    return Patient(picture_class, branch, root, {"findings": findings, "complaint": {"duration_days": days}})


def _boxes() -> list[str]:
    return [sign.finding for sign in load_intake_knowledge().signs if sign.finding.partition(".")[0] in FORM]


def _add(chance: random.Random, told: set[str], names: Iterable[str], number: int) -> None:
    """So many more of the names, none that contradicts what is told."""
    names = list(names)
    chance.shuffle(names)
    for name in names:
        clashes = any(name in pair and not told.isdisjoint(pair - {name}) for pair in OPPOSITES)
        if number and name not in told and not clashes:
            told.add(name)
            number -= 1
