"""An intake about a complaint with rules of its own is assessed and planned for with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from intake.models import Assessment
from intake.presenters.assessment import propose_words
from tests.factories.people import PatientFactory, UserFactory
from treatments import planning
from treatments.plans.actions import drafts

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
    assessment = Assessment(patient=PatientFactory(), findings=findings, created_by=by)
    case = planning.inputs_of(assessment, today=timezone.localdate())
    assessment.result = planning.picture_from(case).assessment.as_record()
    assessment.mark_signed(by=by)
    assessment.save()
    return assessment


def test_a_sore_knee_gets_the_rules_of_the_knee() -> None:
    by = UserFactory()
    made = drafts.propose(assessment=signed(KNEE, by), by=by)
    assert made.plan is not None and made.proposal.case["complaint"]["id"] == "knee"
    assert made.proposal.knowledge_version.endswith("+knee.1")
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
    assessment = Assessment(patient=PatientFactory(), findings=findings)
    assert propose_words(planning.picture_by_hand(assessment, today=timezone.localdate()).case) == says
