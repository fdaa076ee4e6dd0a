"""A new kind of adjunct is a rule in one knowledge file and one row of the vocabulary: proposed, shown, reviewed."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.factories.people import PatientFactory, UserFactory
from tests.factories.treatments import TREATMENT, WHY, signed_plan
from tests.support.review_plans import COLD, DAMP_HEAT, adjunct, picture, plan
from treatments.planner.knowledge.load import FOLDER, KnowledgeError, load_planner_knowledge
from treatments.planner.knowledge.rules import PlannerKnowledge
from treatments.planner.proposing.propose import propose
from treatments.planner.review.review import review
from treatments.planner.vocabulary.modalities import ADJUNCTS, AdjunctKind
from treatments.plans.forms.items import AdjunctForm
from treatments.visits.actions import starting

RULE = """
[[adjunct]]
id = "amber_lamp.cold_damp"
when = { all = ["pattern:cold_damp"], none = ["sign:heat", "pattern:kidney_yin_deficiency", "injury:first_72h"] }
text = "Cold-damp: amber light warms the channel from a distance."
sources = ["KNOWN"]
evidence = "tradition"
kind = "amber_lamp"
detail = "30 cm away"
where = "low back"
minutes = 15
weight = 70
order = "during_retention"
"""
ITEM = {"kind": "amber_lamp", "detail": "30 cm away", "where": "low back", "minutes": 15, "from_visit": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The knowledge with the rule in its one file."""
    made = tmp_path / "knowledge"
    shutil.copytree(FOLDER, made)
    with (made / "adjuncts.toml").open("a", encoding="utf-8") as file:
        file.write(RULE)
    return made


@pytest.fixture
def amber_lamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one word."""
    monkeypatch.setitem(ADJUNCTS, "amber_lamp", AdjunctKind("amber lamp", "moxa_heat", runs_alone=True))


def proposal(knowledge: PlannerKnowledge, **findings: bool) -> dict[str, Any]:
    intake = load_intake_knowledge()
    asked = {one: False for one in intake.order if one.startswith(("flag.", "condition."))}
    data = {
        "patient": {"age": 45, "sex": "male"},
        "complaint": {"duration_days": 200, "pain_now": 4},
        "findings": {**asked, **COLD, **findings},
        "visit": 2,
    }
    case = parse_case(data, intake)
    return propose(ClinicalPicture(case, assess(case, intake)), knowledge).as_json()


def test_it_is_proposed(folder: Path, amber_lamp: None) -> None:
    made = proposal(load_planner_knowledge(folder))
    found = [item for item in made["treatment"]["adjuncts"] if item["kind"] == "amber_lamp"]
    assert len(found) == 1 and found[0]["because"][0]["rule"] == "amber_lamp.cold_damp"


def test_what_forbids_warmth_keeps_it_out_and_says_so(folder: Path, amber_lamp: None) -> None:
    made = proposal(load_planner_knowledge(folder), **{"condition.recent_operation": True})
    assert not [item for item in made["treatment"]["adjuncts"] if item["kind"] == "amber_lamp"]
    told = [row for row in made["withheld"] if row["item"] == "amber_lamp"]
    assert told and {row["modality"] for row in told} == {"moxa_heat"}


def test_without_its_word_the_file_is_refused_with_file_and_key(folder: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"adjuncts.toml: adjunct\[amber_lamp.cold_damp\]: kind: .*no such kind"):
        load_planner_knowledge(folder)


def test_the_review_judges_it_as_warmth(amber_lamp: None) -> None:
    knowledge = load_planner_knowledge()
    found = review(plan(adjuncts=[adjunct("amber_lamp", where="low back")]), picture(base=DAMP_HEAT), knowledge)
    assert ("forbidden", "heat_in_heat") in {(alert.level, alert.code) for alert in found}


def test_without_its_word_a_plan_that_holds_it_asks_for_a_reason() -> None:
    knowledge = load_planner_knowledge()
    found = review(plan(adjuncts=[adjunct("amber_lamp", where="low back")]), picture(base=COLD), knowledge)
    assert ("needs_reason", "unknown_adjunct") in {(alert.level, alert.code) for alert in found}


def test_the_form_offers_it_and_refuses_what_has_no_word(amber_lamp: None) -> None:
    assert AdjunctForm(ITEM).is_valid()
    unknown = AdjunctForm({**ITEM, "kind": "laser"})
    assert not unknown.is_valid() and "kind" in unknown.errors
    kept = AdjunctForm({**ITEM, "kind": "laser"}, initial={"kind": "laser"})  # of an older plan
    assert kept.is_valid()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "name"),
    [("amber_lamp", "amber lamp"), ("of_olden_days", "of olden days")],
    ids=["known", "without a word"],
)
def test_plan_and_visit_page_name_it(amber_lamp: None, kind: str, name: str) -> None:
    petra = UserFactory(practitioner=True)
    treatment = copy.deepcopy(TREATMENT)
    treatment["adjuncts"] = [{**ITEM, "kind": kind, "size": "", "points": [], "because": WHY, "cautions": []}]
    made = signed_plan(PatientFactory(), petra, treatment=treatment)
    visit = starting.start_visit(patient=made.patient, by=petra, is_sure=True)
    client = Client()
    client.force_login(petra)
    shown = client.get(f"/plans/{made.pk}/").content.decode()
    assert f"{name[:1].upper()}{name[1:]}" in shown
    charted = client.get(f"/visits/{visit.pk}/").content.decode()
    assert f"<strong>{name[:1].upper()}{name[1:]}</strong>" in charted
    assert 'value="amber_lamp"' in charted  # and it can be added on the day
