"""Signs of heat take warmth away only when they agree; a clash is named."""

from __future__ import annotations

import pytest

from intake.assessment import load_intake_knowledge
from tests.support.review_plans import COLD, picture
from treatments.planner.facts import read_facts
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.proposing.propose import propose
from treatments.planner.vocabulary.signs import HeatRow, load_signs

HEAT = {row.id: row.any for row in load_signs().rows if isinstance(row, HeatRow)}
SEEN = ["pulse.rapid", "tongue.red", "tongue.red_sides", "tongue.yellow_greasy", "pulse.slippery_rapid"]
WARM = {"moxa_indirect", "heat_lamp", "warm_needle"}


def words(*present: str, **base: bool) -> set[str]:
    return set(read_facts(picture(*present, base=base or COLD)).words)


@pytest.mark.parametrize("sign", SEEN)
def test_one_sign_takes_no_warmth_from_a_cold_damp_patient_whom_heat_eases(sign: str) -> None:
    seen = picture(sign, base=COLD)
    assert "eased_by.heat" in COLD and seen.assessment.branch == "cold_damp"
    proposal = propose(seen, load_planner_knowledge()).as_json()
    kinds = {adjunct["kind"] for adjunct in proposal["treatment"]["adjuncts"]}
    assert kinds & WARM
    home = " ".join(item["text"] for item in proposal["treatment"]["home_care"]).casefold()
    assert "no hot" not in home and "do not warm" not in home
    named = [c for c in proposal["assessment"]["contradictions"] if sign in c["findings"]]
    assert named and "eased_by.heat" in named[0]["findings"]


# (findings beside a low back that nothing eases, fact)
CASES = [
    ((), ""),
    (("pulse.rapid",), "sign:heat_unclear"),
    (("tongue.red", "tongue.thick_yellow"), "sign:heat_unclear"),  # one tongue, one voice
    (("tongue.red_sides",), ""),  # the liver's
    (("pulse.rapid", "tongue.red"), "sign:heat"),
    (("pulse.rapid", "body.heat"), "sign:heat"),
    (("body.heat",), "sign:heat_unclear"),
    (("worsened_by.heat",), "sign:heat"),  # what heat does to the patient
    (("quality.burning",), "sign:heat"),  # what he feels at the place
    (("pulse.rapid", "tongue.red", "eased_by.heat"), "sign:heat_unclear"),
    (("worsened_by.heat", "eased_by.heat"), "sign:heat"),  # named as a clash: no warmth while it stands
    (("palpation.warm_skin", "eased_by.heat"), "sign:heat"),  # may be inflamed: never warmed
]


@pytest.mark.parametrize(("present", "fact"), CASES)
def test_heat_needs_agreement(present: tuple[str, ...], fact: str) -> None:
    heat = {"sign:heat", "sign:heat_unclear"}
    base = {"site.low_back": True, "quality.dull": True, "side.right": True}
    assert words(*present, **base) & heat == ({fact} if fact else set())


def test_nobody_whom_warmth_eases_is_told_not_to_warm_himself() -> None:
    knowledge = load_planner_knowledge()
    for sign in (*HEAT["told"], *SEEN):
        advice = propose(picture(sign, base=COLD), knowledge).as_json()["treatment"]["home_care"]
        assert "home.cool" not in {reason["rule"] for item in advice for reason in item["because"]}


def test_every_sign_of_heat_beside_easing_warmth_is_named_as_a_clash() -> None:
    signs = {"tongue.red_sides", *(sign for group in HEAT.values() for sign in group if ":" not in sign)}
    rows = load_intake_knowledge().contradictions
    named = {f for row in rows if "eased_by.heat" in row.all for f in (*row.all, *row.any)}
    assert signs <= named
