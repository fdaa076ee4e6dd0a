"""The worked cases of tests/cases against the planner. No database: a case is values in, a proposal out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, read_case
from tests.support.worked_case_checks import faults
from tests.support.worked_cases import CaseFileError, Worked, load_cases, planner, proposal_of, read_file, shown
from treatments.planner.facts import read_facts
from treatments.planner.safety.contraindications import compiled_rows
from treatments.planner.safety.guard import row_state
from treatments.planner.vocabulary.facts import branches, roots, sites

CASES = load_cases()


@pytest.mark.parametrize("worked", CASES, ids=lambda worked: worked.name)
def test_the_proposal_is_what_the_case_asks_for(worked: Worked) -> None:
    proposal = proposal_of(worked.data)
    found = faults(worked.file, proposal)
    assert not found, "\n".join([f"{worked.name}: {worked.file.title}", *found, "", shown(proposal)])


def _pictures() -> Iterator[ClinicalPicture]:
    for worked in CASES:
        case, knowledge = read_case(worked.data)
        yield ClinicalPicture(case, assess(case, knowledge))


def test_every_pattern_leads_in_some_case() -> None:
    led = {pattern for picture in _pictures() for pattern in (picture.assessment.branch, picture.assessment.root)}
    assert set(branches() + roots()) - led == set()


@pytest.mark.thorough
def test_every_site_is_treated_in_some_case() -> None:
    treated = {site for worked in CASES if proposal_of(worked.data)["treatment"] for site in _sites(worked)}
    assert set(sites()) - treated == set()


def _sites(worked: Worked) -> list[str]:
    return [finding.partition(".")[2] for finding, told in worked.data["findings"].items() if told]


def test_every_contraindication_holds_in_some_case_with_a_plan_or_a_stop() -> None:
    met = {
        compiled.row.id
        for picture in _pictures()
        for compiled in compiled_rows(planner()).rows
        if row_state(compiled, picture, read_facts(picture))[0] == "present"
    }
    assert {row.id for row in planner().contraindications} - met == set()


def test_every_red_flag_is_raised_in_some_case() -> None:
    knowledge = load_intake_knowledge()
    raised = {alert.code for picture in _pictures() for alert in picture.assessment.alerts}
    wanted = {flag.code for flag in knowledge.flags.flag} | {rule.row.code for rule in knowledge.rules}
    assert wanted - raised == set()


GOOD = """
title = "Example"
why = "Shows the form"
sources = ["DESIGN"]
group = "examples"
[case]
screened = "all"
yes = ["site.low_back"]
[must]
action = "need_information"
"""


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("action =", "acton =", "must.acton"),
        ('"need_information"', '"wait"', "must.action"),
        ('title = "Example"\n', "", "title"),
        ("site.low_back", "site.low_bakc", "site.low_bakc"),
        ("DESIGN", "MY-BOOK", "sources: MY-BOOK"),
        ("[must]", 'like = "nowhere"\n[must]', "case.like"),
        ("[case]", "[case", "broken.toml"),
        ('action = "need_information"', 'points = ["BL255 left"]', "must.points: BL255"),
        ('action = "need_information"', 'points = ["BL25 lefft"]', "must.points: “lefft”"),
        ('action = "need_information"', '[must_not]\npoints = ["GB211"]', "must_not.points: GB211"),
        ('action = "need_information"', 'alerts = ["ces_sadle"]', "must.alerts: ces_sadle"),
        ('action = "need_information"', 'electro = ["BL25-BL266 left"]', "must.electro: BL266"),
    ],
)
def test_a_broken_file_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert GOOD.count(old) == 1
    (tmp_path / "broken.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(CaseFileError) as caught:
        load_cases(tmp_path)
    assert str(caught.value).startswith("broken.toml") and named in str(caught.value)


def test_the_example_form_itself_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    assert read_file(tmp_path / "good.toml").must.action == "need_information"
    (worked,) = load_cases(tmp_path)
    assert faults(worked.file, proposal_of(worked.data)) == []


def test_each_kind_of_fault_is_found(tmp_path: Path) -> None:
    """A check that never complains proves nothing: every expectation below is wrong for a plain low back."""
    text = GOOD.replace('"site.low_back"', '"site.low_back", "side.left", "onset.lifting", "quality.stabbing_fixed"')
    text = text.replace("[case]", '[case]\nsex = "male"\nasked = true').replace(
        'action = "need_information"', EVERYTHING_WRONG
    )
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
    (worked,) = load_cases(tmp_path)
    found = faults(worked.file, proposal_of(worked.data))
    keys = {line.split(":")[0] for line in found}
    assert WRONG_KEYS - keys == set()


EVERYTHING_WRONG = """
action = "emergency"
class = "deficiency"
branch = "damp_heat"
root = "kidney_yin_deficiency"
patterns = ["cold_damp"]
causes = ["stress"]
channels = ["lung"]
contradictions = [["eased_by.heat", "quality.burning"]]
positions = ["seated"]
needles = [40, 50]
retention = [90, 99]
points = ["BL67 left"]
roles = { calm = 9 }
techniques = { BL25 = "reinforcing" }
deqi_at_most = "none"
depth_at_most = { BL25 = 1 }
adjuncts = ["heat_lamp"]
electro = ["GB20-GB20 left"]
ear = ["CO15"]
ear_methods = ["press_tacks"]
home = ["swimming"]
home_points = ["BL67"]
sessions = [50, 60]
per_week = [7, 7]
review_at = [99]
alerts = ["ces_saddle"]
ask = ["onset.accident"]
withheld = ["LI4 forbidden"]
words = ["bloodletting"]
[may]
points = []
adjuncts = []
ear = []
home = []
[must_not]
action = ["treat", "caution"]
points = ["ASHI left"]
regions = ["low_back"]
limbs = ["left leg"]
positions = ["prone"]
modalities = ["needles", "cupping", "seeds"]
techniques = { ASHI = ["reducing"] }
ear = ["TF4"]
words = ["walks"]
"""
WRONG_KEYS = {
    *(f"must.{key}" for key in (
        "action", "class", "branch", "root", "patterns", "causes", "channels", "contradictions", "positions", "needles",
        "retention", "points", "roles", "techniques", "deqi_at_most", "depth_at_most", "adjuncts", "electro", "ear",
        "ear_methods", "home", "home_points", "sessions", "per_week", "review_at", "alerts", "ask", "withheld", "words",
    )),
    *(f"may.{key}" for key in ("points", "adjuncts", "ear", "home")),
    *(f"must_not.{key}" for key in (
        "action", "points", "regions", "limbs", "positions", "modalities", "techniques", "ear", "words",
    )),
}  # fmt: skip
