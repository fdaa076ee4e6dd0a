"""An intake about a complaint with rules of its own is assessed and planned for with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clinic.lib.complaints import complaints
from intake.models import Assessment, Episode
from intake.presenters.assessment import propose_words
from tests.factories.people import PatientFactory, UserFactory
from treatments import planning
from treatments.models import Proposal
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.switching import without
from treatments.plans.actions import drafts
from treatments.visits.actions import red_flags, starting
from treatments.visits.forms.page import StartForm, flag_field

pytestmark = pytest.mark.django_db
KNEE = {
    "complaint.knee": True, "site.knee": True, "side.right": True, "knee.inner": True, "knee.start_pain": True,
    "flag.joint_hot_swollen": False, "flag.calf_swollen": False, "flag.knee_ottawa": False,
    "flag.knee_swelled_fast": False, "flag.knee_locked": False, "flag.replaced_knee_change": False,
    "flag.fever": False, "flag.constant_night_pain": False, "flag.weight_loss": False, "flag.cancer_history": False,
    "worsened_by.cold_damp": True, "eased_by.heat": True, "quality.heavy": True, "tongue.white_greasy": True,
    "body.kidney_signs": True, "knee.gives_way": True,
}  # fmt: skip


def signed(findings: dict[str, bool], by: Any) -> Assessment:
    patient = PatientFactory()
    episode = Episode.objects.create(patient=patient)
    assessment = Assessment(patient=patient, episode=episode, findings=findings, created_by=by)
    case = planning.inputs_of(assessment, today=timezone.localdate())
    assessment.result = planning.picture_from(case).assessment.as_record()
    assessment.mark_signed(by=by)
    assessment.save()
    return assessment


def test_a_sore_knee_gets_the_rules_of_the_knee() -> None:
    by = UserFactory()
    made = drafts.propose(assessment=signed(KNEE, by), by=by)
    assert made.plan is not None and made.proposal.case["complaint"]["id"] == "knee"
    assert made.proposal.knowledge_version.endswith(f"+knee.{complaints()['knee'].version}")
    rules = {
        reason["rule"] for stage in made.plan.treatment["stages"] for p in stage["points"] for reason in p["because"]
    }
    assert "knee.local" in rules
    assert "draft_rules" in {alert["code"] for alert in made.proposal.result["alerts"]}


@pytest.mark.parametrize(
    ("findings", "says"),
    [
        ({"complaint.not_pain": True}, "Make a plan by hand"),
        ({"complaint.elsewhere": True}, "Make a plan by hand"),
        ({"complaint.not_pain": True, "site.low_back": True}, "Propose a treatment"),
        ({"complaint.knee": True}, "Propose a treatment"),
        ({}, "Propose a treatment"),
    ],
)
def test_the_button_says_by_hand_where_there_are_no_rules(findings: dict[str, bool], says: str) -> None:
    patient = PatientFactory()
    assessment = Assessment(patient=patient, episode=Episode.objects.create(patient=patient), findings=findings)
    assert propose_words(planning.picture_by_hand(assessment, today=timezone.localdate()).case) == says


def test_a_visit_asks_the_safety_questions_of_its_complaint() -> None:
    by = UserFactory()
    plan = drafts.propose(assessment=signed(KNEE, by), by=by).plan
    assert plan is not None
    plan.mark_signed(by=by)
    plan.save()
    visit = starting.start_visit(patient=plan.patient, by=by)
    assert visit.record["start"] == {"about": "knee"}
    form = StartForm(None, prefix="start", initial=StartForm.initial_of(visit.record["start"]))
    asked = complaints()["knee"].asked_at_every_visit
    assert tuple(form.questions) == asked and "flag.saddle_numbness" not in form.questions
    assert red_flags.unanswered_flags(visit.record) == [*asked]
    posted = {f"start-{flag_field(finding)}": "no" for finding in asked} | {"start-flag_joint_hot_swollen": "yes"}
    form = StartForm(posted, prefix="start", initial=StartForm.initial_of(visit.record["start"]))
    assert form.is_valid()
    start = visit.record["start"]
    form.keep_in(start)
    assert start["about"] == "knee" and start["flags"]["flag.joint_hot_swollen"] == "yes"
    assert start["flags"].keys() == {*asked}
    assert not [key for key in start if key.startswith("flag_")]
    assert red_flags.unanswered_flags(visit.record) == []
    assert red_flags.raised_flags(visit.record) == ["flag.joint_hot_swollen"]


def test_a_visit_for_the_back_asks_as_before() -> None:
    form = StartForm(None, prefix="start", initial=StartForm.initial_of({}))
    assert tuple(form.questions) == complaints()["back"].asked_at_every_visit


def test_the_longest_version_of_the_knowledge_fits() -> None:
    """Ours, the complaint's, a clinic's file with the longest name and number, and what is turned off on the page."""
    ours = max((load_planner_knowledge(complaint=one).version for one in complaints()), key=len)
    whole = without(load_planner_knowledge(), frozenset({"cups.stress"})).version
    mark = whole.removeprefix(load_planner_knowledge().version)
    assert mark
    field = Proposal._meta.get_field("knowledge_version")
    assert len(f"{ours}+{'n' * 20}.{'v' * 10}{mark}") <= (field.max_length or 0)
